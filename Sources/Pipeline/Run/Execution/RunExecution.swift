import Foundation

/// One run from its first to its last event in this process.
struct RunExecution: Sendable {
  /// What stands in place of a stage's id where the run's own inputs or outputs are meant. No stage can be called so.
  static let inputsStage = "(inputs)"
  static let outputsStage = "(outputs)"

  let id: String
  let request: RunRequest
  let environment: EngineEnvironment
  let recorder: RunRecorder
  let control: RunControl
  let flight: SingleFlight<FlightResult>
  let earlier: EarlierWork
  let damage = DamageLog()
  let previews: PreviewRules
  let stages: [StageNode]

  init(
    id: String, request: RunRequest, environment: EngineEnvironment, control: RunControl,
    flight: SingleFlight<FlightResult>, earlier: EarlierWork = EarlierWork()
  ) {
    self.id = id
    self.request = request
    self.environment = environment
    self.control = control
    self.flight = flight
    self.earlier = earlier
    stages = request.graph.stages(until: request.until)
    previews = PreviewRules(request.preview, request.graph)
    var tracker = ProgressTracker(weights: Self.weights(of: stages, request.graph))
    tracker.resume(after: earlier.events)
    recorder = RunRecorder(run: id, tracker: tracker) { control.journalFailed() }
  }

  private static func weights(
    of stages: [StageNode], _ graph: PipelineGraph
  ) -> [(stage: String, weight: Double)] {
    // A pipeline in which no stage renders leaves that to its outputs; then it is most of the work.
    let leavesRendering =
      !stages.contains { $0.spec.info.cores == .all }
      && graph.outputs.contains { $0.type.unwrapped == .video }
    return stages.map { (stage: $0.id, weight: $0.spec.info.weight) }
      + [(outputsStage, leavesRendering ? 20 : 0)]
  }

  /// What the run came to. What could not be written is in `recorder.failure`.
  func perform() async -> RunResult {
    if !earlier.isResumed { recorder.post([RunEvent(run: id, type: .runCreated)], []) }
    do {
      let inputs = try await resolvedInputs()
      return await perform(
        Scope(
          inputs: inputs, vars: request.graph.vars, runID: id, runName: request.graph.name))
    } catch {
      return await finish([:], error: StageError(wrapping: error), at: Self.inputsStage)
    }
  }

  /// With files in the store. A run that goes on has them already.
  private func resolvedInputs() async throws -> [String: Value] {
    if let inputs = earlier.inputs { return inputs }
    return try await newIngest().resolve(request.inputs, as: request.graph.inputs.map(\.field))
  }

  private func newIngest() -> FileIngest {
    FileIngest(
      artifacts: environment.artifacts, root: request.inputFolder,
      within: environment.mayReadAnywhere(id) ? nil : environment.readableFolders)
  }

  /// Passes over the stages until nothing that they need is damaged.
  private func perform(_ scope: Scope) async -> RunResult {
    var settled: [String: SettledStage] = [:]
    do {
      try await recorder.write(
        [beginning], [.state(.running), .inputs(scope.inputs)] + deliveries(for: beginning))
      while true {
        let ingest = newIngest()
        let known = try await known(scope, ingest: ingest)
        let pass = RunPass(run: self, scope: scope, ingest: ingest, known: known)
        settled = try await pass.perform(settled)
        let outputs = await outputs(of: settled, in: scope)
        guard damage.isToRepair, control.ending == nil else {
          return await finish(settled, outputs)
        }
        settled = try await repair(settled, inputs: scope.inputs)
      }
    } catch {
      return await finish(settled, error: StageError(wrapping: error), at: Self.inputsStage)
    }
  }

  private var beginning: RunEvent {
    RunEvent(run: id, type: earlier.isResumed ? .runResumed : .runStarted)
  }

  private func known(_ scope: Scope, ingest: FileIngest) async throws -> KnownStages {
    try await KnownStages.find(
      stages, in: request.graph, scope: scope, ingest: ingest, refreshed: request.refreshed,
      until: request.until, previews: previews, environment)
  }

