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

    /// For the metrics.
    var reason: String {
      switch self {
      case .queueIsFull: "queue_full"
      case .draining: "draining"
      case .noRoom: "no_room_now"
      case .tooLarge: "too_large"
      }
    }
    /// What it is estimated to need on the disk, and what is left beside other runs; bytes.
    case noRoom(needed: Int, left: Int)
    /// More than the disk has room for, whatever else runs.
    case tooLarge(needed: Int, left: Int)
  }

  private struct State: Sendable {
    var isDraining = false
    /// Accepted, being accepted, or under way.
    var runs: Set<String> = []
    var tasks: [String: Task<Void, Never>] = [:]
    /// Those of them whose modules were told of.
    var submitted: Set<String> = []
    /// To be let go of as soon as somebody works on them.
    var released: Set<String> = []
    /// How runs ended that somebody on this machine waits for.
    var ends: [String: RunEnd] = [:]
    var idle: [CheckedContinuation<Void, Never>] = []

    mutating func takeIdle() -> [CheckedContinuation<Void, Never>] {
      guard runs.isEmpty else { return [] }
      defer { idle = [] }
      return idle
    }
  }

  let engine: PipelineEngine
  let hub: EventHub
  /// Answers for the state of runs.
  let board: StatusBoard
  private let registry: StageRegistry
  private let limit: Int
  private let owners: OwnersRuns
  private let log: ServerLog
  private let onEvent: @Sendable (RunEvent) -> Void
  /// Nil when no room is set aside for runs.
  private let room: DiskRoom?
  private let tracer: Tracer?
  private let onRefuse: @Sendable (Refusal) -> Void
  /// Told of the modules of a run's stages, by their ids, before anything else of it; of none when it is over.
  private let onBegin: @Sendable (_ run: String, _ modules: [String: String]) -> Void
  /// How long to wait before a run goes on of which something could not be written; longer each time, up to the second.
  private let pauses: (first: Duration, longest: Duration)
  private let state = Locked(State())
  private let accepted: AsyncStream<String>
  private let acceptedInput: AsyncStream<String>.Continuation

  /// - Parameters:
  ///   - limit: how many runs may wait or be under way.
  ///   - pauses: before a run goes on of which something could not be written, and the longest of them.
  ///   - onEvent: told of each event once it is in the journal; must not wait.
  init(
    engine: PipelineEngine, registry: StageRegistry, limit: Int, log: ServerLog,
    pauses: (first: Duration, longest: Duration) = (.seconds(2), .seconds(60)),
    owners: OwnersRuns = OwnersRuns(), room: DiskRoom? = nil, tracer: Tracer? = nil,
    onBegin: @escaping @Sendable (_ run: String, _ modules: [String: String]) -> Void = { _, _ in },
    onRefuse: @escaping @Sendable (Refusal) -> Void = { _ in },
    onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) {
    self.engine = engine
    self.registry = registry
    self.limit = limit
    self.owners = owners
    self.room = room
    self.tracer = tracer
    self.onBegin = onBegin
    self.onRefuse = onRefuse
    self.log = log
    self.pauses = pauses
    self.onEvent = onEvent
    hub = EventHub(journal: engine.environment.journal)
    board = StatusBoard(journal: engine.environment.journal)
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
  ///
  /// - Parameter end: is told how it ended; nil when nobody waits for that.
  func submit(_ request: RunRequest, end: RunEnd? = nil) async throws -> RunRecord {
    do {
      return try await admit(request, end)
    } catch let refusal as Refusal {
      onRefuse(refusal)
      throw refusal
    }
  }

  private func admit(_ request: RunRequest, _ end: RunEnd?) async throws -> RunRecord {
    var request = request
    let id = request.id ?? RunID.make()
    request.id = id
    try state.withLock { state throws(Refusal) in
      if state.isDraining { throw .draining }
      if state.runs.count >= limit { throw .queueIsFull(waiting: state.runs.count) }
      state.runs.insert(id)
      state.submitted.insert(id)
      state.ends[id] = end
    }
    if end != nil { owners.insert(id) }
    do {
      try await room?.reserve(request, as: id)
      let record = try await engine.accept(request)
      onBegin(id, request.graph.modules)
      await tracer?.accepted(id)
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

  /// Goes on with a run for somebody on this machine. False when it is being worked on already.
  ///
  /// Throws `Refusal` when the host is about to stop.
  func resume(_ id: String, end: RunEnd) throws(Refusal) -> Bool {
    let isNew = try state.withLock { state throws(Refusal) in
      if state.isDraining { throw .draining }
      guard state.runs.insert(id).inserted else { return false }
      state.ends[id] = end
      return true
    }
    guard isNew else { return false }
    owners.insert(id)
    acceptedInput.yield(id)
    return true
  }

  /// Lets go of a run, so that it can be continued.
  func release(_ id: String) {
    let task = state.withLock { state -> Task<Void, Never>? in
      guard state.runs.contains(id) else { return nil }
      if state.tasks[id] == nil { state.released.insert(id) }
      return state.tasks[id]
    }
    task?.cancel()
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
      return state.released.remove(id) != nil || state.isDraining
    }
    // Accepted just before the host was told to stop: it stays for the next process.
    if isLate { task.cancel() }
    await task.value
    forget(id)
  }

  private func work(on id: String) async {
    let end = state.withLock { $0.ends[id] }
    // Without an event that says so nobody would know that it was let go of.
    if Task.isCancelled, end == nil { return }
    await tellModules(of: id)
    var pause: Duration?
    while await !attempt(id, end, isAgain: pause != nil) {
      pause = pause.map { min($0 * 2, pauses.longest) } ?? pauses.first
      do { try await Task.sleep(for: pause ?? .zero) } catch { return }
    }
  }

  /// False when the run has to wait because the journal cannot be written, as on a full disk.
  private func attempt(_ id: String, _ end: RunEnd?, isAgain: Bool) async -> Bool {
    do {
      if isAgain {
        try await journal.release(id)
        hub.refresh(id)
        // Who waited for it was told that it failed, and may resume it.
        if end != nil { return true }
      }
      let result = try await engine.resume(id, registry: registry) { [self] event in
        hub.publish(event)
        onEvent(event)
      }
      var members: [String: JSON] = [
        "run": .string(id), "state": .string(result.state.rawValue), "ms": .int(result.elapsed),
      ]
      if let trace = tracer?.trace(of: id) { members["trace_id"] = .string(trace) }
      log.write(.info, "run ended", members)
      await tracer?.ended(id)
      end?.settle(.success(result))
      return true
    } catch {
      let failure = StageError(wrapping: error)
      end?.settle(.failure(failure))
      return await isDone(id, after: failure)
    }
  }

  /// Whether nothing is left to do for a run that did not end as it should.
  private func isDone(_ id: String, after failure: StageError) async -> Bool {
    let run = try? await journal.run(id)
    // Cancelled before its turn, it is over already.
    if let run, run.state.isOver {
      await tracer?.ended(id)
      return true
    }
    let members: [String: JSON] = ["run": .string(id), "error": .string(failure.description)]
    if Task.isCancelled
      || run.map({ (try? RunRequest($0.record, registry: registry)) == nil }) == true
    {
      log.write(.error, "run could not be continued", members)
      return true
    }
    log.write(.error, "run stopped, and goes on when it can be written down", members)
    return false
  }

  /// Of a run that an earlier process accepted.
  private func tellModules(of id: String) async {
    guard !state.withLock({ $0.submitted.contains(id) }),
      let status = try? await journal.run(id),
      let request = try? RunRequest(status.record, registry: registry)
    else { return }
    onBegin(id, request.graph.modules)
  }

  private func forget(_ id: String) {
    owners.remove(id)
    onBegin(id, [:])
    room?.release(id)
    let idle = state.withLock { state in
      state.runs.remove(id)
      state.tasks[id] = nil
      state.ends[id] = nil
      state.released.remove(id)
      state.submitted.remove(id)
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

extension PipelineGraph {
  /// What stands after `uses`, by the stage's id.
  var modules: [String: String] {
    Dictionary(stages.map { ($0.id, $0.spec.info.name) }) { one, _ in one }
  }
}
