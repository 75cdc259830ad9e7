import Foundation
import HTTPTypes
import Pipeline

/// Taking videos.
extension StreamingContract {
  private struct Received {
    var url: URL
    var name: String
  }

  func upload(_ request: APIRequest) async throws -> Response {
    try videos.checkReadiness()
    do {
      let received = try await receive(request)
      let file = try await api.uploads.adopt(received.url, as: received.name)
      let id = VideoID()
      try await videos.begin(id, with: file)
      api.log.write(
        .info, "video uploaded",
        [
          "request_id": .string(request.requestID), "run": .string(id.description),
          "bytes": .int(file.byteCount),
        ])
      return try NativeAPI.json(["videoId": id.description], status: .created)
    } catch let error as StageError {
      throw storageFailure(error, error.message, error.description, request)
    } catch let error as JournalError {
      throw storageFailure(
        error, "the host cannot write the video down", error.description, request)
    }
  }

  /// The document has one status for all of these.
  private func storageFailure(
    _ error: any Error, _ message: String, _ details: String, _ request: APIRequest
  ) -> APIError {
    api.log.write(
      .error, "upload failed",
      ["request_id": .string(request.requestID), "error": .string(details)])
    let isFull = StageError(wrapping: error).errorClass == .configuration
    return APIError(.internalServerError, isFull ? .noRoom : .internal, message)
  }

  /// The form's file, put together on disk. Nothing is left of one that did not come whole.
  private func receive(_ request: APIRequest) async throws -> Received {
    var reader = try Self.reader(of: request.request)
    var received: Received?
    do {
      while let event = try await reader.next() {
        guard case .part(let head) = event else { continue }
        try Self.check(head, received)
        var byteCount = 0
        let url = try await api.uploads.receive {
          guard case .bytes(let piece)? = try await reader.next() else { return nil }
          byteCount += piece.count
          guard byteCount <= api.uploadLimit else {
            throw BodyError.tooLarge(limit: api.uploadLimit)
          }
          return piece
        }
        received = Received(url: url, name: head.fileName ?? "")
        // Browsers send an empty part for a form in which nobody chose a file.
        guard byteCount > 0 else { throw Self.noFile("the field `file` is empty") }
      }
      guard let received else { throw Self.noFile("the form has no field `file`") }
      return received
    } catch {
      if let received { try? FileManager.default.removeItem(at: received.url) }
      throw error
    }
  }

  private static func reader(of request: Request) throws -> MultipartReader {
    let type = request.headers[.contentType].flatMap(MediaType.init)
    guard let type, !request.body.isEmpty else {
      throw noFile("send a `multipart/form-data` form with one field `file`")
    }
    do {
      return try MultipartReader(request)
    } catch {
      guard type.essence == "multipart/form-data" else { throw error }
      throw noFile(error.message)
    }
  }

  private static func check(_ head: MultipartHead, _ received: Received?) throws(APIError) {
    guard received == nil else {
      throw .invalid("the form has something behind its file; send one file")
    }
    guard head.name == "file" else {
      throw noFile("the form has a field `\(head.name.prefix(60))`; only `file` is taken")
    }
  }

  private static func noFile(_ why: String) -> APIError { .invalid("no file provided: \(why)") }
}
