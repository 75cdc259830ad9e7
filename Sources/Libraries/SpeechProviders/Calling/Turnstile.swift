import Threads

/// Lets so many through at once, in the order in which they came.
final class Turnstile: Sendable {
  private struct State {
    var free: Int
    var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    var cancelled: Set<Int> = []
    var next = 0
  }

  private let state: Locked<State>

  init(_ limit: Int) { state = Locked(State(free: max(1, limit))) }

  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Waits for a place. Throws when cancelled; then there is none to give back.
  func enter() async throws {
    try Task.checkCancellation()
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    let entered = await withTaskCancellationHandler {
      await withCheckedContinuation { wait(id, $0) }
    } onCancel: {
      give(up: id)
    }
    // Cancelled in the moment in which it got its place.
    state.withLock { _ = $0.cancelled.remove(id) }
    guard entered else { throw CancellationError() }
  }

  func leave() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume(returning: true)
  }

  private func wait(_ id: Int, _ continuation: CheckedContinuation<Bool, Never>) {
    let now = state.withLock { state -> Bool? in
      if state.cancelled.remove(id) != nil { return false }
      guard state.free == 0 else {
        state.free -= 1
        return true
      }
      state.waiting.append((id, continuation))
      return nil
    }
    if let now { continuation.resume(returning: now) }
  }

  private func give(up id: Int) {
    let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
        // It has not begun to wait yet, or has its place already, which it then gives back.
        state.cancelled.insert(id)
        return nil
      }
      return state.waiting.remove(at: index).continuation
    }
    waiter?.resume(returning: false)
  }
}
