import HTTPTypes

/// Why a request cannot even be understood, and the status that says so. The connection ends with it, because
/// nobody knows where the next request would begin.
struct Refusal: Error, Sendable, Hashable {
  let status: Status
  let reason: String

  init(_ status: Status, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  static func malformed(_ reason: String) -> Refusal { Refusal(.badRequest, reason) }
}
