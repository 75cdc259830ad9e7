import Threads

/// A clock whose sleepers do not wait: each sleep makes the time jump to its end.
public final class JumpingClock: Clock {
  public struct Instant: InstantProtocol {
    public var elapsed: Duration

    public func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }
    public func duration(to other: Instant) -> Duration { other.elapsed - elapsed }
    public static func < (left: Instant, right: Instant) -> Bool { left.elapsed < right.elapsed }
  }

  private let state = Locked((now: Duration.zero, sleeps: [Duration]()))

  public init() {}

  public var now: Instant { Instant(elapsed: state.withLock { $0.now }) }
  public var minimumResolution: Duration { .nanoseconds(1) }
  /// How long each sleep was to be, in order.
  public var sleeps: [Duration] { state.withLock { $0.sleeps } }

  public func pass(_ duration: Duration) { state.withLock { $0.now += duration } }

  public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    state.withLock { state in
      state.sleeps.append(deadline.elapsed - state.now)
      state.now = max(state.now, deadline.elapsed)
    }
    await Task.yield()
  }
}
