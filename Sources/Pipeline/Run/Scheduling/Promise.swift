import Threads

/// One answer for one task that waits for it. May be settled before anybody waits; only the first answer counts.
final class Promise<Answer: Sendable>: Sendable {
  private enum State: Sendable {
    case open
    case awaited(CheckedContinuation<Answer, Never>)
    case settled(Answer)
  }

  private let state = Locked(State.open)

  /// Settles from any thread.
  func settle(_ answer: Answer) {
    let waiting = state.withLock { state -> CheckedContinuation<Answer, Never>? in
      switch state {
      case .settled: return nil
      case .open:
        state = .settled(answer)
        return nil
      case .awaited(let continuation):
        state = .settled(answer)
        return continuation
      }
    }
    waiting?.resume(returning: answer)
  }

  /// Waits whether or not the task is cancelled: whoever cancels settles. Called once.
  func answer() async -> Answer {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state -> Answer? in
        if case .settled(let answer) = state { return answer }
        state = .awaited(continuation)
        return nil
      }
      if let known { continuation.resume(returning: known) }
    }
  }
}
