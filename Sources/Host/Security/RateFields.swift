import Foundation
import HTTPTypes

/// How much a caller may still ask for, in the fields of an answer.
enum RateFields {
  static let limit: FieldName = "X-RateLimit-Limit"
  static let remaining: FieldName = "X-RateLimit-Remaining"
  static let reset: FieldName = "X-RateLimit-Reset"

  static func set(
    _ verdict: RateLimiter.Verdict, of limiter: RateLimiter, in response: inout Response
  ) {
    response.headers.set(limit, to: limiter.requestsPerMinute)
    response.headers.set(remaining, to: verdict.remaining)
    let full = Date.now.addingTimeInterval(verdict.untilFull / .seconds(1))
    response.headers.set(reset, to: Int(full.timeIntervalSince1970.rounded(.up)))
  }
}
