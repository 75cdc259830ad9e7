import Foundation
import HTTPClient
import Threads

/// What time it is, and how to wait; tests bring their own.
public struct ProviderTime: Sendable {
  public var now: @Sendable () -> ContinuousClock.Instant
  public var sleep: @Sendable (Duration) async throws -> Void

  public init(
    now: @escaping @Sendable () -> ContinuousClock.Instant,
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  public static let real = ProviderTime(
    now: { ContinuousClock.now }, sleep: { try await Task.sleep(for: $0) })
}

/// Gives the text of a provider's key at the moment of its use. Throws with what is missing.
public typealias KeySource = @Sendable (_ secret: String) throws -> String

/// One provider of this host: its requests, how many at once, how often again, and how it has been.
public final class ProviderLine: Sendable {
  public let settings: ProviderSettings
  private let client: HTTPClient
  private let key: KeySource
  private let time: ProviderTime
  private let breaker: Locked<CircuitBreaker>
  private let statistics = Locked(ProviderStatistics())
  private let turnstile: Turnstile

  init(
    _ settings: ProviderSettings, breaker: BreakerSettings, key: @escaping KeySource,
    time: ProviderTime
  ) {
    self.settings = settings
    self.key = key
    self.time = time
    self.breaker = Locked(CircuitBreaker(breaker))
    client = HTTPClient(rules: settings.rules, connections: settings.concurrency + 1)
    turnstile = Turnstile(settings.concurrency)
  }

  public var name: String { settings.name }

  /// Has one thing done, again where a failure may go away, unless the provider is being left alone.
  ///
  /// What `work` throws that is no `ProviderError` is passed on and says nothing about the provider.
  public func perform<Answer: Sendable>(
    _ work: @Sendable (ProviderCall) async throws -> Answer
  ) async throws -> Answer {
    try await turnstile.enter()
    defer { turnstile.leave() }
    var attempt = 1
    while true {
      try admit()
      do {
        return try await tryOnce(work)
      } catch let error as ProviderError {
        guard let wait = wait(after: error, attempt: attempt) else { throw error }
        try await time.sleep(wait)
        attempt += 1
      }
    }
  }

  /// Says that an answer was found that the provider gave earlier.
  public func noteReuse() { statistics.withLock { $0.reused += 1 } }

  public var report: ProviderReport {
    let now = time.now()
    let (state, rest) = breaker.withLock { ($0.state(at: now), $0.rest(at: now)) }
    return statistics.withLock { statistics in
      ProviderReport(
        name: name, kind: settings.kind, task: settings.kind.task, state: state,
        opensAgainIn: rest.map { Int(($0 / .milliseconds(1)).rounded(.up)) },
        successes: statistics.successes,
        failures: Dictionary(
          uniqueKeysWithValues: statistics.failures.map { ($0.key.rawValue, $0.value) }),
        reused: statistics.reused, successRate: statistics.successRate,
        medianLatency: statistics.latency(0.5), highLatency: statistics.latency(0.95),
        secondsSpent: statistics.secondsSpent, inFlight: statistics.inFlight,
        lastFailure: statistics.lastFailure, lastSuccess: statistics.lastSuccess)
    }
  }

  private func admit() throws(ProviderError) {
    let now = time.now()
    guard let rest = breaker.withLock({ $0.admit(at: now) }) else { return }
    let seconds = Int((rest / .seconds(1)).rounded(.up))
    let reason = statistics.withLock { $0.lastFailure?.message }
    throw ProviderError(
      .resting, name,
      "it is left alone for \(seconds) s" + (reason.map { " because it failed: \($0)" } ?? ""),
      retryAfter: rest)
  }

  private func tryOnce<Answer: Sendable>(
    _ work: @Sendable (ProviderCall) async throws -> Answer
  ) async throws -> Answer {
    let started = time.now()
    statistics.withLock { $0.inFlight += 1 }
    defer { statistics.withLock { $0.inFlight -= 1 } }
    do {
      let answer = try await work(ProviderCall(settings, client, keyText: try keyText(), time))
      let now = time.now()
      statistics.withLock { $0.succeeded(in: now - started, at: Date()) }
      breaker.withLock { $0.ended(.success, at: now) }
      return answer
    } catch let error as ProviderError {
      note(error)
      throw error
    } catch {
      breaker.withLock { $0.ended(.nothing, at: time.now()) }
      throw error
    }
  }

  private func keyText() throws -> String? {
    guard let secret = settings.key else { return nil }
    do { return try key(secret) } catch {
      throw ProviderError(.authentication, name, "\(error)")
    }
  }

  private func note(_ error: ProviderError) {
    let now = time.now()
    guard error.kind != .cancelled else {
      breaker.withLock { $0.ended(.nothing, at: now) }
      return
    }
    statistics.withLock { $0.failed(error, at: Date()) }
    let outcome: CircuitBreaker.Outcome =
      switch error.kind {
      case .authentication, .quota: .hopeless
      case .rateLimited:
        // A short wait is waited for; a long one is a rest for everybody.
        (error.retryAfter ?? .zero) > settings.patience
          ? .rest(error.retryAfter ?? .zero) : .failure
      case .transient, .timeout, .badAnswer: .failure
      // It answers, and others may have asked for something that it can do.
      case .invalidInput, .configuration: .success
      case .resting, .cancelled: .nothing
      }
    breaker.withLock { $0.ended(outcome, at: now) }
  }

  private func wait(after error: ProviderError, attempt: Int) -> Duration? {
    guard error.mayBeTriedAgain else { return nil }
    let retry = HTTPRetry(attempts: settings.attempts, patience: settings.patience)
    var numbers = SystemRandomNumberGenerator()
    return retry.delay(afterAttempt: attempt, retryAfter: error.retryAfter, using: &numbers)
  }
}
