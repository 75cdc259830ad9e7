import Crypto
import Foundation
import HTTPTypes
import Pipeline

/// Uploads that go on after a broken connection, by the protocol tus 1.0 (https://tus.io/protocols/resumable-upload).
///
/// One that is there as a whole is an input for runs, and becomes a video of the streaming contract unless its client
/// says that it is something else.
struct TusContract: Contract {
  static let version = "1.0.0"
  static let place = "/files/"
  static let extensions =
    "creation,creation-with-upload,creation-defer-length,termination,checksum,expiration"
  static let contentType = "application/offset+octet-stream"

  let api: NativeAPI
  let videos: Videos
  let shelf: TusShelf
  let locks: TusLocks

  init(_ api: NativeAPI, shelf: TusShelf, locks: TusLocks = TusLocks()) {
    self.api = api
    videos = Videos(api)
    self.shelf = shelf
    self.locks = locks
  }

  var endpoints: [Endpoint] {
    // Clients are told either address.
    let creating = [("/files/", ""), ("/files", "WithoutSlash")] as [(RoutePattern, String)]
    return creating.flatMap { path, suffix in
      [
        endpoint(
          .options, path, "describeTus\(suffix)", "What of tus this host can do.",
          Endpoint.Answer(status: .noContent, summary: "In `Tus-Version`, `Tus-Extension`, …."),
          describe),
        endpoint(
          .post, path, "createTusUpload\(suffix)", "Begins an upload.",
          Endpoint.Answer(
            status: .created, summary: "It has begun.", headers: ["Location": "Where it goes on."]),
          create, errors: [.contentTooLarge, .unsupportedMediaType, .checksumMismatch]),
      ]
    } + [
      endpoint(
        .head, "/files/{upload}", "getTusOffset", "How far an upload is.",
        Endpoint.Answer(status: .ok, summary: "In `Upload-Offset`."), look,
        errors: [.gone, .locked]),
      endpoint(
        .patch, "/files/{upload}", "continueTusUpload", "Goes on with an upload.",
        Endpoint.Answer(status: .noContent, summary: "How far it is now, in `Upload-Offset`."),
        goOn,
        errors: [
          .conflict, .gone, .contentTooLarge, .unsupportedMediaType, .locked, .checksumMismatch,
        ]),
      endpoint(
        .delete, "/files/{upload}", "endTusUpload", "Forgets an upload.",
        Endpoint.Answer(status: .noContent, summary: "It is gone."), end,
        errors: [.gone, .locked]),
      endpoint(
        .post, "/files/{upload}", "overrideTusMethod",
        "PATCH, HEAD or DELETE for clients that cannot send those.",
        Endpoint.Answer(status: .noContent, summary: "As for the method."), override,
        errors: [.methodNotAllowed, .conflict, .gone, .locked]),
    ]
  }

  private func endpoint(
    _ method: HTTPTypes.Method, _ path: RoutePattern, _ operation: String, _ summary: String,
    _ answer: Endpoint.Answer, _ handler: @escaping Endpoint.Handler, errors: [Status] = []
  ) -> Endpoint {
    Endpoint(
      method: method, path: path, operation: operation, summary: summary, tag: "tus",
      scope: .writeRuns,
      pathSummaries: path.parameterNames.isEmpty ? [:] : ["upload": "The upload's id."],
      headers: method == .options ? [:] : ["Tus-Resumable": "Must be \(Self.version)."],
      answers: [answer],
      errors: errors + (method == .options ? [] : [.preconditionFailed, .insufficientStorage]),
      options: .upload(limit: api.uploadLimit)
    ) { try await speaking($0, method, handler) }
  }

  /// Checks and tells the version of the protocol.
  private func speaking(
    _ request: APIRequest, _ method: HTTPTypes.Method, _ handler: Endpoint.Handler
  ) async throws -> Response {
    do {
      if method != .options, request.request.headers.values(of: .tusResumable) != [Self.version] {
        var refusal = APIError(
          .preconditionFailed, .preconditionFailed,
          "send `Tus-Resumable: \(Self.version)`; no other version is spoken here")
        try refusal.headers.set("Tus-Version", to: Self.version)
        throw refusal
      }
      var response = try await handler(request)
      try response.headers.set(.tusResumable, to: Self.version)
      return response
    } catch {
      guard var refusal = refusal(error, request) else { throw error }
      try refusal.headers.set(.tusResumable, to: Self.version)
      throw refusal
    }
  }

  /// What a client is told of an error. Nil for what it is not told.
  private func refusal(_ error: any Error, _ request: APIRequest) -> APIError? {
    if let error = error as? APIError { return error }
    if let error = error as? StageError {
      api.log.write(
        .error, "upload failed",
        ["request_id": .string(request.requestID), "error": .string(error.description)])
      return APIError(.insufficientStorage, .noRoom, error.message)
    }
    return HTTPError(describing: error).map { APIError($0) }
  }

  private func describe(_ request: APIRequest) throws -> Response {
    var response = Response(.noContent)
    try response.headers.set("Tus-Version", to: Self.version)
    try response.headers.set("Tus-Extension", to: Self.extensions)
    response.headers.set("Tus-Max-Size", to: api.uploadLimit)
    let algorithms = MessageDigest.Algorithm.allCases.map(\.rawValue).joined(separator: ",")
    try response.headers.set("Tus-Checksum-Algorithm", to: algorithms)
    return response
  }

  private func override(_ request: APIRequest) async throws -> Response {
    switch request.request.headers[.methodOverride] {
    case "PATCH": return try await goOn(request)
    case "HEAD": return try await look(request)
    case "DELETE": return try await end(request)
    default:
      var refusal = APIError(
        .methodNotAllowed, .methodNotAllowed,
        "an upload goes on with PATCH, or with POST and `X-HTTP-Method-Override: PATCH`")
      try refusal.headers.set(.allow, to: "DELETE, HEAD, OPTIONS, PATCH")
      throw refusal
    }
  }

  /// Removes what has expired, and finishes what is whole and could not be finished when it came.
  func tidy() async {
    await shelf.sweepRemains()
    for id in await shelf.ids() {
      guard let lease = locks.take(id) else { continue }
      defer { locks.release(lease) }
      guard let progress = try? await shelf.progress(of: id) else { continue }
      if progress.isWhole, !progress.upload.isFinished {
        do {
          _ = try await finish(progress)
          continue
        } catch {
          api.log.write(
            .warn, "upload could not be finished", ["error": .string(String(describing: error))])
        }
      }
      guard shelf.hasExpired(progress) else { continue }
      await shelf.remove(id)
      api.log.write(.info, "upload expired", ["bytes": .int(progress.offset)])
    }
  }
}

extension Status {
  static let locked = Status(423)
  /// Of tus: the body is not what its checksum says.
  static let checksumMismatch = Status(460)
}
