import Foundation
import HTTPTypes

/// How every error looks to clients.
struct ErrorBody: Sendable, Encodable {
  var error: String
  var code: String
  var details: String?
  var requestID: String
  /// RFC 3339.
  var timestamp: String
  var helpURL: String?
  /// What is wrong with a pipeline or a request, each with its place; absent where nothing is.
  var diagnostics: [DiagnosticReport]?

  private enum CodingKeys: String, CodingKey {
    case error, code, details, timestamp, diagnostics
    case requestID = "request_id"
    case helpURL = "help_url"
  }

  init(_ error: APIError, requestID: String, now: Int = .now) {
    self.error = error.message
    code = error.code.rawValue
    details = error.details
    self.requestID = requestID
    timestamp = Timestamp.text(now)
    helpURL = "/api/v1/docs#errors"
    diagnostics = error.diagnostics.isEmpty ? nil : error.diagnostics
  }
}

extension APIError {
  func response(requestID: String) -> Response {
    var response =
      (try? Response.json(
        ErrorBody(self, requestID: requestID), status: status, encoder: APIEncoder.make()))
      ?? Response(status)
    for field in headers.fields {
      try? response.headers.set(field.name, to: field.value)
    }
    return response
  }
}

enum APIEncoder {
  static func make() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
