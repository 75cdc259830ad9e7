/// Decides about the stages of a run one after the other, each with what is known about those before it.
///
/// What a stage that will run gives is known only if it can be foreseen; then those after it are decided as if it had
/// run.
struct RunPlanner {
  let request: RunRequest
  let environment: EngineEnvironment
  let known: KnownStages
  let ingest: FileIngest
  let previews: PreviewRules
  private let foresight: Foresight
  private var ledger: PartLedger
  /// With the outputs of the stages that are known.
  private var scope: Scope
  private(set) var stages: [RunPlan.Stage] = []
  /// Stages that will run and of which it is not known what they make, with the stages that must run before that can be
  /// foreseen: themselves, where it cannot.
  private var running: [String: Set<String>] = [:]
  private var blocking: Set<String> = []
  /// How many more tasks are asked what they would do. A plan of very many tasks should not take as long as they would.
  private var questions = 100

  init(
    request: RunRequest, environment: EngineEnvironment, known: KnownStages, ingest: FileIngest,
    scope: Scope, previews: PreviewRules
  ) {
    self.request = request
    self.environment = environment
    self.known = known
    self.ingest = ingest
    self.scope = scope
    self.previews = previews
    foresight = Foresight(environment, ingest: ingest)
    ledger = PartLedger(environment.journal)
  }

  /// Stages come after those that they depend on. Throws when the journal cannot be read.
  mutating func add(_ node: StageNode) async throws {
    if let hit = known.hits[node.id] { return add(node, hit) }
    let blockers = node.dependencies.filter { blocking.contains($0) }
    if !blockers.isEmpty {
      blocking.insert(node.id)
      return addWhole(node, TaskDecision(.blocked, .blockedBy(blockers)), count: 0)
    }
    do {
      try await decide(node)
    } catch let error as JournalError {
      throw error
    } catch {
      try Task.checkCancellation()
      fail(node, StageError(wrapping: error))
    }
  }

  private mutating func add(_ node: StageNode, _ hit: KnownStages.Hit) {
    scope.stages[node.id] = .completed(hit.outputs)
    let run = hit.results.first?.run ?? ""
    stages.append(
      RunPlan.Stage(
        id: node.id, module: node.spec.info.name, taskCount: hit.results.count,
        tasks: [
          RunPlan.Task(
            decision: TaskDecision(.cached, .known(run: run)),
            key: hit.isList ? nil : hit.results.first?.key)
        ]))
  }

  private mutating func addWhole(_ node: StageNode, _ decision: TaskDecision, count: Int?) {
    stages.append(
      RunPlan.Stage(
        id: node.id, module: node.spec.info.name, taskCount: count,
        tasks: [RunPlan.Task(decision: decision)]))
  }

  private mutating func skip(_ node: StageNode, _ causes: [String]) {
    scope.stages[node.id] = .skipped
    addWhole(node, TaskDecision(.skip, .skipped(causes)), count: 0)
  }

  private mutating func fail(_ node: StageNode, _ error: StageError) {
    if node.continuesOnError {
      scope.stages[node.id] = .failed
    } else {
      blocking.insert(node.id)
    }
    stages.append(
      RunPlan.Stage(
        id: node.id, module: node.spec.info.name, taskCount: 0, tasks: [], error: error))
  }

  private mutating func decide(_ node: StageNode) async throws {
    guard known.demanded.contains(node.id) else {
      if case .skip(let causes)? = try? node.decision(in: scope) { return skip(node, causes) }
      return addWhole(
        node, TaskDecision(.skip, .skipped([KnownStages.unneededReason])), count: 0)
    }
    let awaited = node.sources.filter { running[$0] != nil }
    if !awaited.isEmpty { return try await wait(node, for: awaited) }
    if case .skip(let causes) = try node.decision(in: scope) { return skip(node, causes) }
    let scopes = try TaskPreparation.scopes(of: node, in: scope)
    if !node.isForeach, case .skipped(let port, let causes) = try node.inputs(in: scope) {
      return skip(node, ["`\(port)` has no value: \(causes.joined(separator: " and "))"])
    }
    try await decide(node, scopes)
  }

  private mutating func decide(_ node: StageNode, _ scopes: ItemScopes) async throws {
    var preparation = TaskPreparation(
      node, ingest: ingest, rendererVersion: environment.renderer.cacheVersion,
      preview: previews[stage: node.id])
    var prepared: [PreparedTask] = []
    for index in 0..<scopes.count { prepared.append(try await preparation.prepare(scopes[index])) }
    let decided = try await TaskDecider(
      journal: environment.journal, pipeline: request.graph.name, node: node,
      isRefreshed: request.refreshed.contains(node.id)
    ).decide(prepared)
    let outputs = try await outputs(of: decided, node)
    var stage = RunPlan.Stage(
      id: node.id, module: node.spec.info.name, taskCount: decided.count,
      tasks: try await tasks(decided, node))
    stage.partNames = node.spec.info.partNames
    stages.append(stage)
    if let outputs {
      scope.stages[node.id] = .completed(node.gather(outputs))
    } else {
      running[node.id] = [node.id]
    }
  }

  private mutating func tasks(
    _ decided: [TaskDecider.Decided], _ node: StageNode
  ) async throws -> [RunPlan.Task] {
    let module = previews.module(of: node)
    let toRun = decided.filter { $0.known == nil }.map(\.task)
    let haveParts =
      node.spec.info.partNames != nil || toRun.contains { $0.needsRendering(for: node) }
    let areAsked = haveParts && mayAsk(toRun.count)
    var tasks: [RunPlan.Task] = []
    for task in decided {
      var planned = RunPlan.Task(
        item: task.task.item, decision: task.decision, key: task.task.key.digest)
      if task.known == nil {
        if areAsked { planned.parts = try await parts(of: task.task, node) }
        planned.cost = try await ledger.cost(of: planned.parts, by: module)
      }
      tasks.append(planned)
    }
    return tasks
  }

