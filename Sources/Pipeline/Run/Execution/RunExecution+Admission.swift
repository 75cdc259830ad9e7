extension RunExecution {
  /// The group that the run belongs to; nil without one. Paths in inputs are text here.
  var group: RunGroup? {
    get throws {
      guard let rule = request.graph.concurrency else { return nil }
      let scope = Scope(
        inputs: request.inputs, vars: request.graph.vars, runID: id, runName: request.graph.name)
      return RunGroup(name: try rule.group(in: scope), max: rule.max, policy: rule.policy)
    }
  }

  /// The end of a run that the queue did not let in.
  ///
  /// One that was stopped while it waited ends like any other that is stopped; the queue's refusal is thrown.
  func refused(_ error: any Error) async throws -> RunResult {
    let failure = StageError(wrapping: error)
    let result = await finish([:], error: failure, at: Self.inputsStage)
    if error is RunRefused { throw failure }
    return result
  }
}
