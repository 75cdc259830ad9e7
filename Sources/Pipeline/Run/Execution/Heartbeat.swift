import Threads

/// How long ago something began, on any clock.
struct Stopwatch: Sendable {
  private let read: @Sendable () -> Duration

  init(_ clock: any Clock<Duration>) { self = Self.started(clock) }

  private init(_ read: @escaping @Sendable () -> Duration) { self.read = read }

  private static func started<Timer: Clock<Duration>>(_ clock: Timer) -> Stopwatch {
    let start = clock.now
    return Stopwatch { start.duration(to: clock.now) }
  }

  var elapsed: Duration { read() }
}

/// When an attempt was last heard of, and what it said.
final class Heartbeat: Sendable {
  private struct State: Sendable {
    var heardAt = Duration.zero
    var last: String?
  }

  private let stopwatch: Stopwatch
  private let state = Locked(State())

  init(_ clock: any Clock<Duration>) { stopwatch = Stopwatch(clock) }

  func heard(_ message: String) {
    let now = stopwatch.elapsed
    state.withLock { $0 = State(heardAt: now, last: message) }
  }

  func heard(_ progress: StageProgress) {
    let count = Value.number(progress.done).asText ?? ""
    let total = progress.total.flatMap { Value.number($0).asText }.map { " of \($0)" } ?? ""
    let phase = progress.phase.map { "\($0) " } ?? ""
    heard("\(phase)\(count)\(total) \(progress.unit.rawValue)")
  }

  /// How long nothing was heard.
  var silence: Duration { stopwatch.elapsed - state.withLock { $0.heardAt } }

  /// Throws when nothing was heard for `longest`; ends otherwise only by cancellation.
  func watch(longest: Duration, _ clock: any Clock<Duration>) async throws {
    while silence < longest { try await clock.sleep(for: longest - silence) }
    let last = state.withLock { $0.last }.map { " after `\($0)`" } ?? ""
    throw StageError(
      .timeout, "stalled: nothing heard for \(longest.written)\(last)", field: "stall")
  }
}
