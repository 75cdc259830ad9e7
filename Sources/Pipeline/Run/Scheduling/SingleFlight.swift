import Threads

/// Lets one task do what several want done, and gives its result to all of them.
public final class SingleFlight<Success: Sendable>: Sendable {
  private enum Turn: Sendable {
    /// Somebody else has done it.
    case done(Success)
    /// Nobody does it any more: it is your turn.
    case lead
    case cancelled
  }

  private struct Flight: Sendable {
    /// In order of asking.
    var waiters: [(id: Int, promise: Promise<Turn>)] = []
  }

  private struct State: Sendable {
    var flights: [Digest: Flight] = [:]
    var lastID = 0
  }

  private let state = Locked(State())

  public init() {}

  /// Runs `body`, or waits for the one that is already running for `key` and takes its result.
  ///
  /// When a body throws or is cancelled, the error goes only to the task that ran it; the one that has waited
  /// longest then runs its own. Throws `CancellationError` at once when cancelled while waiting.
  ///
  /// - Returns: the result, and whether another task made it.
  public func run(
    _ key: Digest, _ body: @Sendable () async throws -> Success
  ) async throws -> (result: Success, isShared: Bool) {
    try Task.checkCancellation()
    switch await turn(for: key) {
    case .done(let result): return (result, true)
    case .cancelled: throw CancellationError()
    case .lead: break
    }
    do {
      let result = try await body()
      land(key, with: result)
      return (result, false)
    } catch {
      passOn(key)
      throw error
    }
  }

  /// Whether somebody works on `key`.
  func isBusy(_ key: Digest) -> Bool { state.withLock { $0.flights[key] != nil } }

  /// How many wait for the result of `key`.
  func waiterCount(of key: Digest) -> Int { state.withLock { $0.flights[key]?.waiters.count ?? 0 } }

  private func turn(for key: Digest) async -> Turn {
    let promise = Promise<Turn>()
    let place = state.withLock { state -> Int? in
      guard state.flights[key] != nil else {
        state.flights[key] = Flight()
        return nil
      }
      state.lastID += 1
      state.flights[key]?.waiters.append((state.lastID, promise))
      return state.lastID
    }
    guard let place else { return .lead }
    return await withTaskCancellationHandler {
      await promise.answer()
    } onCancel: {
      leave(key, place)
    }
  }

  private func land(_ key: Digest, with result: Success) {
    let flight = state.withLock { $0.flights.removeValue(forKey: key) }
    for waiter in flight?.waiters ?? [] { waiter.promise.settle(.done(result)) }
  }

  private func passOn(_ key: Digest) {
    let next = state.withLock { state -> Promise<Turn>? in
      guard let flight = state.flights[key], let first = flight.waiters.first else {
        state.flights[key] = nil
        return nil
      }
      state.flights[key]?.waiters.removeFirst()
      return first.promise
    }
    next?.settle(.lead)
  }

  /// One that leads meanwhile is not among the waiters, and goes on to run its body.
  private func leave(_ key: Digest, _ place: Int) {
    let promise = state.withLock { state -> Promise<Turn>? in
      guard let index = state.flights[key]?.waiters.firstIndex(where: { $0.id == place }) else {
        return nil
      }
      return state.flights[key]?.waiters.remove(at: index).promise
    }
    promise?.settle(.cancelled)
  }
}
