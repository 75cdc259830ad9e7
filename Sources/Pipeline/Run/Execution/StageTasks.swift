/// The tasks of one stage of one run: decided in chunks, and run side by side as far as there is room.
struct StageTasks: Sendable {
  /// What is written together with the result of a stage's only task.
  typealias Closing =
    @Sendable (_ key: Digest) -> (events: [RunEvent], changes: [JournalBatch.Change])

  struct Outcome: Sendable {
    var outputs: [String: Value]
    var key: Digest
    var isCached: Bool
  }

  let stage: StageExecution
  let scopes: ItemScopes
  let closing: Closing

  private var run: RunExecution { stage.run }
  private var node: StageNode { stage.node }

  /// How many tasks are decided together: one look-up and one write for all of them.
  private static let chunkSize = 500
  /// How many tasks ask for resources at once. More would only wait, each with its inputs.
  private static let window = 256

  /// In order. Throws the first failure; what was running by then is cancelled, or finishes in a graceful cancel.
  func perform() async throws -> [Outcome] {
    var progress = Progress(count: scopes.count)
    var preparation = TaskPreparation(
      node, ingest: stage.ingest, rendererVersion: run.environment.renderer.cacheVersion,
      preview: run.previews[stage: node.id])
    await withTaskGroup(of: (Int, Result<Outcome, StageError>).self) { group in
      var running = 0
      while true {
        while running < Self.window, progress.failure == nil {
          if progress.ready.isEmpty {
            if progress.isAllDecided { break }
            do {
              try await decide(&progress, &preparation)
            } catch {
              progress.fail(StageError(wrapping: error))
              group.cancelAll()
            }
            continue
          }
          let (index, task) = progress.ready.removeLast()
          group.addTask { (index, await task.perform()) }
          running += 1
        }
        guard let (index, result) = await group.next() else { break }
        running -= 1
        switch result {
        case .success(let outcome): progress.outcomes[index] = outcome
        case .failure(let failure):
          progress.fail(failure)
          if run.control.ending != .cancelledGracefully { group.cancelAll() }
        }
      }
    }
    if let failure = progress.failure {
      try await giveUp(progress.ready.map(\.1.record))
      throw failure
    }
    return progress.outcomes.compactMap { $0 }
  }

  private struct Progress {
    var outcomes: [Outcome?]
    /// To be run, the next one last.
    var ready: [(Int, TaskExecution)] = []
    var decidedCount = 0
    private(set) var failure: StageError?

    init(count: Int) { outcomes = Array(repeating: nil, count: count) }

    var isAllDecided: Bool { decidedCount == outcomes.count }

    /// The first real failure counts: those that it cancels do not.
    mutating func fail(_ error: StageError) {
      if failure == nil || failure?.errorClass == .cancelled { failure = error }
    }
  }

  /// Works the next tasks out, decides about them, and writes that down before any of them runs.
  private func decide(_ progress: inout Progress, _ preparation: inout TaskPreparation) async throws
  {
    try run.control.checkGoing()
    let isFirst = progress.decidedCount == 0
    let end = min(progress.decidedCount + Self.chunkSize, scopes.count)
    var prepared: [PreparedTask] = []
    for index in progress.decidedCount..<end {
      prepared.append(try await preparation.prepare(scopes[index]))
    }
    let earlier = run.earlier.tasks[node.id] ?? [:]
    let decided = try await TaskDecider(
      journal: run.environment.journal, pipeline: run.request.graph.name, node: node,
      isRefreshed: run.request.refreshed.contains(node.id), earlier: earlier
    ).decide(prepared)
    let records = decided.map { record(of: $0, earlier: earlier[$0.task.item]) }
    try await write(decided, records, earlier, isFirst: isFirst)
    for (offset, task) in decided.enumerated() {
      let index = progress.decidedCount + offset
      if let known = task.known {
        progress.outcomes[index] = Outcome(
          outputs: known.outputs, key: known.key, isCached: true)
        run.recorder.completed(node.id, item: task.task.item)
      } else {
        progress.ready.append(
          (
            index,
            TaskExecution(stage: stage, task: task.task, record: records[offset], closing: closing)
          ))
      }
    }
    progress.ready.reverse()
    progress.decidedCount = end
  }

  /// Tasks that were decided and will not begin.
  private func giveUp(_ records: [TaskRecord]) async throws {
    let changes = records.map { record in
      var record = record
      record.state = .cancelled
      return JournalBatch.Change.task(record)
    }
    try await run.recorder.write([], changes, durability: .relaxed)
  }

  /// What was decided about a task stays, also when the run goes on after an interruption.
  private func record(of decided: TaskDecider.Decided, earlier: TaskRecord?) -> TaskRecord {
    let key = node.cache == .off ? nil : decided.task.key.digest
    var record = stage.record(
      decided.known == nil ? .running : .completed, decided.decision, key: key,
      item: decided.task.item)
    if let earlier, earlier.key == key, earlier.decision.outcome == .run {
      record.decision = earlier.decision
      if decided.known != nil, earlier.state == .completed { record.elapsed = earlier.elapsed }
    }
    return record
  }

  /// Relaxed: the attempt that begins next makes it durable.
  private func write(
    _ decided: [TaskDecider.Decided], _ records: [TaskRecord], _ earlier: [Int?: TaskRecord],
    isFirst: Bool
  ) async throws {
    let isAllKnown = decided.allSatisfy { $0.known != nil }
    let isTold = run.earlier.toldStages.contains(node.id) && isAllKnown
    var changes = records.filter { $0 != earlier[$0.id.item] }.map(JournalBatch.Change.task)
    let used = decided.compactMap(\.known?.key)
    if !used.isEmpty { changes.append(.used(used)) }
    try await run.recorder.write(
      isFirst && !isTold ? [stage.event(.stageStarted)] : [], changes, durability: .relaxed)
  }
}
