/// What a run would do, decided without running or keeping anything.
public struct RunPlan: Sendable, Hashable, Codable {
  public struct Task: Sendable, Hashable, Codable {
    /// From 0; nil for a stage without `foreach`, for one that is decided as a whole, and for one whose items are not
    /// known before it is its turn.
    public var item: Int?
    public var decision: TaskDecision
    /// Nil when it is known without one, or not known yet.
    public var key: Digest?
    /// What its stage usually takes; nil for a task that does not run, and when nothing is known.
    public var cost: UsualCost?

    public init(
      item: Int? = nil, decision: TaskDecision, key: Digest? = nil, cost: UsualCost? = nil
    ) {
      self.item = item
      self.decision = decision
      self.key = key
      self.cost = cost
    }
  }

  public struct Stage: Sendable, Hashable, Codable {
    public var id: String
    /// What stands after `uses`.
    public var module: String
    /// How many tasks it has; nil when that is not known before it is its turn.
    public var taskCount: Int?
    /// One for each task, or a single one for all of them.
    public var tasks: [Task]
    /// Why it would fail before anything of it runs; then it has no tasks.
    public var error: StageError?
  }

  public var pipeline: String
  /// In the order of the pipeline.
  public var stages: [Stage]

  /// What all tasks that run would take, as far as it is known.
  public var cost: UsualCost {
    stages.flatMap(\.tasks).compactMap(\.cost).reduce(into: UsualCost(elapsed: 0, byteCount: 0)) {
      $0.elapsed += $1.elapsed
      $0.byteCount += $1.byteCount
    }
  }

  /// How many tasks would run whose cost is not known.
  public var unknownCostCount: Int {
    stages.flatMap(\.tasks).count { $0.decision.outcome == .run && $0.cost == nil }
  }

  public func count(_ outcome: TaskDecision.Outcome) -> Int {
    stages.reduce(0) { count, stage in
      guard stage.tasks.count == 1, let task = stage.tasks.first, let all = stage.taskCount else {
        return count + stage.tasks.count { $0.decision.outcome == outcome }
      }
      return count + (task.decision.outcome == outcome ? all : 0)
    }
  }

  public subscript(stage id: String) -> Stage? { stages.first { $0.id == id } }
}

extension PipelineEngine {
  /// Says what `run` would do and why. Nothing is run, stored or written down; input files are read to know them.
  ///
  /// Throws `StageError` when an input cannot be used.
  public func plan(_ request: RunRequest) async throws -> RunPlan {
    let ingest = FileIngest(
      artifacts: environment.artifacts, root: request.inputFolder, mode: .identify,
      within: environment.readableFolders)
    let inputs = try await ingest.resolve(request.inputs, as: request.graph.inputs.map(\.field))
    let scope = Scope(
      inputs: inputs, vars: request.graph.vars, runID: "", runName: request.graph.name)
    let stages = request.graph.stages(until: request.until)
    let known = try await KnownStages.find(
      stages, in: request.graph, scope: scope, ingest: ingest, refreshed: request.refreshed,
      until: request.until, environment)
    var planner = RunPlanner(
      request: request, environment: environment, known: known, ingest: ingest, scope: scope)
    for node in stages { try await planner.add(node) }
    return RunPlan(pipeline: request.graph.name, stages: planner.stages)
  }
}
