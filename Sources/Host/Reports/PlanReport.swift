import Pipeline

/// A plan as it is written in JSON.
struct PlanReport: Sendable, Encodable {
  struct Stage: Sendable, Encodable {
    var stage: String
    /// What stands after `uses`.
    var uses: String
    /// Nil when that is not known before it is its turn.
    var taskCount: Int?
    /// One for each task, or a single one, without an item, for all of them.
    var tasks: [Task]
    /// Why it would fail before anything of it runs.
    var error: RunStory.Failure?
  }

  struct Task: Sendable, Encodable {
    /// From 0.
    var item: Int?
    var decision: DecisionReport
    /// The name of its result, where that is known.
    var key: String?
    /// Milliseconds that it usually takes.
    var elapsed: Int?
    /// Bytes that it usually makes.
    var byteCount: Int?
  }

  struct Totals: Sendable, Encodable {
    var cached: Int
    var run: Int
    var skip: Int
    var blocked: Int
    /// Milliseconds of work, one after the other, of the tasks of which that is known.
    var elapsed: Int
    /// Bytes.
    var byteCount: Int
    /// How many tasks run of which nothing is known.
    var unknown: Int
  }

  var pipeline: String
  var stages: [Stage]
  var totals: Totals

  init(_ plan: RunPlan) {
    pipeline = plan.pipeline
    stages = plan.stages.map { stage in
      Stage(
        stage: stage.id, uses: stage.module, taskCount: stage.taskCount,
        tasks: stage.tasks.map(Task.init), error: stage.error.map(RunStory.Failure.init))
    }
    let cost = plan.cost
    totals = Totals(
      cached: plan.count(.cached), run: plan.count(.run), skip: plan.count(.skip),
      blocked: plan.count(.blocked), elapsed: cost.elapsed, byteCount: cost.byteCount,
      unknown: plan.unknownCostCount)
  }
}

extension PlanReport.Task {
  fileprivate init(_ task: RunPlan.Task) {
    item = task.item
    decision = DecisionReport(task.decision, .future)
    key = task.key?.hex
    elapsed = task.cost?.elapsed
    byteCount = task.cost?.byteCount
  }
}
