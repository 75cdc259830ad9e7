/// Decides about the stages of a run one after the other, each with what is known about those before it.
struct RunPlanner {
  let request: RunRequest
  let environment: EngineEnvironment
  let known: KnownStages
  let ingest: FileIngest
  /// With the outputs of the stages that are known.
  private var scope: Scope
  private(set) var stages: [RunPlan.Stage] = []
  /// Stages that will run: what they make is not known.
  private var running: Set<String> = []
  private var blocking: Set<String> = []
  private var costs: [String: UsualCost?] = [:]

  init(
    request: RunRequest, environment: EngineEnvironment, known: KnownStages, ingest: FileIngest,
    scope: Scope
  ) {
    self.request = request
    self.environment = environment
    self.known = known
    self.ingest = ingest
    self.scope = scope
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
    let awaited = node.sources.filter { running.contains($0) }
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
      node, ingest: ingest, rendererVersion: environment.renderer.cacheVersion)
    var prepared: [PreparedTask] = []
    for index in 0..<scopes.count { prepared.append(try await preparation.prepare(scopes[index])) }
    let decided = try await TaskDecider(
      journal: environment.journal, pipeline: request.graph.name, node: node,
      isRefreshed: request.refreshed.contains(node.id)
    ).decide(prepared)
    let cost = try await usualCost(of: node)
    stages.append(
      RunPlan.Stage(
        id: node.id, module: node.spec.info.name, taskCount: decided.count,
        tasks: decided.map { task in
          RunPlan.Task(
            item: task.task.item, decision: task.decision, key: task.task.key.digest,
            cost: task.known == nil ? cost : nil)
        }))
    let results = decided.compactMap(\.known)
    if results.count == decided.count {
      scope.stages[node.id] = .completed(node.gather(results.map(\.outputs)))
    } else {
      running.insert(node.id)
    }
  }

  /// What can be said about a stage that takes something from stages that will run.
  private mutating func wait(_ node: StageNode, for awaited: Set<String>) async throws {
    running.insert(node.id)
    let names = (node.condition?.names ?? []).union(node.foreach?.names ?? [])
    let decision = TaskDecision(
      .run, .waitsFor(node.dependencies.filter { awaited.contains($0) }))
    guard names.allSatisfy({ !running.contains($0.root) }) else {
      return addWhole(node, decision, count: nil)
    }
    if case .skip(let causes) = try node.decision(in: scope) {
      running.remove(node.id)
      return skip(node, causes)
    }
    let cost = try await usualCost(of: node)
    let count = try node.items(in: scope)?.count
    stages.append(
      RunPlan.Stage(
        id: node.id, module: node.spec.info.name, taskCount: count ?? 1,
        tasks: (0..<(count ?? 1)).map { index in
          RunPlan.Task(item: count.map { _ in index }, decision: decision, cost: cost)
        }))
  }

  private mutating func usualCost(of node: StageNode) async throws -> UsualCost? {
    let module = node.spec.info.name
    if let cost = costs[module] { return cost }
    let cost = try await environment.journal.usualCost(ofStage: module)
    costs[module] = cost
    return cost
  }
}
