import Threads

/// Lets so many work at once; the others wait in the order in which they came.
final class FetchSlots: Sendable {
  private struct State: Sendable {
    var free: Int
    var waiting: [(id: Int, turn: CheckedContinuation<Bool, Never>)] = []
    var lastID = 0
    /// Cancelled before they waited.
    var cancelled: Set<Int> = []
  }

  private let state: Locked<State>

  init(_ count: Int) { state = Locked(State(free: max(1, count))) }

  /// Throws `CancellationError` at once when cancelled while waiting.
  func with<Result: Sendable>(
    _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    try await take()
    defer { give() }
    return try await body()
  }

  private func take() async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let isMine = await withTaskCancellationHandler {
      await withCheckedContinuation { turn in
        let answer = state.withLock { state -> Bool? in
          if state.cancelled.remove(id) != nil { return false }
          if state.free > 0 {
            state.free -= 1
            return true
          }
          state.waiting.append((id, turn))
          return nil
        }
        if let answer { turn.resume(returning: answer) }
      }
    } onCancel: {
      leave(id)
    }
    state.withLock { _ = $0.cancelled.remove(id) }
    if !isMine { throw CancellationError() }
  }

  private func give() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().turn
    }
    next?.resume(returning: true)
  }

  private func leave(_ id: Int) {
    let turn = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
        state.cancelled.insert(id)
        return nil
      }
      return state.waiting.remove(at: index).turn
    }
    turn?.resume(returning: false)
  }
}