  /// Where the bytes of a file are. Remembers when they are damaged.
  func open(_ file: FileReference, for stage: String) async throws -> URL {
    do {
      return try await environment.artifacts.open(file)
    } catch let error as ArtifactDamaged {
      damage.note(error, by: stage)
      throw error
    }
  }
}

// MARK: - Outputs

extension RunExecution {
  private enum Outputs {
    case made([String: Value])
    case failed(StageError)
    /// Something that they need did not come about.
    case none
  }

  private func outputs(of settled: [String: SettledStage], in scope: Scope) async -> Outputs {
    guard settled.values.allSatisfy({ !$0.blocks }), control.ending.allowsOutputs else {
      return .none
    }
    do {
      return .made(try await collectOutputs(scope.adding(settled)))
    } catch {
      return .failed(StageError(wrapping: error))
    }
  }

  private func collectOutputs(_ scope: Scope) async throws -> [String: Value] {
    var outputs: [String: Value] = [:]
    for output in request.graph.outputs
    where output.dependencies.allSatisfy({ scope.stages[$0] != nil }) {
      guard let value = try output.value(in: scope), value != .null else { continue }
      outputs[output.name] = value
    }
    if outputs.values.contains(where: \.holdsTimeline) { outputs = try await rendered(outputs) }
    for file in outputs.values.flatMap(\.files) {
      _ = try await open(file, for: Self.outputsStage)
    }
    return outputs
  }

  private func rendered(_ outputs: [String: Value]) async throws -> [String: Value] {
    let started = ContinuousClock.now
    recorder.post(RunEvent(run: id, type: .stageStarted, stage: Self.outputsStage))
    let scratch = try Scratch.make(in: environment.scratch, name: "\(id)-outputs")
    defer { scratch.remove() }
    let request = ResourceRequest(
      cores: environment.resources.cores, priority: request.priority,
      label: "\(id)/\(Self.outputsStage)")
    let rendered = try await environment.resources.with(request) { cores in
      let services = AttemptServices(
        run: self, stage: Self.outputsStage, item: nil, attempt: 1, cores: cores,
        scratch: scratch.url, heartbeat: nil, module: Self.outputsStage,
        preview: previews.ofOutputs)
      var rendered: [String: Value] = [:]
      for (name, value) in outputs { rendered[name] = try await value.rendered(by: services) }
      return rendered
    }
    var event = RunEvent(run: id, type: .stageCompleted, stage: Self.outputsStage)
    event.elapsed = (ContinuousClock.now - started).milliseconds
    recorder.post([recorder.settled(event)], [])
    return rendered
  }
}

extension RunControl.Ending? {
  /// A run that is to stop at once gives nothing back.
  fileprivate var allowsOutputs: Bool { self == nil || self == .cancelledGracefully }
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

  /// The value with every film rendered.
  fileprivate func rendered(by services: AttemptServices) async throws -> Value {
    switch self {
    case .video(.timeline(let timeline)):
      return .video(.file(try await services.render(timeline)))
    case .list(let values):
      var rendered: [Value] = []
      for value in values { rendered.append(try await value.rendered(by: services)) }
      return .list(rendered)
    default: return self
    }
  }
}

// MARK: - Damage

extension RunExecution {
  /// Forgets what names damaged files, and takes inputs in again.
  ///
  /// - Returns: the stages that stay as they are.
  private func repair(
    _ settled: [String: SettledStage], inputs: [String: Value]
  ) async throws -> [String: SettledStage] {
    let found = damage.beginRepair()
    let digests = Set(found.map(\.damage.digest))
    _ = try await environment.journal.forgetResults(naming: Array(digests))
    let events = found.map { damage, stage in
      var event = RunEvent(run: id, type: .stageWarning, stage: stage)
      event.message = "\(damage.description); it is made again"
      return event
    }
    try await recorder.write(events)
    try await takeInAgain(inputs, digests)
    return untouched(settled, by: digests)
  }

