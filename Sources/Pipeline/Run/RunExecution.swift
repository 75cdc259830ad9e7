import Foundation

/// One run from its first to its last event.
struct RunExecution: Sendable {
  /// What became of a stage.
  enum Outcome: Sendable {
    case completed([String: Value])
    case skipped(String)
    /// Failed, but the pipeline says to go on.
    case tolerated(StageError)
    case failed(StageError)
    /// Something that it needs did not come about.
    case blocked(String)
    case cancelled
  }

  /// What stands in place of a stage's id where the run's own inputs or outputs are meant. No stage can be called so.
  static let inputsStage = "(inputs)"
  static let outputsStage = "(outputs)"

  let id: String
  let request: RunRequest
  let environment: EngineEnvironment
  let recorder: RunRecorder
  private let stages: [StageNode]

  init(id: String, request: RunRequest, environment: EngineEnvironment) {
    self.id = id
    self.request = request
    self.environment = environment
    stages = request.graph.stages(until: request.until)
    var weights = stages.map { (stage: $0.id, weight: $0.spec.info.weight) }
    // A pipeline in which no stage renders leaves that to its outputs; then it is most of the work.
    let leavesRendering =
      !stages.contains { $0.spec.info.cores == .all }
      && request.graph.outputs.contains { $0.type.unwrapped == .video }
    weights.append((Self.outputsStage, leavesRendering ? 20 : 0))
    recorder = RunRecorder(run: id, weights: weights)
  }

  func perform() async -> RunResult {
    await recorder.record(RunEvent(run: id, type: .runCreated))
    let ingest = FileIngest(artifacts: environment.artifacts, root: request.inputFolder)
    do {
      let inputs = try await ingest.resolve(request.inputs, as: request.graph.inputs.map(\.field))
      await recorder.record(RunEvent(run: id, type: .runStarted))
      return await perform(inputs: inputs, ingest: ingest)
    } catch {
      return await finish(
        [:], outputs: [:], error: StageError(wrapping: error), at: Self.inputsStage)
    }
  }

  private func perform(inputs: [String: Value], ingest: FileIngest) async -> RunResult {
    let scope = Scope(
      inputs: inputs, vars: request.graph.vars, runID: id, runName: request.graph.name)
    let finished = await settleStages(scope: scope, ingest: ingest)
    guard finished.values.allSatisfy(\.outcome.isAcceptable), !Task.isCancelled, !recorder.hasFailed
    else {
      return await finish(finished, outputs: [:], error: finished.values.firstError)
    }
    do {
      let outputs = try await collectOutputs(scope.adding(finished))
      return await finish(finished, outputs: outputs, error: nil)
    } catch {
      return await finish(
        finished, outputs: [:], error: StageError(wrapping: error), at: Self.outputsStage)
    }
  }

  struct Settled: Sendable {
    var outcome: Outcome
    var elapsed = 0
    var tasks = 0
    var cached = 0
  }

