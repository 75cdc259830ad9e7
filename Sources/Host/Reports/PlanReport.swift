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
    /// What its tasks are made of is known when these stages have run.
    var partsKnownAfter: [String]?
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
    /// What it would be made of, by kind.
    var parts: [Parts]?
  }

  struct Parts: Sendable, Encodable {
    /// `chunk` or `sound`.
    var kind: String
    var total: Int
    /// How many would be made; the others are there already.
    var missing: Int
    /// Those that would be made, in order.
    var made: [Part]
  }

  struct Part: Sendable, Encodable {
    var name: String
    var key: String
    /// Milliseconds of the film, as is `end`.
    var start: Int?
    var end: Int?
  }

  /// Films that would be rendered only because they are outputs.
  struct Outputs: Sendable, Encodable {
    var names: [String]
    var parts: [Parts]
    var partsKnownAfter: [String]?
    /// Milliseconds that it usually takes.
    var elapsed: Int?
    var byteCount: Int?
    var error: RunStory.Failure?
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

  /// Something that is named by its address.
  struct Source: Sendable, Encodable {
    /// Without what only its owner should see.
    var address: String
    var place: String
    /// Whether it will be fetched; else the run asks whether what is stored is still the same.
    var isFetched: Bool
    var byteCount: Int?
  }

  var pipeline: String
  /// Nil when nothing is named by its address.
  var sources: [Source]?
  var stages: [Stage]
  /// Nil when no output has to be rendered.
  var outputs: Outputs?
  var totals: Totals

  init(_ plan: RunPlan) {
    pipeline = plan.pipeline
    let planned = plan.sources.map {
      Source(
        address: $0.address, place: $0.place, isFetched: $0.known == nil,
        byteCount: $0.known?.byteCount)
    }
    sources = planned.isEmpty ? nil : planned
    stages = plan.stages.map { stage in
      Stage(
        stage: stage.id, uses: stage.module, taskCount: stage.taskCount,
        tasks: stage.tasks.map(Task.init),
        partsKnownAfter: stage.partsKnownAfter.isEmpty ? nil : stage.partsKnownAfter,
        error: stage.error.map(RunStory.Failure.init))
    }
    outputs = plan.outputs.map(Outputs.init)
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
    parts = task.parts.isEmpty ? nil : task.parts.map(PlanReport.Parts.init)
  }
}

extension PlanReport.Parts {
  fileprivate init(_ parts: RunPlan.Parts) {
    kind = parts.kind.rawValue
    total = parts.total
    missing = parts.missing.count
    made = parts.missing.map { part in
      PlanReport.Part(
        name: part.name, key: part.key.hex, start: part.start?.milliseconds,
        end: part.end?.milliseconds)
    }
  }
}

extension PlanReport.Outputs {
  fileprivate init(_ outputs: RunPlan.Outputs) {
    names = outputs.names
    parts = outputs.parts.map(PlanReport.Parts.init)
    partsKnownAfter = outputs.knownAfter.isEmpty ? nil : outputs.knownAfter
    elapsed = outputs.cost?.elapsed
    byteCount = outputs.cost?.byteCount
    error = outputs.error.map(RunStory.Failure.init)
  }
}
