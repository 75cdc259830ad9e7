import Threads

/// Runs that exclude each other (`ConcurrencyRule`, evaluated).
public struct RunGroup: Sendable, Hashable {
  public var name: String
  /// How many of them may be under way at once, from 1.
  public var max: Int
  public var policy: ConcurrencyRule.Policy

  public init(name: String, max: Int = 1, policy: ConcurrencyRule.Policy) {
    self.name = name
    self.max = max
    self.policy = policy
  }
}

/// A run was not accepted: nothing of it was done or will be.
public struct RunRefused: ClassifiedError, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    case queueIsFull, groupIsBusy
    /// The same run waits or is under way already.
    case isUnderWay
  }

  public var reason: Reason
  public var message: String
  /// When there will probably be room; nil when nobody knows.
  public var retryAfter: Duration?

  static func queueIsFull(waiting: Int, retryAfter: Duration) -> RunRefused {
    let waiters = waiting == 1 ? "1 run waits" : "\(waiting) runs wait"
    return RunRefused(
      reason: .queueIsFull,
      message: "the queue is full: \(waiters); try again in \(retryAfter.written)",
      retryAfter: retryAfter)
  }

  static func groupIsBusy(_ name: String, runs: [String]) -> RunRefused {
    let others = runs.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
    return RunRefused(
      reason: .groupIsBusy,
      message: "the group `\(name)` is busy with \(others)\(runs.count > 3 ? ", …" : ""); "
        + "wait for its end, or set `concurrency.policy` to `queue` or `cancel`")
  }

  static func isUnderWay(_ run: String) -> RunRefused {
    RunRefused(reason: .isUnderWay, message: "run `\(run)` waits or is under way already")
  }

  public var stageError: StageError {
    StageError(
      reason == .isUnderWay ? .internal : .rateLimited, message, retryAfter: retryAfter)
  }
  public var description: String { message }
}

/// A run's right to go ahead.
public struct Admission: Sendable, Hashable {
  public var run: String
  /// How long it had to wait.
  public var waited: Duration
}

/// Who is under way and who waits, for people.
public struct RunQueueSnapshot: Sendable, Hashable, Codable {
  public struct Entry: Sendable, Hashable, Codable {
    public var run: String
    public var priority: Int
    public var group: String?
    /// Milliseconds that it has waited or been under way.
    public var since: Int
    /// Nil for a run that is under way.
    public var waitsFor: String?
  }

  public var active: [Entry]
  /// The next one first.
  public var waiting: [Entry]
}

/// Lets runs in: so many at once, the others in a queue that is bounded, and those of a group after each other.
///
/// `RunAdmissions` has the rules.
public final class RunQueue: Sendable {
  private struct State: Sendable {
    var admissions: RunAdmissions
    var promises: [String: Promise<Bool>] = [:]

    mutating func serve(at now: Duration) -> [Promise<Bool>] {
      admissions.serve(at: now).compactMap { promises.removeValue(forKey: $0) }
    }
  }

  private let state: Locked<State>
  private let now: @Sendable () -> Duration

  /// - Parameters:
  ///   - active: most runs that are under way at once.
  ///   - waiting: most runs that wait; more are refused.
  ///   - now: the time since any moment; never falls.
  public init(active: Int = 16, waiting: Int = 1000, now: (@Sendable () -> Duration)? = nil) {
    state = Locked(
      State(admissions: RunAdmissions(activeLimit: active, waitingLimit: waiting)))
    let start = ContinuousClock.now
    self.now = now ?? { ContinuousClock.now - start }
  }

  /// Waits until the run may go ahead; `leave` must be called when it is over.
  ///
  /// Throws `RunRefused` at once when it is not accepted, and `CancellationError` when cancelled while waiting; then
  /// nothing is left to be done.
  ///
  /// - Parameters:
  ///   - priority: -100 to 100; higher goes first.
  ///   - cancelOther: asked to cancel a run of the same group that is under way or waits, and to return at once.
  public func admit(
    _ run: String, priority: Int = 0, group: RunGroup? = nil,
    cancelOther: @Sendable (String) -> Void = { _ in }
  ) async throws -> Admission {
    try Task.checkCancellation()
    let start = now()
    let promise = Promise<Bool>()
    let (answer, cancelled) = state.withLock { state in
      let result = state.admissions.ask(run, priority: priority, group: group, at: start)
      if result.answer == .waits { state.promises[run] = promise }
      return result
    }
    switch answer {
    case .admitted: return Admission(run: run, waited: .zero)
    case .refused(let refusal): throw refusal
    case .waits: break
    }
    cancelled.forEach(cancelOther)
    let isAdmitted = await withTaskCancellationHandler {
      await promise.answer()
    } onCancel: {
      withdraw(run, promise)
    }
    if !isAdmitted { throw CancellationError() }
    return Admission(run: run, waited: now() - start)
  }

  /// The run is over. Does nothing for one that is not under way.
  public func leave(_ run: String) {
    update { state, now in
      state.admissions.leave(run, at: now)
      return state.serve(at: now)
    }
  }

  public func snapshot() -> RunQueueSnapshot {
    let now = now()
    return state.withLock { $0.admissions.snapshot(at: now) }
  }

  private func withdraw(_ run: String, _ promise: Promise<Bool>) {
    var isWithdrawn = false
    update { state, now in
      // The same run may have asked again since.
      guard state.promises[run] === promise, state.admissions.withdraw(run) else { return [] }
      state.promises[run] = nil
      isWithdrawn = true
      return state.serve(at: now)
    }
    if isWithdrawn { promise.settle(false) }
  }

  private func update(_ body: (inout State, Duration) -> [Promise<Bool>]) {
    let now = now()
    for promise in state.withLock({ body(&$0, now) }) { promise.settle(true) }
  }
}
