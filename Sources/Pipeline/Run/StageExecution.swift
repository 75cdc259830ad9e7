import Foundation

/// One stage of one run: its condition, its items, their attempts, its outputs.
struct StageExecution: Sendable {
  let run: RunExecution
  let node: StageNode
  let scope: Scope
  let ingest: FileIngest

  func perform(blockedBy blocker: String?) async -> RunExecution.Settled {
    if let blocker { return await skip(.blocked("`\(blocker)` did not finish")) }
    if Task.isCancelled { return await end(.cancelled) }
    do {
      if case .skip(let causes) = try node.decision(in: scope) {
        return await skip(.skipped(causes.joined(separator: " and ")))
      }
      return try await performItems()
    } catch {
      return await fail(error, since: .now)
    }
  }

  private func performItems() async throws -> RunExecution.Settled {
    let scopes = try itemScopes()
    if !node.isForeach, let scope = scopes.first,
      case .skipped(let port, let causes) = try node.inputs(in: scope)
    {
      return await skip(.skipped("`\(port)` has no value: \(causes.joined(separator: " and "))"))
    }
    let started = ContinuousClock.now
    run.recorder.expand(node.id, into: scopes.count)
    await run.recorder.record(event(.stageStarted))
    do {
      let results = try await performAll(scopes)
      var settled = RunExecution.Settled(outcome: .completed(gather(results.map(\.outputs))))
      settled.elapsed = (ContinuousClock.now - started).milliseconds
      settled.tasks = results.count
      settled.cached = results.count(where: \.isCached)
      var event = event(.stageCompleted)
      event.elapsed = settled.elapsed
      event.cached = settled.cached
      await run.recorder.settle(event)
      return settled
    } catch {
      return await fail(error, since: started)
    }
  }

  private func itemScopes() throws -> [Scope] {
    guard let items = try node.items(in: scope) else { return [scope] }
    return items.enumerated().map { index, item in
      var scope = scope
      scope.item = item
      scope.index = index
      return scope
    }
  }

  /// Side by side as far as cores allow; the first failure cancels the others.
  private func performAll(_ scopes: [Scope]) async throws -> [TaskExecution.Result] {
    try await withThrowingTaskGroup(of: (Int, TaskExecution.Result).self) { group in
      for (index, scope) in scopes.enumerated() {
        let task = TaskExecution(stage: self, scope: scope)
        group.addTask { (index, try await task.perform()) }
      }
      var results: [Int: TaskExecution.Result] = [:]
      for try await (index, result) in group { results[index] = result }
      return scopes.indices.compactMap { results[$0] }
    }
  }

  /// One task's outputs, or for a `foreach` a list per port with one element per item.
  private func gather(_ outputs: [[String: Value]]) -> [String: Value] {
    guard node.isForeach else { return outputs.first ?? [:] }
    return node.spec.outputs.reduce(into: [:]) { gathered, port in
      gathered[port.name] = .list(outputs.map { $0[port.name] ?? .null })
    }
  }

  func event(_ type: RunEvent.Kind, item: Int? = nil) -> RunEvent {
    RunEvent(run: run.id, type: type, stage: node.id, item: item)
  }

  private func skip(_ outcome: RunExecution.Outcome) async -> RunExecution.Settled {
    var event = event(.stageSkipped)
    if case .skipped(let reason) = outcome { event.message = reason }
    if case .blocked(let reason) = outcome { event.message = reason }
    await run.recorder.settle(event)
    return .init(outcome: outcome)
  }

  private func end(_ outcome: RunExecution.Outcome) async -> RunExecution.Settled {
    await run.recorder.settle(event(.stageCancelled))
    return .init(outcome: outcome)
  }

  private func fail(
    _ error: any Error, since started: ContinuousClock.Instant
  ) async -> RunExecution.Settled {
    let failure = StageError(wrapping: error)
    if failure.errorClass == .cancelled { return await end(.cancelled) }
    var event = event(.stageFailed).with(failure)
    event.elapsed = (ContinuousClock.now - started).milliseconds
    await run.recorder.settle(event)
    var settled = RunExecution.Settled(
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
