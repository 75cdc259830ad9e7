import Foundation

/// One stage of one run: its condition, its items, their attempts, its outputs.
struct StageExecution: Sendable {
  let run: RunExecution
  let node: StageNode
  let scope: Scope
  let ingest: FileIngest
  /// What its results are known by as a whole; nil when nothing may be kept under it.
  let definition: Digest?
  /// What is known by that name so far.
  let alias: ResultAlias?
  let isTainted: Bool
  /// Somebody takes what it makes.
  let isNeeded: Bool

  /// - Parameter before: the stages that it depends on.
  func perform(after before: [(id: String, stage: SettledStage)]) async -> SettledStage {
    if run.control.ending != nil { return SettledStage(outcome: .cancelled) }
    if let damaged = before.first(where: \.stage.isDamaged)?.stage {
      return SettledStage(outcome: damaged.outcome)
    }
    let blockers = before.filter(\.stage.blocks).map(\.id)
    var settled =
      if blockers.isEmpty { await perform() } else { await block(by: blockers) }
    settled.isTainted = isTainted
    return settled
  }

  private func perform() async -> SettledStage {
    let started = ContinuousClock.now
    do {
      guard isNeeded else { return try await passOver() }
      if case .skip(let causes) = try node.decision(in: scope) { return try await skip(causes) }
      let scopes = try TaskPreparation.scopes(of: node, in: scope)
      if !node.isForeach, case .skipped(let port, let causes) = try node.inputs(in: scope) {
        return try await skip(["`\(port)` has no value: \(causes.joined(separator: " and "))"])
      }
      run.recorder.expand(node.id, into: scopes.count)
      return try await perform(scopes, since: started)
    } catch {
      return await fail(error, since: started)
    }
  }

  private func perform(
    _ scopes: ItemScopes, since started: ContinuousClock.Instant
  ) async throws -> SettledStage {
    let tasks = StageTasks(stage: self, scopes: scopes) { keys in closing(keys, since: started) }
    let results = try await tasks.perform()
    var settled = SettledStage(
      outcome: .completed(node.gather(results.map(\.outputs))), tasks: results.count)
    settled.cached = results.count(where: \.isCached)
    settled.elapsed = (ContinuousClock.now - started).milliseconds
    if node.isForeach || settled.cached == results.count {
      try await tell(settled, keys: results.map(\.key))
    }
    return settled
  }

  /// The end of a stage whose tasks are all told.
  private func tell(_ settled: SettledStage, keys: [Digest]) async throws {
    let isTold = run.earlier.toldStages.contains(node.id) && settled.cached == settled.tasks
    var event = event(.stageCompleted)
    event.elapsed = settled.elapsed
    event.cached = settled.cached
    try await run.recorder.write(
      isTold ? [] : [run.recorder.settled(event)], newAlias(keys).map { [.alias($0)] } ?? [])
  }

  /// What is written together with the result of a stage's only task.
  private func closing(
    _ key: Digest, since started: ContinuousClock.Instant
  ) -> (events: [RunEvent], changes: [JournalBatch.Change]) {
    var event = event(.stageCompleted)
    event.elapsed = (ContinuousClock.now - started).milliseconds
    event.cached = 0
    return ([run.recorder.settled(event)], newAlias([key]).map { [.alias($0)] } ?? [])
  }

  /// Nil when the journal knows it already, or must not.
  private func newAlias(_ keys: [Digest]) -> ResultAlias? {
    guard let definition else { return nil }
    let alias = ResultAlias(key: definition, results: keys, isList: node.isForeach)
    return alias == self.alias ? nil : alias
  }

  func event(_ type: RunEvent.Kind, item: Int? = nil) -> RunEvent {
    RunEvent(run: run.id, type: type, stage: node.id, item: item)
  }

  func record(
    _ state: TaskRecord.State, _ decision: TaskDecision, key: Digest? = nil, item: Int? = nil
  ) -> TaskRecord {
    TaskRecord(
      id: TaskID(run: run.id, stage: node.id, item: item), state: state, key: key,
      decision: decision)
  }
}

// MARK: - Stages that do not run

extension StageExecution {
  /// What it makes is known further on; whether it would be skipped is told when that can be seen.
  private func passOver() async throws -> SettledStage {
    if case .skip(let causes)? = try? node.decision(in: scope) { return try await skip(causes) }
    let reason = KnownStages.unneededReason
    try await tellSkip(reason, record(.skipped, TaskDecision(.skip, .skipped([reason]))))
    return SettledStage(outcome: .unneeded(reason))
  }

  private func skip(_ causes: [String]) async throws -> SettledStage {
    let reason = causes.joined(separator: " and ")
    try await tellSkip(reason, record(.skipped, TaskDecision(.skip, .skipped(causes))))
    return SettledStage(outcome: .skipped(reason))
  }

  private func block(by blockers: [String]) async -> SettledStage {
    let reason = "\(blockers.map { "`\($0)`" }.joined(separator: " and ")) did not finish"
    let record = record(.blocked, TaskDecision(.blocked, .blockedBy(blockers)))
    // What it throws ends the run.
    try? await tellSkip(reason, record)
    return SettledStage(outcome: .blocked(reason))
  }

  private func tellSkip(_ reason: String, _ record: TaskRecord) async throws {
    var event = event(.stageSkipped)
    event.message = reason
    try await run.recorder.write([run.recorder.settled(event)], [.task(record)])
  }

  private func fail(
    _ error: any Error, since started: ContinuousClock.Instant
  ) async -> SettledStage {
    let failure = StageError(wrapping: error)
    if run.damage.isToRepair { return SettledStage(outcome: .damaged(failure)) }
    if failure.errorClass == .cancelled || run.control.ending == .unwritable {
      // What it throws ends the run.
      try? await run.recorder.write([event(.stageCancelled)])
      return SettledStage(outcome: .cancelled)
    }
    var event = event(.stageFailed).with(failure)
    event.elapsed = (ContinuousClock.now - started).milliseconds
    try? await run.recorder.write([run.recorder.settled(event)])
    var settled = SettledStage(
      outcome: node.continuesOnError ? .tolerated(failure) : .failed(failure))
    settled.elapsed = event.elapsed ?? 0
    return settled
  }
}

extension Duration {
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}
