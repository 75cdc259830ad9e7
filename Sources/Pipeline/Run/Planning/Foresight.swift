/// Finds out what cheap stages would make, and of which parts others would make theirs. Nothing of it is kept.
struct Foresight: Sendable {
  enum Outcome<Found: Sendable>: Sendable {
    case found(Found)
    /// It is seen only when it runs.
    case unknown
    /// It would fail in the same way.
    case fails(StageError)
  }

  let environment: EngineEnvironment
  let ingest: FileIngest
  private let files = ForeseenFiles()

  init(_ environment: EngineEnvironment, ingest: FileIngest) {
    self.environment = environment
    self.ingest = ingest
  }

  /// What a stage that is foreseeable would give.
  func outputs(of task: PreparedTask, _ node: StageNode) async throws -> Outcome<[String: Value]> {
    guard !task.needsRendering(for: node) else { return .unknown }
    return try await asked(node, task.item, nil) { context in
      try await node.spec.run(task.options, task.inputs, context)
    }
  }

  /// The parts that a task asks for, those of the films included that must become files for it.
  func parts(
    of task: PreparedTask, _ node: StageNode, _ preview: FilmPreview?
  ) async throws -> Outcome<[PlannedFilm]> {
    if task.needsRendering(for: node) {
      let films = node.spec.inputs.flatMap { port in
        task.inputs[port.name].map { $0.films(toRenderFor: port.type) } ?? []
      }
      return try await asked(node, task.item, nil) { try await planned(films, $0) }
    }
    guard node.spec.info.partNames != nil else { return .found([]) }
    return try await asked(node, task.item, preview) { context in
      let parts = try await node.spec.parts(task.options, task.inputs, context)
      return [PlannedFilm(key: nil, parts: parts)]
    }
  }

  /// The parts of films that are rendered because they are outputs.
  func parts(
    ofOutputs films: [Timeline], _ preview: FilmPreview?
  ) async throws -> Outcome<[PlannedFilm]> {
    try await asked(RunExecution.outputsStage, nil, preview) { try await planned(films, $0) }
  }

  private func planned(
    _ films: [Timeline], _ context: StageContext
  ) async throws -> [PlannedFilm] {
    var planned: [PlannedFilm] = []
    for film in films {
      let key = try RenderKey.digest(
        of: film, environment.renderer.cacheVersion, context.preview)
      planned.append(
        PlannedFilm(key: key, parts: try await environment.renderer.parts(of: film, context)))
    }
    return planned
  }

  private func asked<Found>(
    _ node: StageNode, _ item: Int?, _ preview: FilmPreview?,
    _ body: (StageContext) async throws -> Found
  ) async throws -> Outcome<Found> {
    try await asked(node.id, item, preview, body)
  }

  private func asked<Found>(
    _ stage: String, _ item: Int?, _ preview: FilmPreview?,
    _ body: (StageContext) async throws -> Found
  ) async throws -> Outcome<Found> {
    let services = PlanningServices(
      ingest: ingest, artifacts: environment.artifacts, files: files)
    do {
      let context = StageContext(
        run: "", stage: stage, item: item, cores: 1, scratch: try files.scratch(),
        preview: preview, services: services)
      let found = try await body(context)
      return services.hasRefused ? .unknown : .found(found)
    } catch {
      try Task.checkCancellation()
      let failure = StageError(wrapping: error)
      let isCertain =
        failure.errorClass == .invalidInput || failure.errorClass == .configuration
      guard isCertain, !services.hasRefused else { return .unknown }
      return .fails(item.map { failure.about("item \($0 + 1)") } ?? failure)
    }
  }
}

/// A film that is to be rendered, and what it is made of.
struct PlannedFilm: Sendable {
  /// The name of the finished file; nil where none is kept by itself.
  var key: Digest?
  var parts: [PlannedPart]
}

extension PreparedTask {
  /// Films must become files before it can begin.
  func needsRendering(for node: StageNode) -> Bool {
    node.spec.inputs.contains { inputs[$0.name]?.needsRendering(for: $0.type) ?? false }
  }
}

extension Value {
  /// Films that must become files before they can flow into a port of this type.
  fileprivate func films(toRenderFor type: ValueType) -> [Timeline] {
    switch (type.unwrapped, self) {
    case (.video, _): []
    case (.list(let element), .list(let values)):
      values.flatMap { $0.films(toRenderFor: element) }
    case (let type, .video(.timeline(let film))) where type.isFile: [film]
    default: []
    }
  }

  /// Films in it that have not been rendered.
  var films: [Timeline] {
    switch self {
    case .video(.timeline(let film)): [film]
    case .list(let values): values.flatMap(\.films)
    default: []
    }
  }
}
