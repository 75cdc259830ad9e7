import Threads

/// The cores that tasks share: a task waits until as many as it wants are free, in order of asking.
public final class CorePool: Sendable {
  public let count: Int
  private let state: Locked<State>

  private struct State {
    var free: Int
    var nextTicket = 0
    var queue: [Waiter] = []
    /// Tickets that were cancelled before they got into the queue.
    var cancelled: Set<Int> = []
  }

  private struct Waiter {
    let ticket: Int
    let wanted: Int
    let continuation: CheckedContinuation<Bool, Never>
  }

  public init(count: Int) {
    self.count = max(1, count)
    state = Locked(State(free: max(1, count)))
  }

  /// Runs `body` while holding `wanted` cores (at least 1, at most all). Throws `CancellationError` when
  /// cancelled while waiting.
  public func with<Success>(
    _ wanted: Int, _ body: (_ cores: Int) async throws -> Success
  ) async throws -> Success {
    let cores = min(max(1, wanted), count)
    try await acquire(cores)
    defer { release(cores) }
    return try await body(cores)
  }

  private func acquire(_ wanted: Int) async throws {
    let ticket = state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
    let granted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        enqueue(Waiter(ticket: ticket, wanted: wanted, continuation: continuation))
      }
    } onCancel: {
      cancel(ticket)
    }
    if !granted { throw CancellationError() }
  }

  private func enqueue(_ waiter: Waiter) {
    let refused = state.withLock { state in
      if state.cancelled.remove(waiter.ticket) != nil { return true }
      state.queue.append(waiter)
      return false
    }
    if refused { waiter.continuation.resume(returning: false) }
    grant()
  }

  private func cancel(_ ticket: Int) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.queue.firstIndex(where: { $0.ticket == ticket }) else {
        state.cancelled.insert(ticket)
        return nil
      }
      return state.queue.remove(at: index)
    }
    waiter?.continuation.resume(returning: false)
    grant()
  }

  private func release(_ cores: Int) {
    state.withLock { $0.free += cores }
    grant()
  }

  /// Serves the head of the queue as long as it can be served; never past it, so that nobody starves.
  private func grant() {
    while true {
      let served = state.withLock { state -> Waiter? in
        guard let head = state.queue.first, head.wanted <= state.free else { return nil }
        state.free -= head.wanted
        return state.queue.removeFirst()
      }
      guard let served else { return }
      served.continuation.resume(returning: true)
    }
  }
}
