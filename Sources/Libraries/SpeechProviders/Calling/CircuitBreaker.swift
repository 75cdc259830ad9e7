/// When a provider that fails is left alone, and how it comes back.
public struct BreakerSettings: Sendable, Hashable, Codable {
  /// Failures in a row that open it.
  public var failures = 5
  /// Share of failures among the last `window` calls that opens it.
  public var failureRate = 0.5
  /// Calls that the share is taken of; fewer decide nothing.
  public var window = 20
  /// How long it stays open the first time; twice as long after each try that fails, up to eight times.
  public var openFor = Duration.seconds(30)
  /// Calls that are let through then, all of which must succeed.
  public var probes = 1

  public init() {}
}

/// Closed: calls go through. Open: none do. Half open: some do, to see whether the provider is well again.
///
/// Only decides; whoever holds it tells it the time.
public struct CircuitBreaker: Sendable {
  public typealias Instant = ContinuousClock.Instant

  public enum State: String, Sendable, Hashable, Codable, CaseIterable {
    case closed, open
    case halfOpen = "half-open"
  }

  /// How a call that was let through ended.
  public enum Outcome: Sendable, Hashable {
    case success
    case failure
    /// Every call will fail until somebody does something: a wrong key, an empty account.
    case hopeless
    /// The service asked for patience.
    case rest(Duration)
    /// It says nothing about the provider, such as a cancelled call.
    case nothing
  }

  private enum Phase: Sendable {
    case closed
    case open(until: Instant)
    case halfOpen(under: Int, succeeded: Int)
  }

  private static let longestDoubling = 8

  public let settings: BreakerSettings
  private var phase = Phase.closed
  private var inARow = 0
  private var recent: [Bool] = []
  private var openings = 0

  public init(_ settings: BreakerSettings) { self.settings = settings }

  /// Lets a call through, or says how long to stay away. Whoever is let through must tell how it ended.
  public mutating func admit(at now: Instant) -> Duration? {
    switch phase {
    case .closed: return nil
    case .open(let until):
      guard now >= until else { return until - now }
      phase = .halfOpen(under: 1, succeeded: 0)
      return nil
    case .halfOpen(let under, let succeeded):
      guard under + succeeded < settings.probes else { return .seconds(1) }
      phase = .halfOpen(under: under + 1, succeeded: succeeded)
      return nil
    }
  }

  public mutating func ended(_ outcome: Outcome, at now: Instant) {
    switch outcome {
    case .success: succeeded()
    case .failure: failed(at: now)
    case .hopeless: open(at: now, for: cooling)
    case .rest(let time): open(at: now, for: max(time, .seconds(1)))
    case .nothing:
      if case .halfOpen(let under, let succeeded) = phase {
        phase = .halfOpen(under: max(0, under - 1), succeeded: succeeded)
      }
    }
  }

  public func state(at now: Instant) -> State {
    switch phase {
    case .closed: .closed
    case .open(let until): now < until ? .open : .halfOpen
    case .halfOpen: .halfOpen
    }
  }

  /// How long it stays open; nil when it is not.
  public func rest(at now: Instant) -> Duration? {
    if case .open(let until) = phase, now < until { until - now } else { nil }
  }

  private mutating func succeeded() {
    inARow = 0
    note(true)
    guard case .halfOpen(let under, let succeeded) = phase else { return }
    if succeeded + 1 >= settings.probes {
      phase = .closed
      recent = []
      openings = 0
    } else {
      phase = .halfOpen(under: max(0, under - 1), succeeded: succeeded + 1)
    }
  }

  private mutating func failed(at now: Instant) {
    inARow += 1
    note(false)
    switch phase {
    case .halfOpen: open(at: now, for: cooling)
    case .closed where inARow >= settings.failures || isMostlyFailing:
      open(at: now, for: cooling)
    case .closed, .open: break
    }
  }

  private mutating func note(_ success: Bool) {
    recent.append(success)
    if recent.count > settings.window { recent.removeFirst() }
  }

  private var isMostlyFailing: Bool {
    recent.count >= settings.window
      && Double(recent.count { !$0 }) >= settings.failureRate * Double(recent.count)
  }

  private var cooling: Duration {
    settings.openFor * min(Self.longestDoubling, 1 << min(openings, 3))
  }

  private mutating func open(at now: Instant, for time: Duration) {
    // Calls that were let through before it opened do not make it longer.
    if case .open(let until) = phase, until > now { return }
    phase = .open(until: now + time)
    openings += 1
    inARow = 0
    recent = []
  }
}
