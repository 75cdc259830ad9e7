import Foundation
import HTTPServer
import HTTPTypes
import Media
import Pipeline

/// What runs gave back.
extension NativeAPI {
  private static let summaries = [
    "run": "The run's id.", "name": "The output's name.",
    "path": "A file of a folder, a form of captions, or an item of a list, counted from 1.",
  ]

  private static let download = FieldDescription(
    name: "download", summary: "Have browsers keep it as a file.", type: .boolean,
    defaultValue: .boolean(false))

  var outputEndpoints: [Endpoint] {
    let bytes = Endpoint.Answer(
      status: .ok, summary: "The bytes.", content: ["*/*": ["type": "string"]],
      headers: ["ETag": "Of the bytes."])
    let answers = [
      bytes,
      Endpoint.Answer(
        status: .partialContent, summary: "As many as `Range` asked for.",
        content: ["*/*": ["type": "string"]]),
      Endpoint.Answer(status: .seeOther, summary: "A folder's first file."),
      Endpoint.Answer(status: .notModified, summary: "The client has it."),
    ]
    let errors: [Status] = [
      .conflict, .gone, .preconditionFailed, .rangeNotSatisfiable,
    ]
    return [
      Endpoint(
        method: .get, path: "/api/v1/runs/{run}/outputs/{name}", operation: "getOutput",
        summary: "An output's bytes, or its value as JSON.", tag: "outputs", scope: .readRuns,
        pathSummaries: Self.summaries, query: [Self.download], answers: answers, errors: errors,
        options: Router.RouteOptions(timeLimit: .unlimited), handler: output),
      Endpoint(
        method: .get, path: "/api/v1/runs/{run}/outputs/{name}/{path...}",
        operation: "getOutputFile", summary: "A file of an output.", tag: "outputs",
        scope: .readRuns, pathSummaries: Self.summaries, query: [Self.download], answers: answers,
        errors: errors, options: Router.RouteOptions(timeLimit: .unlimited), handler: output),
    ]
  }

  private func output(_ request: APIRequest) async throws -> Response {
    let status = try await status(of: request)
    let name = request[parameter: "name"]
    guard let outputs = status.outputs else {
      guard status.state.isOver else {
        throw APIError(
          .conflict, .notReady,
          "run `\(status.record.id)` is \(status.state.rawValue); wait for its end"
        ).retrying(after: 2)
      }
      throw APIError.notFound(
        "output of run `\(status.record.id)`, which is \(status.state.rawValue)")
    }
    guard let value = outputs[name] else {
      throw APIError.notFound(
        "output `\(name.prefix(80))`",
        near: Spelling.nearest(to: name, among: outputs.keys.sorted()))
    }
    let path = request.request.parameters.segments(of: "path")
    return try await answer(value, path[...], name: name, request)
  }

  private func answer(
    _ value: Value, _ path: ArraySlice<String>, name: String, _ request: APIRequest
  ) async throws -> Response {
    switch value {
    case .file(let file), .video(.file(let file)):
      if path.isEmpty { return try await bytes(of: file, as: name, request) }
    case .bundle(let bundle):
      if path.isEmpty {
        let target = request.request.path.encoded
        let entry = bundle.entry.split(separator: "/").map { PercentCoding.encode(String($0)) }
        return try .redirect(to: "\(target)/\(entry.joined(separator: "/"))")
      }
      if let file = bundle.files[path.joined(separator: "/")] {
        return try await bytes(of: file, as: name, request)
      }
    case .captions(let captions):
      if path.isEmpty { return try plain(value, request) }
      if path.count == 1, let text = Self.text(of: captions, as: path[path.startIndex]) {
        return Self.text(text.0, text.1, request)
      }
    case .list(let values):
      if path.isEmpty { return try plain(value, request) }
      if let number = path.first.flatMap({ Int($0) }), values.indices.contains(number - 1) {
        return try await answer(
          values[number - 1], path.dropFirst(), name: "\(name)-\(number)", request)
      }
    default: if path.isEmpty { return try plain(value, request) }
    }
    throw APIError.notFound("`\(path.joined(separator: "/").prefix(100))` in the output `\(name)`")
  }

  /// A file of the store. What stands under a name of a run's never changes.
  private func bytes(
    of file: FileReference, as name: String, _ request: APIRequest
  ) async throws -> Response {
    let stored: StoredFile
    do {
      let url = try await artifacts.open(file)
      stored = try await StoredFile.open(url.path, on: pool)
    } catch let error as ArtifactDamaged {
      log.write(.error, "output is damaged", ["error": .string(error.description)])
      throw APIError(
        .gone, .gone, "the bytes of this output are damaged or gone; retry the run to make it again"
      )
    }
    let type = MediaType(file.mediaType) ?? .octetStream
    var response = Response.file(
      stored, type, validators: Validators(eTag: ETag(file.digest.hex)), for: request.request)
    let suffix = file.fileExtension.isEmpty ? "" : ".\(file.fileExtension)"
    try Self.protect(&response, as: request.flag("download") ? name + suffix : nil)
    return response
  }

  private static func text(
    _ text: String, _ type: MediaType, _ request: APIRequest
  ) -> Response {
    let bytes = Array(text.utf8)
    let validators = Validators(eTag: ETag(Digest(of: bytes).hex))
    return .bytes(bytes, type, validators: validators, for: request.request)
  }

  private func plain(_ value: Value, _ request: APIRequest) throws -> Response {
    let text = String(decoding: try APIEncoder.make().encode(value), as: UTF8.self)
    return Self.text(text, .json, request)
  }

  private static func text(of captions: Captions, as form: String) -> (String, MediaType)? {
    switch form {
    case "captions.srt": (SubRip.text(for: captions), MediaType(fileExtension: "srt"))
    case "captions.vtt": (WebVTT.text(for: captions), MediaType(fileExtension: "vtt"))
    default: nil
    }
  }

  /// What was made from a stranger's files is shown by browsers as nothing that could act in this host's name.
  private static func protect(_ response: inout Response, as name: String?) throws {
    try response.headers.set(
      "Content-Security-Policy", to: "default-src 'none'; media-src 'self'; sandbox")
    try response.headers.set(.cacheControl, to: "private, max-age=31536000, immutable")
    guard let name else { return }
    let plain = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    try response.headers.set(
      .contentDisposition,
      to: "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(PercentCoding.encode(name))")
  }
}
