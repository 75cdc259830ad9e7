import Foundation
import HTTPTypes
import Pipeline

/// An answer that says what went wrong.
struct APIError: Error, Sendable {
  /// What programs go by; stable.
  enum Code: String, Sendable, Hashable, CaseIterable {
    case badRequest = "BAD_REQUEST"
    case validation = "VALIDATION_ERROR"
    case invalidPipeline = "INVALID_PIPELINE"
    case missingKey = "MISSING_AUTH_HEADER"
    case invalidKeyFormat = "INVALID_AUTH_FORMAT"
    case invalidKey = "INVALID_API_KEY"
    case insufficientScope = "INSUFFICIENT_SCOPE"
    case originRejected = "CORS_ORIGIN_REJECTED"
    case missingToken = "CSRF_TOKEN_REQUIRED"
    case malformedToken = "CSRF_TOKEN_MALFORMED"
    case invalidToken = "CSRF_TOKEN_INVALID"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case notAcceptable = "NOT_ACCEPTABLE"
    case timeout = "TIMEOUT"
    case conflict = "CONFLICT"
    case notReady = "NOT_READY"
    case gone = "GONE"
    case locked = "LOCKED"
    case checksumMismatch = "CHECKSUM_MISMATCH"
    case preconditionFailed = "PRECONDITION_FAILED"
    case tooLarge = "PAYLOAD_TOO_LARGE"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case rangeNotSatisfiable = "RANGE_NOT_SATISFIABLE"
    case idempotencyMismatch = "IDEMPOTENCY_KEY_REUSED"
    case upgradeRequired = "UPGRADE_REQUIRED"
    case rateLimited = "RATE_LIMIT_EXCEEDED"
    case queueIsFull = "QUEUE_FULL"
    case unavailable = "SERVICE_UNAVAILABLE"
    case noRoom = "INSUFFICIENT_STORAGE"
    case `internal` = "INTERNAL_ERROR"

    /// What a status stands for when nothing more is known.
    init(_ status: Status) {
      self =
        switch status.code {
        case 401: .missingKey
        case 403: .insufficientScope
        case 404: .notFound
        case 405: .methodNotAllowed
        case 406: .notAcceptable
        case 408, 504: .timeout
        case 409: .conflict
        case 410: .gone
        case 412: .preconditionFailed
        case 413: .tooLarge
        case 415: .unsupportedMediaType
        case 416: .rangeNotSatisfiable
        case 422: .validation
        case 426: .upgradeRequired
        case 429: .rateLimited
        case 503: .unavailable
        case 507: .noRoom
        case 500...: .internal
        default: .badRequest
        }
    }
  }

  var status: Status
  var code: Code
  /// What happened, to which thing, and what to do.
  var message: String
  var details: String?
  var diagnostics: [DiagnosticReport] = []
  var headers = Headers()

  init(
    _ status: Status, _ code: Code, _ message: String, details: String? = nil,
    diagnostics: [DiagnosticReport] = []
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.details = details
    self.diagnostics = diagnostics
  }

  static func invalid(_ message: String, _ diagnostics: [DiagnosticReport] = []) -> APIError {
    APIError(.badRequest, .validation, message, diagnostics: diagnostics)
  }

  static func notFound(_ thing: String, near: String? = nil) -> APIError {
    APIError(
      .notFound, .notFound, "there is no \(thing)" + (near.map { "; did you mean `\($0)`?" } ?? ""))
  }

  func retrying(after seconds: Int) -> APIError {
    var copy = self
    copy.headers.set(.retryAfter, to: max(1, seconds))
    return copy
  }

  init(_ error: HTTPError) {
    self.init(error.status, Code(error.status), error.message)
    headers = error.headers
  }

  /// What a stage or the engine says, as far as it is for clients.
  init(_ error: StageError, _ status: Status = .badRequest, _ code: Code = .validation) {
    self.init(status, code, error.message)
    if let field = error.field { details = "at: \(field)" }
  }
}

/// A diagnostic, and where in a JSON request the thing is that it is about. This is also its form in JSON.
struct DiagnosticReport: Sendable, Hashable, Encodable {
  var diagnostic: Diagnostic
  /// Such as `inputs.scenes[2].image`; nil for what does not stand in JSON.
  var path: String?

  init(_ diagnostic: Diagnostic, path: String? = nil) {
    self.diagnostic = diagnostic
    self.path = path
  }

  private enum CodingKeys: String, CodingKey { case path }

  func encode(to encoder: any Encoder) throws {
    try diagnostic.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(path, forKey: .path)
  }
}

extension Diagnostic {
  /// With the names of files only: where a host keeps them is its own business.
  var withoutFolders: Diagnostic {
    var copy = self
    copy.range = range.map(Self.withoutFolder)
    copy.notes = notes.map { Note($0.message, at: $0.range.map(Self.withoutFolder)) }
    copy.fix = fix.map { Fix(range: Self.withoutFolder($0.range), replacement: $0.replacement) }
    return copy
  }

  private static func withoutFolder(_ range: SourceRange) -> SourceRange {
    var copy = range
    copy.file = range.file.map { URL(fileURLWithPath: $0).lastPathComponent }
    return copy
  }
}
