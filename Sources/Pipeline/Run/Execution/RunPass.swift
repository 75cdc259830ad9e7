/// One pass over the stages of a run: those that are known are answered, the others start as soon as all that they
/// need is settled.
struct RunPass: Sendable {
  let run: RunExecution
  let scope: Scope
  let ingest: FileIngest
  let known: KnownStages

  /// - Parameter kept: what an earlier pass has settled.
  /// - Returns: every stage.
  func perform(_ kept: [String: SettledStage]) async throws -> [String: SettledStage] {
    let answered = try await answer(run.stages.filter { kept[$0.id] == nil })
    return await settle(kept.merging(answered) { $1 })
  }

  /// The stages that are known as a whole, told in one go.
  private func answer(_ stages: [StageNode]) async throws -> [String: SettledStage] {
    var settled: [String: SettledStage] = [:]
    var events: [RunEvent] = []
    var changes: [JournalBatch.Change] = []
    for node in stages {
      guard let hit = known.hits[node.id] else { continue }
      let count = hit.results.count
      settled[node.id] = SettledStage(
        outcome: .completed(hit.outputs), tasks: count, cached: count)
      if run.earlier.toldStages.contains(node.id) { continue }
      var event = RunEvent(run: run.id, type: .stageCompleted, stage: node.id)
      event.elapsed = 0
      event.cached = count
      events.append(run.recorder.settled(event))
      changes.append(.task(record(of: node, answeredBy: hit)))
      changes.append(.used(hit.results.map(\.key)))
    }
    try await run.recorder.write(events, changes)
    return settled
  }

  private func record(of node: StageNode, answeredBy hit: KnownStages.Hit) -> TaskRecord {
    TaskRecord(
      id: TaskID(run: run.id, stage: node.id), state: .completed,
      key: hit.isList ? nil : hit.results.first?.key,
      decision: TaskDecision(.cached, .known(run: hit.results.first?.run ?? run.id)))
  }

  private func settle(_ settled: [String: SettledStage]) async -> [String: SettledStage] {
    await withTaskGroup(of: (String, SettledStage).self) { group in
      var settled = settled
      var waiting = run.stages.filter { settled[$0.id] == nil }
      func startReady() {
        let ready = waiting.filter { $0.dependencies.allSatisfy { settled[$0] != nil } }
        waiting.removeAll { node in ready.contains { $0.id == node.id } }
        for node in ready {
          let execution = execution(of: node, after: settled)
          let before = node.dependencies.compactMap { id in settled[id].map { (id, $0) } }
          group.addTask { (node.id, await execution.perform(after: before)) }
        }
      }
      startReady()
      while let (id, outcome) = await group.next() {
        settled[id] = outcome
        startReady()
      }
      return settled
    }
  }

  private func execution(
    of node: StageNode, after settled: [String: SettledStage]
  ) -> StageExecution {
    let isTainted = node.dependencies.contains { id in
      guard let stage = settled[id] else { return false }
      if case .tolerated = stage.outcome { return true }
      return stage.isTainted
    }
    let definition = isTainted || node.cache == .off ? nil : known.keys[node.id]
    return StageExecution(
      run: run, node: node, scope: scope.adding(settled), ingest: ingest, definition: definition,
      alias: definition.flatMap { known.aliases[$0] }, isTainted: isTainted,
      isNeeded: known.demanded.contains(node.id))
  }
}