  private func takeInAgain(_ inputs: [String: Value], _ damaged: Set<Digest>) async throws {
    let ingest = newIngest()
    for input in request.graph.inputs {
      let files = (inputs[input.name]?.files ?? []).filter { damaged.contains($0.digest) }
      guard let given = request.inputs[input.name], !files.isEmpty else { continue }
      _ = try await ingest.resolve(given, as: input.type, at: input.name)
      for file in files where await !environment.artifacts.contains(file) {
        throw StageError(
          .invalidInput,
          "the stored copy of the input `\(file.name)` was damaged, and the file itself has changed since the run "
            + "was accepted; start a new run",
          field: input.name)
      }
    }
  }

  /// Without what names a damaged file, what waited for it, and all that comes after.
  private func untouched(
    _ settled: [String: SettledStage], by damaged: Set<Digest>
  ) -> [String: SettledStage] {
    var kept: [String: SettledStage] = [:]
    for node in stages {
      guard let stage = settled[node.id], !stage.isDamaged, !stage.isUnneeded,
        node.dependencies.allSatisfy({ kept[$0] != nil || settled[$0]?.isUnneeded == true })
      else { continue }
      if case .completed(let outputs) = stage.outcome,
        outputs.values.flatMap(\.files).contains(where: { damaged.contains($0.digest) })
      {
        continue
      }
      kept[node.id] = stage
    }
    return kept
  }
}

// MARK: - The end

extension RunExecution {
  private func finish(_ settled: [String: SettledStage], _ outputs: Outputs) async -> RunResult {
    switch outputs {
    case .made(let outputs): await finish(settled, outputs: outputs)
    case .failed(let error): await finish(settled, error: error, at: Self.outputsStage)
    case .none:
      await finish(settled, error: stages.lazy.compactMap { settled[$0.id]?.error }.first)
    }
  }

  /// - Parameters:
  ///   - outputs: nil when they did not come about.
  ///   - place: which part of the run itself is at fault; nil for a stage.
  func finish(
    _ settled: [String: SettledStage], outputs: [String: Value]? = nil, error: StageError? = nil,
    at place: String? = nil
  ) async -> RunResult {
    let state = endState(isComplete: outputs != nil)
    var event = RunEvent(run: id, type: state.event)
    var changes: [JournalBatch.Change] = [.state(state.runState)]
    if state == .failed, let error {
      event = event.with(error)
      event.stage = place
    }
    if state == .completed, let outputs {
      event.outputs = outputs
      event.fraction = 1
      event.runFraction = 1
      changes.append(.outputs(outputs))
    }
    event.elapsed = recorder.elapsedMilliseconds
    changes += deliveries(for: event)
    // What it throws is in `recorder.failure` too.
    try? await recorder.write([event], changes)
    var summaries = stages.compactMap { node in settled[node.id].map { $0.summary(of: node.id) } }
    if state == .failed, let error, let place {
      summaries.append(
        .init(id: place, state: .failed, elapsed: 0, tasks: 0, cached: 0, error: error))
    }
    return RunResult(
      id: id, state: state, outputs: state == .completed ? outputs ?? [:] : [:],
      stages: summaries, elapsed: recorder.elapsedMilliseconds,
      made: settled.compactMapValues(\.outcome.result))
  }

  private func endState(isComplete: Bool) -> RunResult.State {
    if isComplete { return .completed }
    switch control.ending {
    case .interrupted: return .interrupted
    case .cancelled, .cancelledGracefully: return .cancelled
    case .unwritable, nil: return .failed
    }
  }
}

extension PipelineGraph {
  /// All stages, or one and everything that it needs, in topological order.
  func stages(until last: String?) -> [StageNode] {
    guard let last else { return stages }
    var wanted: Set<String> = [last]
    for node in stages.reversed() where wanted.contains(node.id) {
      wanted.formUnion(node.dependencies)
    }
    return stages.filter { wanted.contains($0.id) }
  }
}
