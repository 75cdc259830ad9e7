import Threads

/// What the tasks of a host share: a task waits until everything that it wants is free at once.
///
/// `ResourceLedger` has the rules.
public final class ResourcePool: Sendable {
  private struct State {
    var ledger: ResourceLedger
    var promises: [Int: Promise<Bool>] = [:]

    mutating func serve(at now: Duration) -> [Promise<Bool>] {
      ledger.serve(at: now).compactMap { promises.removeValue(forKey: $0) }
    }
  }

  public let cores: Int
  private let state: Locked<State>
  private let now: @Sendable () -> Duration

  /// - Parameters:
  ///   - memory: bytes that tasks may use together; nil: not counted.
  ///   - disk: bytes of scratch that tasks may use together; nil: not counted.
  ///   - patience: how long a task lets others pass that fit where it does not.
  ///   - now: the time since any moment; never falls.
  public init(
    cores: Int, memory: Int? = nil, disk: Int? = nil, patience: Duration = .seconds(10),
    now: (@Sendable () -> Duration)? = nil
  ) {
    self.cores = max(1, cores)
    let totals = ResourceLedger.Totals(
      cores: self.cores, memory: memory.map { max(0, $0) }, disk: disk.map { max(0, $0) })
    state = Locked(State(ledger: ResourceLedger(totals: totals, patience: patience)))
    let start = ContinuousClock.now
    self.now = now ?? { ContinuousClock.now - start }
  }

  /// Runs `body` while holding what was requested. Throws `CancellationError` when cancelled while waiting, and a
  /// `StageError` (configuration) at once when the disk could never hold it.
  ///
  /// - Parameter body: gets the number of cores that it may keep busy.
  public func with<Success>(
    _ request: ResourceRequest, _ body: (_ cores: Int) async throws -> Success
  ) async throws -> Success {
    try Task.checkCancellation()
    let ticket = try await acquire(request)
    defer {
      update { state, now in
        state.ledger.release(ticket)
        return state.serve(at: now)
      }
    }
    return try await body(min(max(1, request.cores), cores))
  }

  public func snapshot() -> ResourceSnapshot {
    let now = now()
    return state.withLock { $0.ledger.snapshot(at: now) }
  }

  private func acquire(_ request: ResourceRequest) async throws -> Int {
    let promise = Promise<Bool>()
    let now = now()
    let (ticket, served) = try state.withLock { state throws(StageError) in
      let ticket = try state.ledger.ask(request, at: now)
      state.promises[ticket] = promise
      return (ticket, state.serve(at: now))
    }
    for promise in served { promise.settle(true) }
    let isGranted = await withTaskCancellationHandler {
      await promise.answer()
    } onCancel: {
      withdraw(ticket)
    }
    if !isGranted { throw CancellationError() }
    return ticket
  }

  private func withdraw(_ ticket: Int) {
    var withdrawn: Promise<Bool>?
    update { state, now in
      guard state.ledger.withdraw(ticket) else { return [] }
      withdrawn = state.promises.removeValue(forKey: ticket)
      return state.serve(at: now)
    }
    withdrawn?.settle(false)
  }

  /// Changes the state and tells those who were served by that.
  private func update(_ body: (inout State, Duration) -> [Promise<Bool>]) {
    let now = now()
    for promise in state.withLock({ body(&$0, now) }) { promise.settle(true) }
  }
}
