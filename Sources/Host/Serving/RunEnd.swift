import Pipeline
import Threads

/// The runs that the owner of the data folder has worked on: they may read whatever the host may.
final class OwnersRuns: Sendable {
  private let runs = Locked<Set<String>>([])

  func insert(_ run: String) { runs.withLock { _ = $0.insert(run) } }
  func remove(_ run: String) { runs.withLock { _ = $0.remove(run) } }
  func contains(_ run: String) -> Bool { runs.withLock { $0.contains(run) } }
}

/// How a run ended, for the one who waits for it. Settled once, by whoever works on the run.
final class RunEnd: Sendable {
  private struct State: Sendable {
    var result: Result<RunResult, StageError>?
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Locked(State())

  func settle(_ result: Result<RunResult, StageError>) {
    let waiter = state.withLock { state in
      if state.result == nil { state.result = result }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Waits for the end; for one caller. Throws when the run could not be recorded, and when cancelled.
  func result() async throws -> RunResult {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if state.result != nil || Task.isCancelled { return true }
          state.waiter = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }?.resume()
    }
    guard let result = state.withLock({ $0.result }) else { throw CancellationError() }
    return try result.get()
  }
}
