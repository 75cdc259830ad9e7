import Threads

/// What a task needs while it runs.
public struct ResourceRequest: Sendable, Hashable {
  /// At least 1; more than there are means all of them.
  public var cores: Int
  /// Bytes of memory, estimated.
  public var memory: Int
  /// Bytes of scratch disk, estimated.
  public var disk: Int
  public var limits: [NamedLimit]
  /// -100 to 100; higher goes first.
  public var priority: Int

  public init(
    cores: Int = 1, memory: Int = 0, disk: Int = 0, limits: [NamedLimit] = [], priority: Int = 0
  ) {
    self.cores = cores
    self.memory = memory
    self.disk = disk
    self.limits = limits
    self.priority = priority
  }
}

/// What tasks share: a task waits until what it wants is free, in order of asking.
public final class ResourcePool: Sendable {
  public let cores: Int
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

  public init(cores: Int) {
    self.cores = max(1, cores)
    state = Locked(State(free: max(1, cores)))
  }

  /// Runs `body` while holding what was requested. Throws `CancellationError` when cancelled while waiting.
  ///
  /// - Parameter body: gets the number of cores that it may keep busy.
  public func with<Success>(
    _ request: ResourceRequest, _ body: (_ cores: Int) async throws -> Success
  ) async throws -> Success {
    let cores = min(max(1, request.cores), cores)
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
