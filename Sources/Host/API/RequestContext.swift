import HTTPTypes

/// The name by which a request is found again in the log.
enum RequestIDKey: RequestValueKey { typealias Value = String }

/// Who calls, when that is known.
enum CallerKey: RequestValueKey { typealias Value = Caller }

extension Request {
  var id: String { values[RequestIDKey.self] ?? "" }

  /// Whether a text may be used as a request's id: short, and with nothing in it that logs could stumble over.
  static func isUsableID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      }
  }
}

extension FieldName {
  static let requestID: FieldName = "X-Request-ID"
  static let idempotencyKey: FieldName = "Idempotency-Key"
  static let lastEventID: FieldName = "Last-Event-ID"
  static let authenticate: FieldName = "WWW-Authenticate"
}