  /// Starts every stage as soon as all that it needs is settled, until nothing is left.
  private func settleStages(scope: Scope, ingest: FileIngest) async -> [String: Settled] {
    await withTaskGroup(of: (String, Settled).self) { group in
      var settled: [String: Settled] = [:]
      var waiting = stages
      func startReady() {
        let ready = waiting.filter { $0.dependencies.allSatisfy { settled[$0] != nil } }
        waiting.removeAll { node in ready.contains { $0.id == node.id } }
        for node in ready {
          let scope = scope.adding(settled)
          let blocker = node.dependencies.first { settled[$0]?.outcome.blocks ?? false }
          group.addTask {
            let execution = StageExecution(run: self, node: node, scope: scope, ingest: ingest)
            return (node.id, await execution.perform(blockedBy: blocker))
          }
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

  private func collectOutputs(_ scope: Scope) async throws -> [String: Value] {
    var outputs: [String: Value] = [:]
    for output in request.graph.outputs
    where output.dependencies.allSatisfy({ scope.stages[$0] != nil }) {
      guard let value = try output.value(in: scope), value != .null else { continue }
      outputs[output.name] = value
    }
    guard outputs.values.contains(where: \.holdsTimeline) else { return outputs }
    let started = ContinuousClock.now
    await recorder.record(RunEvent(run: id, type: .stageStarted, stage: Self.outputsStage))
    for (name, value) in outputs { outputs[name] = try await materialised(value) }
    var event = RunEvent(run: id, type: .stageCompleted, stage: Self.outputsStage)
    event.elapsed = (ContinuousClock.now - started).milliseconds
    await recorder.settle(event)
    return outputs
  }

  /// The value with every timeline rendered.
  private func materialised(_ value: Value) async throws -> Value {
    switch value {
    case .video(.timeline(let timeline)):
      let scratch = try Scratch.make(in: environment.scratch, name: "\(id)-outputs")
      defer { scratch.remove() }
      let reference = try await environment.resources.with(
        ResourceRequest(cores: environment.resources.cores)
      ) { cores in
        let services = AttemptServices(
          run: self, stage: Self.outputsStage, item: nil, attempt: 1, cores: cores,
          scratch: scratch.url)
        return try await services.render(timeline)
      }
      return .video(.file(reference))
    case .list(let values):
      var rendered: [Value] = []
      for value in values { rendered.append(try await materialised(value)) }
      return .list(rendered)
    default:
      return value
    }
  }

  private func finish(
    _ settled: [String: Settled], outputs: [String: Value], error: StageError?,
    at place: String? = nil
  ) async -> RunResult {
    let isCancelled = Task.isCancelled || error?.errorClass == .cancelled
    let state: RunResult.State = isCancelled ? .cancelled : error == nil ? .completed : .failed
    var event = RunEvent(run: id, type: state.event)
    event.stage = place
    if let error, !isCancelled { event = event.with(error) }
    if state == .completed {
      event.outputs = outputs
      event.fraction = 1
      event.runFraction = 1
    }
    event.elapsed = recorder.elapsedMilliseconds
    await recorder.record(event)
    var summaries = request.graph.stages.compactMap { node in
      settled[node.id].map { $0.summary(of: node.id) }
    }
    if let error, let place, !isCancelled {
      summaries.append(
        .init(id: place, state: .failed, elapsed: 0, tasks: 0, cached: 0, error: error))
    }
    return RunResult(
      id: id, state: state, outputs: outputs, stages: summaries,
      elapsed: recorder.elapsedMilliseconds)
  }
}

extension Value {
  /// Whether there is a film in it that has not been rendered.
  fileprivate var holdsTimeline: Bool {
    switch self {
    case .video(.timeline): true
    case .list(let values): values.contains(where: \.holdsTimeline)
    default: false
    }
  }
}

extension RunResult.State {
  fileprivate var event: RunEvent.Kind {
    switch self {
    case .completed: .runCompleted
    case .failed: .runFailed
    case .cancelled: .runCancelled
    }
  }
}

extension RunExecution.Outcome {
  /// Whether what depends on the stage cannot run.
  fileprivate var blocks: Bool {
    switch self {
    case .completed, .skipped, .tolerated: false
    case .failed, .blocked, .cancelled: true
    }
  }

  fileprivate var isAcceptable: Bool { !blocks }

  fileprivate var result: StageResult? {
    switch self {
    case .completed(let outputs): .completed(outputs)
    case .skipped: .skipped
    case .tolerated: .failed
    case .failed, .blocked, .cancelled: nil
    }
  }
}

extension Dictionary<String, RunExecution.Settled>.Values {
  fileprivate var firstError: StageError? {
    for settled in self {
      if case .failed(let error) = settled.outcome { return error }
    }
    return nil
  }
}

extension RunExecution.Settled {
  fileprivate func summary(of id: String) -> RunResult.Stage {
    var stage = RunResult.Stage(
      id: id, state: .completed, elapsed: elapsed, tasks: tasks, cached: cached)
    switch outcome {
    case .completed: break
    case .skipped(let reason), .blocked(let reason):
      stage.state = .skipped
      stage.reason = reason
    case .tolerated(let error), .failed(let error):
      stage.state = .failed
      stage.error = error
    case .cancelled: stage.state = .cancelled
    }
    return stage
  }
}

extension Scope {
  fileprivate func adding(_ settled: [String: RunExecution.Settled]) -> Scope {
    var scope = self
    scope.stages = settled.compactMapValues(\.outcome.result)
    return scope
  }
}

extension PipelineGraph {
  /// All stages, or one and everything that it needs, in topological order.
  fileprivate func stages(until last: String?) -> [StageNode] {
    guard let last else { return stages }
    var wanted: Set<String> = [last]
    for node in stages.reversed() where wanted.contains(node.id) {
      wanted.formUnion(node.dependencies)
    }
    return stages.filter { wanted.contains($0.id) }
  }
}
