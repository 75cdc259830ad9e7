import Foundation

/// What one attempt of a task may use.
struct AttemptServices: StageServices {
  let run: RunExecution
  let stage: String
  let item: Int?
  let attempt: Int
  let cores: Int
  let scratch: URL
  /// Nil when nobody watches.
  let heartbeat: Heartbeat?
  /// The stage's module, under which its parts are kept.
  let module: String
  /// Nil for whole films.
  let preview: FilmPreview?

  var context: StageContext { context(for: preview) }

  private func context(for preview: FilmPreview?) -> StageContext {
    StageContext(
      run: run.id, stage: stage, item: item, attempt: attempt, cores: cores, scratch: scratch,
      preview: preview, services: self)
  }

  var provenance: Provenance? {
    Provenance(pipeline: run.request.graph.name, digest: run.request.source.digest)
  }

  func report(_ progress: StageProgress) {
    heartbeat?.heard(progress)
    run.recorder.report(progress, stage: stage, item: item, attempt: attempt)
  }

  func log(_ message: String) {
    heartbeat?.heard(message)
    post(.stageLog, message)
  }

  func warn(_ message: String, field: String?) {
    heartbeat?.heard(message)
    post(.stageWarning, message, field: field)
  }

  func announce(_ segment: PlayableSegment) {
    heartbeat?.heard(segment.path)
    var event = event(.segmentReady)
    event.segment = segment
    run.recorder.post(event)
  }

  private func post(_ type: RunEvent.Kind, _ message: String, field: String? = nil) {
    var event = event(type)
    event.message = message
    event.field = field
    run.recorder.post(event)
  }

  private func event(_ type: RunEvent.Kind) -> RunEvent {
    var event = RunEvent(run: run.id, type: type, stage: stage, item: item)
    event.attempt = attempt
    return event
  }

  func store(_ url: URL, as name: String) async throws -> FileReference {
    try await run.environment.artifacts.adopt(url, as: name)
  }

  func open(_ file: FileReference) async throws -> URL {
    try await run.open(file, for: stage)
  }

  /// Equal films are rendered once. What a stage goes on to work with is rendered whole.
  func render(_ timeline: Timeline) async throws -> FileReference {
    let renderer = run.environment.renderer
    let preview = stage == RunExecution.outputsStage ? preview : nil
    let key = try RenderKey.digest(of: timeline, renderer.cacheVersion, preview)
    let files = try await part(key, of: "render", named: "film") {
      [try await renderer.render(timeline, context(for: preview))]
    }
    guard let file = files.first else {
      throw StageError(.internal, "the renderer kept no file of the film")
    }
    return file
  }

  func secret(named name: String) async throws -> String {
    try run.environment.secrets.reveal(name, declared: run.request.graph.secrets)
  }

  func part(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    try await part(key, of: "\(module)/part", named: name, make)
  }

  var facilities: HostFacilities { run.environment.facilities }

  func purchase(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    try await part(key, of: "\(module)/part", named: name, isKept: true, make)
  }

  private func part(
    _ key: Digest, of module: String, named name: String, isKept: Bool = false,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    defer { heartbeat?.heard(name) }
    let journal = run.environment.journal
    let (result, _) = try await run.flight.run(key) {
      if let known = try await journal.results(for: [key])[key],
        isKept || !isMadeAgain || known.run == run.id
      {
        run.recorder.postUsed([key])
        return FlightResult(outputs: known.outputs, isKnown: true)
      }
      let started = ContinuousClock.now
      let files = try await make()
      let result = ResultRecord(
        key: key, stage: module, outputs: [Self.partFiles: .list(files.map { .file($0) })],
        elapsed: (ContinuousClock.now - started).milliseconds, createdAt: RunRecorder.now,
        run: run.id)
      try await run.recorder.write([], [.result(result)])
      return FlightResult(outputs: result.outputs, isKnown: false)
    }
    return result.outputs[Self.partFiles]?.files ?? []
  }

  /// A stage that is made again makes its parts again too; those of this run count, also those from before it was
  /// interrupted.
  private var isMadeAgain: Bool {
    run.request.graph[stage: stage]?.isMadeAgain(run.request.refreshed) ?? false
  }

  private static let partFiles = "files"
}

/// What a rendered film is made from.
struct RenderKey: Encodable {
  private var render = 1
  private var version: Int
  private var film: Timeline
  private var preview: FilmPreview?

  /// - Parameter version: the renderer's.
  static func digest(
    of film: Timeline, _ version: Int, _ preview: FilmPreview?
  ) throws -> Digest {
    try Digest(canonical: RenderKey(version: version, film: film.withoutMarks, preview: preview))
  }
}

/// What several tasks that want the same get from the one that does it.
struct FlightResult: Sendable {
  var outputs: [String: Value]
  /// It was there already.
  var isKnown: Bool
}

extension RunRecorder {
  /// Does not wait.
  func postUsed(_ keys: [Digest]) { post([], [.used(keys)]) }
}
