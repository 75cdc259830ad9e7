extension RunExecution {
  /// Who is to be told of an event, to be written together with it. What is wrong with a hook becomes a warning: no
  /// run fails because of its hooks.
  func deliveries(for event: RunEvent) -> [JournalBatch.Change] {
    let scope = Scope(
      inputs: request.inputs, vars: request.graph.vars, runID: id, runName: request.graph.name)
    let plan = HookPlanner.plan(
      for: event, graph: request.graph, scope: scope, at: RunRecorder.now,
      secrets: environment.secrets)
    for problem in plan.problems {
      recorder.post(RunEvent(run: id, type: .stageWarning).with(problem))
    }
    return plan.deliveries.map { .delivery($0) }
  }
}
