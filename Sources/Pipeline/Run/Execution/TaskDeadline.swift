import Threads

/// The time that all attempts of a task have together, from the moment that the first one begins.
final class TaskDeadline: Sendable {
  private let length: Duration?
  private let clock: any Clock<Duration>
  private let started = Locked<Stopwatch?>(nil)

  /// - Parameter length: nil: as long as they like.
  init(_ length: Duration?, _ clock: any Clock<Duration>) {
    self.length = length
    self.clock = clock
  }

  /// Does nothing for the second attempt and later ones.
  func begin() {
    guard length != nil else { return }
    started.withLock { $0 = $0 ?? Stopwatch(clock) }
  }

  /// Nil without a deadline.
  var remaining: Duration? {
    guard let length else { return nil }
    return length - (started.withLock { $0 }?.elapsed ?? .zero)
  }

  /// What ends an attempt when the time is up.
  var expiry: StageError {
    StageError(
      .timeout, "the task took longer than its deadline of \((length ?? .zero).written)",
      field: "deadline")
  }

  /// Whether there is time to wait and then to try again.
  ///
  /// - Parameter delay: nil when there will be no other attempt anyway.
  func allowing(_ delay: Duration?, after failure: StageError) -> Result<Duration, StageError> {
    guard let delay else { return .failure(failure) }
    guard let length, let remaining, delay >= remaining else { return .success(delay) }
    if remaining <= .zero, failure.field == "deadline" { return .failure(failure) }
    return .failure(
      StageError(
        .timeout,
        "the deadline of \(length.written) leaves no time for another attempt; the last one failed: \(failure.message)",
        cause: failure.cause, field: "deadline"))
  }
}