  /// What can be said about a stage that takes something from stages that will run.
  private mutating func wait(_ node: StageNode, for awaited: Set<String>) async throws {
    let first = awaited.reduce(into: Set()) { $0.formUnion(running[$1] ?? []) }
    running[node.id] = node.spec.info.isForeseeable ? first : [node.id]
    let names = (node.condition?.names ?? []).union(node.foreach?.names ?? [])
    let decision = TaskDecision(
      .run, .waitsFor(node.dependencies.filter { awaited.contains($0) }))
    guard names.allSatisfy({ running[$0.root] == nil }) else {
      addWhole(node, decision, count: nil)
      return tellParts(of: node, after: first)
    }
    if case .skip(let causes) = try node.decision(in: scope) {
      running[node.id] = nil
      return skip(node, causes)
    }
    let cost = try await ledger.usualCost(of: previews.module(of: node))
    let count = try node.items(in: scope)?.count
    stages.append(
      RunPlan.Stage(
        id: node.id, module: node.spec.info.name, taskCount: count ?? 1,
        tasks: (0..<(count ?? 1)).map { index in
          RunPlan.Task(item: count.map { _ in index }, decision: decision, cost: cost)
        }))
    tellParts(of: node, after: first)
  }

  /// Of the stage added last.
  private mutating func tellParts(of node: StageNode, after first: Set<String>) {
    guard let names = node.spec.info.partNames else { return }
    stages[stages.count - 1].partNames = names
    stages[stages.count - 1].partsKnownAfter = ordered(first)
  }

  private func ordered(_ ids: Set<String>) -> [String] {
    request.graph.stages.map(\.id).filter(ids.contains)
  }
}

// MARK: - What can be foreseen

extension RunPlanner {
  /// Whether so many tasks may be asked; then they count.
  private mutating func mayAsk(_ count: Int) -> Bool {
    guard count <= questions else { return false }
    questions -= count
    return true
  }

  /// What each task gives; nil when that is not known before they run.
  private mutating func outputs(
    of decided: [TaskDecider.Decided], _ node: StageNode
  ) async throws -> [[String: Value]]? {
    let toRun = decided.count { $0.known == nil }
    guard toRun == 0 || (node.spec.info.isForeseeable && mayAsk(toRun)) else { return nil }
    var outputs: [[String: Value]] = []
    for task in decided {
      if let known = task.known {
        outputs.append(known.outputs)
        continue
      }
      switch try await foresight.outputs(of: task.task, node) {
      case .found(let found): outputs.append(found)
      case .unknown: return nil
      case .fails(let error): throw error
      }
    }
    return outputs
  }

  private mutating func parts(
    of task: PreparedTask, _ node: StageNode
  ) async throws -> [RunPlan.Parts] {
    switch try await foresight.parts(of: task, node, previews[stage: node.id]) {
    case .found(let films):
      return try await ledger.count(films, isMadeAgain: node.isMadeAgain(request.refreshed))
    case .unknown: return []
    case .fails(let error): throw error
    }
  }

  /// The films that have to be rendered because they are outputs; nil when there are none. Asked last.
  mutating func outputs() async throws -> RunPlan.Outputs? {
    guard blocking.isEmpty else { return nil }
    var outputs = RunPlan.Outputs(names: [])
    var films: [(output: String, film: Timeline)] = []
    var first: Set<String> = []
    for output in request.graph.outputs {
      let awaited = output.dependencies.filter { running[$0] != nil }
      if !awaited.isEmpty {
        guard output.type.unwrapped == .video, awaited.allSatisfy(makesDescriptions) else {
          continue
        }
        outputs.names.append(output.name)
        first.formUnion(awaited.flatMap { running[$0] ?? [] })
      } else if output.dependencies.allSatisfy({ scope.stages[$0] != nil }),
        let found = try? output.value(in: scope)?.films, !found.isEmpty
      {
        films += found.map { (output.name, $0) }
      }
    }
    outputs.knownAfter = ordered(first)
    switch try await foresight.parts(ofOutputs: films.map(\.film), previews.ofOutputs) {
    case .found(let planned):
      let isFinished = try await ledger.areFinished(planned)
      outputs.names += zip(films, isFinished).filter { !$1 }.map(\.0.output).uniqued
      let missing = zip(planned, isFinished).filter { !$1 }.map(\.0)
      outputs.parts = try await ledger.count(missing, isMadeAgain: false)
      outputs.cost =
        outputs.parts.isEmpty
        ? nil : try await ledger.cost(of: outputs.parts, by: RunExecution.outputsStage)
    case .unknown: outputs.names += films.map(\.output).uniqued
    case .fails(let error):
      outputs.names += films.map(\.output).uniqued
      outputs.error = error
    }
    return outputs.names.isEmpty ? nil : outputs
  }

  /// A video of such a stage is a film that somebody has to render.
  private func makesDescriptions(_ stage: String) -> Bool {
    request.graph[stage: stage]?.spec.info.isForeseeable ?? false
  }
}

extension [String] {
  /// Each once, where it first stood.
  fileprivate var uniqued: [String] {
    reduce(into: []) { names, name in if !names.contains(name) { names.append(name) } }
  }
}
