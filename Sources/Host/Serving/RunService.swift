import Foundation
import Pipeline
import Threads

/// Runs pipelines for as long as a host serves: what is accepted is written down first, and is done by this process
/// or the next one.
final class RunService: Sendable {
  /// Why a run was not accepted; nothing of it was written down.
  enum Refusal: Error, Sendable, Hashable {
    case queueIsFull(waiting: Int)
    /// The host is about to stop.
    case draining
  }

  private struct State: Sendable {
    var isDraining = false
    /// Accepted, being accepted, or under way.
    var runs: Set<String> = []
    var tasks: [String: Task<Void, Never>] = [:]
    var idle: [CheckedContinuation<Void, Never>] = []

    mutating func takeIdle() -> [CheckedContinuation<Void, Never>] {
      guard runs.isEmpty else { return [] }
      defer { idle = [] }
      return idle
    }
  }

  let engine: PipelineEngine
  let hub: EventHub
  private let registry: StageRegistry
  private let limit: Int
  private let log: ServerLog
  private let onEvent: @Sendable (RunEvent) -> Void
  private let state = Locked(State())
  private let accepted: AsyncStream<String>
  private let acceptedInput: AsyncStream<String>.Continuation

  /// - Parameters:
  ///   - limit: how many runs may wait or be under way.
  ///   - onEvent: told of each event once it is in the journal; must not wait.
  init(
    engine: PipelineEngine, registry: StageRegistry, limit: Int, log: ServerLog,
    onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) {
    self.engine = engine
    self.registry = registry
    self.limit = limit
    self.log = log
    self.onEvent = onEvent
    hub = EventHub(journal: engine.environment.journal)
    (accepted, acceptedInput) = AsyncStream.makeStream(of: String.self)
  }

  var journal: any RunJournal { engine.environment.journal }
  var isDraining: Bool { state.withLock { $0.isDraining } }
  /// Accepted and not over.
  var count: Int { state.withLock { $0.runs.count } }
  /// How many more would be accepted now.
  var vacancyCount: Int { max(0, limit - count) }

  /// Works on what is accepted, until `drain` was called and everything is released.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await id in accepted {
        group.addTask { await self.perform(id) }
      }
    }
  }

  /// Writes a run down and begins it when it is its turn. Throws `Refusal` when there is no room.
  func submit(_ request: RunRequest) async throws -> RunRecord {
    var request = request
    let id = request.id ?? RunID.make()
    request.id = id
    try state.withLock { state throws(Refusal) in
      if state.isDraining { throw .draining }
      if state.runs.count >= limit { throw .queueIsFull(waiting: state.runs.count) }
      state.runs.insert(id)
    }
    do {
      let record = try await engine.accept(request)
      acceptedInput.yield(id)
      return record
    } catch {
      forget(id)
      throw error
    }
  }

  /// Goes on with runs of an earlier process, however many wait.
  func `continue`(_ runs: [String]) {
    for id in runs {
      let isNew = state.withLock { !$0.isDraining && $0.runs.insert(id).inserted }
      if isNew { acceptedInput.yield(id) }
    }
  }

  /// Ends a run for good, soon. Throws `StageError` when it is over or unknown.
  func cancel(_ id: String, _ mode: CancelMode) async throws {
    try await engine.cancel(id, mode)
    hub.refresh(id)
  }

  private func perform(_ id: String) async {
    let task = Task { await work(on: id) }
    let isLate = state.withLock { state in
      state.tasks[id] = task
      return state.isDraining
    }
    // Accepted just before the host was told to stop: it stays for the next process.
    if isLate { task.cancel() }
    await task.value
    forget(id)
  }

  private func work(on id: String) async {
    if Task.isCancelled { return }
    do {
      let result = try await engine.resume(id, registry: registry) { [self] event in
        hub.publish(event)
        onEvent(event)
      }
      log.write(
        .info, "run ended",
        ["run": .string(id), "state": .string(result.state.rawValue), "ms": .int(result.elapsed)])
    } catch {
      // Cancelled before its turn, it is over already.
      if let run = try? await journal.run(id), run.state.isOver { return }
      let failure = StageError(wrapping: error)
      log.write(
        .error, "run could not be continued",
        ["run": .string(id), "error": .string(failure.description)])
    }
  }

  /// Whether a run that is submitted now is accepted, unless others come first.
  var hasRoom: Bool { state.withLock { !$0.isDraining && $0.runs.count < limit } }

  private func forget(_ id: String) {
    let idle = state.withLock { state in
      state.runs.remove(id)
      state.tasks[id] = nil
      return state.takeIdle()
    }
    for waiter in idle { waiter.resume() }
  }
}

// MARK: - The end

extension RunService {
  /// Accepts nothing any more, lets what is under way go on for `grace`, and then releases it, so that the next
  /// process goes on with it. What waits is released at once.
  func drain(grace: Duration) async {
    let waiting = Set(engine.environment.queue?.snapshot().waiting.map(\.run) ?? [])
    let released = state.withLock { state in
      state.isDraining = true
      return state.tasks.filter { waiting.contains($0.key) }.map(\.value)
    }
    for task in released { task.cancel() }
    await waitUntilIdle(atMost: grace)
    for task in state.withLock({ Array($0.tasks.values) }) { task.cancel() }
    acceptedInput.finish()
    // So that followers hear of it before they are sent away.
    await waitUntilIdle(atMost: Self.releaseTime)
  }

  /// What is cancelled ends within two seconds, and is written down then.
  private static let releaseTime = Duration.seconds(10)

  private func waitUntilIdle(atMost limit: Duration) async {
    await withTaskGroup { group in
      group.addTask { await self.untilIdle() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }

  private func untilIdle() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isIdle = state.withLock { state in
          if state.runs.isEmpty || Task.isCancelled { return true }
          state.idle.append(continuation)
          return false
        }
        if isIdle { continuation.resume() }
      }
    } onCancel: {
      let waiters = state.withLock { state in
        defer { state.idle = [] }
        return state.idle
      }
      for waiter in waiters { waiter.resume() }
    }
  }
}
