import CCurl
public import Foundation

/// When a failed exchange is tried again.
///
/// Full jitter: a wait of anything from nothing to the bound, which doubles each time, but never earlier than the
/// server asked for.
public struct HTTPRetry: Sendable, Hashable {
  /// Statuses that may go away by themselves.
  public static let statuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

  /// All together, from 1.
  public var attempts: Int
  /// The bound of the first wait.
  public var initial: Duration
  /// The largest bound.
  public var cap: Duration
  /// The longest wait that a server may ask for; beyond it, its answer is the last one.
  public var patience: Duration

  public init(
    attempts: Int = 4, initial: Duration = .milliseconds(500), cap: Duration = .seconds(30),
    patience: Duration = .seconds(120)
  ) {
    self.attempts = attempts
    self.initial = initial
    self.cap = cap
    self.patience = patience
  }

  /// How long to wait before the next attempt; nil when there should be none.
  ///
  /// - Parameters:
  ///   - attempt: the one that failed, from 1.
  ///   - retryAfter: what the server asked for.
  public func delay(
    afterAttempt attempt: Int, retryAfter: Duration?,
    using numbers: inout some RandomNumberGenerator
  ) -> Duration? {
    guard attempt < attempts, retryAfter ?? .zero <= patience else { return nil }
    var bound = initial
    for _ in 1..<max(1, min(attempt, 64)) where bound < cap { bound *= 2 }
    let jittered = min(bound, cap) * Double.random(in: 0...1, using: &numbers)
    return max(jittered, retryAfter ?? .zero)
  }
}

/// The header of RFC 9110, 10.2.3.
public enum RetryAfter {
  /// Seconds or a date; nil for anything else. A date in the past is no wait.
  public static func duration(_ text: String, now: Date) -> Duration? {
    let text = text.trimmingCharacters(in: .whitespaces)
    if let seconds = Int(text) { return seconds >= 0 ? .seconds(min(seconds, 1 << 31)) : nil }
    return date(text).map { .seconds(max(0, Double($0) - now.timeIntervalSince1970)) }
  }

  /// Seconds since 1970 of a date as headers have it (RFC 9110, 5.6.7); nil for anything else.
  public static func date(_ text: String) -> Int? {
    // Only what begins like a date: curl's parser takes much more for one.
    guard text.first?.isLetter == true, text.contains(":") else { return nil }
    let date = curl_getdate(text, nil)
    return date >= 0 ? Int(date) : nil
  }
}

extension HTTPClient {
  /// Sends, and sends again while the failure is one that may go away and the request may be repeated.
  ///
  /// Gives back the last response, whatever its status, or throws the last error.
  public func send(
    _ request: HTTPRequest, retry: HTTPRetry, clock: any Clock<Duration> = ContinuousClock()
  ) async throws(HTTPError) -> HTTPResponse {
    var attempt = 1
    while true {
      let result: Result<HTTPResponse, HTTPError>
      do { result = .success(try await send(request)) } catch { result = .failure(error) }
      guard request.isRepeatable, let wait = Self.wait(retry, after: result, attempt: attempt)
      else {
        return try result.get()
      }
      do { try await clock.sleep(for: wait) } catch {
        throw HTTPError(.cancelled, "cancelled before it was tried again")
      }
      attempt += 1
    }
  }

  private static func wait(
    _ retry: HTTPRetry, after result: Result<HTTPResponse, HTTPError>, attempt: Int
  ) -> Duration? {
    var numbers = SystemRandomNumberGenerator()
    switch result {
    case .success(let response):
      guard HTTPRetry.statuses.contains(response.status) else { return nil }
      return retry.delay(
        afterAttempt: attempt, retryAfter: response.retryAfter, using: &numbers)
    case .failure(let error):
      guard error.isTransient else { return nil }
      return retry.delay(afterAttempt: attempt, retryAfter: error.retryAfter, using: &numbers)
    }
  }
}
