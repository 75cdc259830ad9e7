import Foundation
import HTTPServer
import HTTPTypes
import Pipeline

/// Playing videos.
extension StreamingContract {
  /// A playlist of a day in segments of a second takes less.
  private static let largestPlaylist = 16 << 20

  func manifest(_ request: APIRequest) async throws -> Response {
    let stream = try await videos.stream(of: request[parameter: "video"])
    let id = request.text("playlist") ?? SegmentID.make(of: stream.entry)
    guard let path = SegmentID.path(of: id), FileBundle.isPlaylist(path),
      let file = stream.files[path], file.byteCount <= Self.largestPlaylist
    else { throw APIError.notFound("playlist `\(id.prefix(80))` of this video") }
    let text: String
    do {
      let url = try await api.artifacts.open(file)
      let source = try await api.pool.run { try String(contentsOf: url, encoding: .utf8) }
      text = try Manifest(source, at: path, in: stream).text
    } catch let error as ArtifactDamaged {
      throw gone(error)
    } catch let error as Manifest.ForeignURI {
      api.log.write(.error, "manifest cannot be given out", ["error": .string(error.description)])
      throw APIError(.internalServerError, .internal, "this video's manifest is not usable")
    }
    let bytes = Array(text.utf8)
    var response = Response.bytes(
      bytes, .octetStream, validators: Validators(eTag: ETag(Digest(of: bytes).hex)),
      for: request.request)
    // How it words its answers may change with the host, unlike the bytes of segments.
    try Self.finish(&response, as: "application/vnd.apple.mpegurl", "public, max-age=3600")
    return response
  }

  func segment(_ request: APIRequest) async throws -> Response {
    let stream = try await videos.stream(of: request[parameter: "video"])
    let id = request[parameter: "segment"]
    guard let path = SegmentID.path(of: id), !FileBundle.isPlaylist(path),
      let file = stream.files[path]
    else { throw APIError.notFound("segment `\(id.prefix(80))` of this video") }
    let stored: StoredFile
    do {
      stored = try await StoredFile.open(try await api.artifacts.open(file).path, on: api.pool)
    } catch let error as ArtifactDamaged {
      throw gone(error)
    }
    var response = Response.file(
      stored, .octetStream, validators: Validators(eTag: ETag(file.digest.hex)),
      for: request.request)
    try Self.finish(&response, as: Self.type(of: path, file), "public, max-age=31536000, immutable")
    return response
  }

  private func gone(_ error: ArtifactDamaged) -> APIError {
    api.log.write(.error, "segment is damaged", ["error": .string(error.description)])
    return APIError(.gone, .gone, "the bytes of this video are damaged or gone; upload it again")
  }

  /// The document's spelling, for clients that compare letter by letter.
  private static func type(of path: String, _ file: FileReference) -> String {
    path.hasSuffix(".ts") ? "video/MP2T" : file.mediaType
  }

  /// What was made from a stranger's video is shown by browsers as nothing that could act in this host's name, and
  /// only an answer that has it is kept by caches.
  private static func finish(
    _ response: inout Response, as type: String, _ caching: String
  ) throws {
    if response.headers.contains(.contentType) { try response.headers.set(.contentType, to: type) }
    guard !response.status.isError else { return }
    try response.headers.set(.cacheControl, to: caching)
    try response.headers.set(
      "Content-Security-Policy", to: "default-src 'none'; media-src 'self'; sandbox")
  }
}
