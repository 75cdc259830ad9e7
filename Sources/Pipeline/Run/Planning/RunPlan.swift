/// What a run would do, decided without running or keeping anything.
public struct RunPlan: Sendable, Hashable, Codable {
  public struct Task: Sendable, Hashable, Codable {
    /// From 0; nil for a stage without `foreach`, for one that is decided as a whole, and for one whose items are not
    /// known before it is its turn.
    public var item: Int?
    public var decision: TaskDecision
    /// Nil when it is known without one, or not known yet.
    public var key: Digest?
    /// What its stage usually takes, or what its missing parts usually take; nil for a task that does not run, and when
    /// nothing is known.
    public var cost: UsualCost?
    /// What it would be made of, by kind; empty where that is not known, and for a task that does not run.
    public var parts: [Parts]

    public init(
      item: Int? = nil, decision: TaskDecision, key: Digest? = nil, cost: UsualCost? = nil,
      parts: [Parts] = []
    ) {
      self.item = item
      self.decision = decision
      self.key = key
      self.cost = cost
      self.parts = parts
    }
  }

  /// Parts of one kind.
  public struct Parts: Sendable, Hashable, Codable {
    public var kind: PlannedPart.Kind
    /// How many there are, those that are alike counted each.
    public var total: Int
    /// Those that would be made, in order; the others are there already. Of parts that are alike only the first.
    public var missing: [PlannedPart]

    public init(_ kind: PlannedPart.Kind, total: Int, missing: [PlannedPart]) {
      self.kind = kind
      self.total = total
      self.missing = missing
    }
  }

  /// Films that would be rendered only because they are outputs.
  public struct Outputs: Sendable, Hashable, Codable {
    /// The outputs that are such films.
    public var names: [String]
    public var parts: [Parts] = []
    /// The stages that must run before the parts are known; empty when they are.
    public var knownAfter: [String] = []
    public var cost: UsualCost?
    /// Why they could not be rendered.
    public var error: StageError?

    public init(names: [String]) { self.names = names }
  }

  public struct Stage: Sendable, Hashable, Codable {
    public var id: String
    /// What stands after `uses`.
    public var module: String
    /// How many tasks it has; nil when that is not known before it is its turn.
    public var taskCount: Int?
    /// One for each task, or a single one for all of them.
    public var tasks: [Task]
    /// What the parts are that its tasks would be made of, such as `chunks`; nil for a stage that makes none.
    public var partNames: String?
    /// The stages that must run before its parts are known; empty when they are, and where it makes none.
    public var partsKnownAfter: [String] = []
    /// Why it would fail before anything of it runs; then it has no tasks.
    public var error: StageError?

    public init(
      id: String, module: String, taskCount: Int?, tasks: [Task], error: StageError? = nil
    ) {
      self.id = id
      self.module = module
      self.taskCount = taskCount
      self.tasks = tasks
      self.error = error
    }
  }

  /// Something that is named by its address.
  public struct Source: Sendable, Hashable, Codable {
    /// As it may be shown.
    public var address: String
    /// Where it stands first, such as `scenes[2].image`.
    public var place: String
    /// What came from there last and is still stored; the run asks whether it is still the same. Nil when it will be
    /// fetched.
    public var known: FileReference?
    /// Why it will not be fetched.
    public var error: StageError?
  }

  public var pipeline: String
  /// What a run would fetch, or ask about, before anything of it runs.
  public var sources: [Source] = []
  /// In the order of the pipeline.
  public var stages: [Stage]
  /// Nil when no output has to be rendered, or nothing is known about that.
  public var outputs: Outputs?

  public init(pipeline: String, stages: [Stage], outputs: Outputs? = nil) {
    self.pipeline = pipeline
    self.stages = stages
    self.outputs = outputs
  }

  /// What all tasks that run would take, as far as it is known.
  public var cost: UsualCost {
    let costs = stages.flatMap(\.tasks).map(\.cost) + [outputs?.cost]
    return costs.compactMap(\.self).reduce(into: UsualCost(elapsed: 0, byteCount: 0)) {
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
      within: environment.readableFolders
    ) { [fetching = environment.sources] address, _, place in
      if let refusal = fetching.refusal(of: address) {
        throw StageError(.invalidInput, refusal, field: place)
      }
      return await fetching.known(address) ?? FileReference(unfetched: address)
    }
    let inputs = try await ingest.resolve(request.inputs, as: request.graph.inputs.map(\.field))
    let scope = Scope(
      inputs: inputs, vars: request.graph.vars, runID: "", runName: request.graph.name)
    let stages = request.graph.stages(until: request.until)
    let previews = PreviewRules(request.preview, request.graph)
    let known = try await KnownStages.find(
      stages, in: request.graph, scope: scope, ingest: ingest, refreshed: request.refreshed,
      until: request.until, previews: previews, environment)
    var planner = RunPlanner(
      request: request, environment: environment, known: known, ingest: ingest, scope: scope,
      previews: previews)
    for node in stages { try await planner.add(node) }
    var plan = RunPlan(
      pipeline: request.graph.name, stages: planner.stages,
      outputs: try await planner.outputs())
    plan.sources = await planned(request.graph.sources(of: stages, inputs: request.inputs))
    return plan
  }

  private func planned(_ wanted: [WantedSource]) async -> [RunPlan.Source] {
    var sources: [RunPlan.Source] = []
    var seen: Set<SourceAddress> = []
    for source in wanted where seen.insert(source.address).inserted {
      let refusal = environment.sources.refusal(of: source.address)
      sources.append(
        RunPlan.Source(
          address: "\(source.address)", place: source.place,
          known: refusal == nil ? await environment.sources.known(source.address) : nil,
          error: refusal.map { StageError(.invalidInput, $0, field: source.place) }))
    }
    return sources
  }
}

extension FileReference {
  private static let unfetchedType = "application/x-videocraft-unfetched"

  /// Stands in a plan for what will be fetched: different from every file, and the same for the same address.
  init(unfetched address: SourceAddress) {
    self.init(
      digest: Digest(of: Array("unfetched source \(address.text)".utf8)), byteCount: 0,
      mediaType: Self.unfetchedType, name: address.fileName)
  }

  var isUnfetched: Bool { mediaType == Self.unfetchedType }
}
