import Foundation
import Pipeline
import Testing
import Threads

/// An engine in memory, and what a test wants to see afterwards.
final class EngineBench: Sendable {
  static let registry = StageRegistry([
    StageSpec(Shout.self), StageSpec(Join.self), StageSpec(Flaky.self), StageSpec(Wait.self),
    StageSpec(Gated.self), StageSpec(Read.self), StageSpec(Film.self), StageSpec(Ask.self),
    StageSpec(Hungry.self), StageSpec(Count.self), StageSpec(Chatty.self),
    StageSpec(Pieces.self), StageSpec(Stream.self), StageSpec(Sketch.self),
    StageSpec(Assemble.self),
  ])

  let folder: URL
  let journal: MemoryRunJournal
  let artifacts: FragileArtifacts
  let engine: PipelineEngine
  let events = Locked<[RunEvent]>([])
  private let ownsFolder: Bool

  /// - Parameter sharing: a bench whose folder, journal and artifacts this one uses, as another process would.
  init(
    sharing other: EngineBench? = nil, clock: any Clock<Duration> = ImmediateClock(),
    cores: Int = 2, queue: RunQueue? = nil,
    renewal: Duration = .seconds(10), wrap: (MemoryRunJournal) -> any RunJournal = { $0 }
  ) throws {
    ownsFolder = other == nil
    folder =
      other?.folder
      ?? FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    artifacts =
      other?.artifacts ?? FragileArtifacts(folder: folder.appendingPathComponent("opened"))
    journal = other?.journal ?? MemoryRunJournal(artifacts: artifacts)
    var environment = EngineEnvironment(
      journal: wrap(journal), artifacts: artifacts, renderer: PlainRenderer(),
      scratch: folder.appendingPathComponent("scratch"),
      resources: ResourcePool(cores: cores, disk: 1 << 30),
      clock: clock, queue: queue)
    environment.secrets = NamedSecrets()
    environment.lease.renewal = renewal
    engine = PipelineEngine(environment)
  }

  deinit { if ownsFolder { try? FileManager.default.removeItem(at: folder) } }

  func request(
    _ yaml: String, inputs: [(name: String, text: String)] = [], refreshed: Set<String> = [],
    until: String? = nil
  ) throws -> RunRequest {
    let (loaded, diagnostics) = PipelineGraph.load(text: yaml, registry: Self.registry)
    let graph = try #require(loaded, "\(diagnostics)")
    let bound = graph.bindInputs(arguments: inputs, file: nil)
    try #require(bound.diagnostics.isEmpty)
    return RunRequest(
      graph: graph, source: PipelineSource(.init(name: nil, text: yaml)), inputs: bound.values,
      inputFolder: folder, refreshed: refreshed, until: until)
  }

  func run(
    _ yaml: String, inputs: [(name: String, text: String)] = [], refreshed: Set<String> = [],
    until: String? = nil, onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunResult {
    try await run(
      request(yaml, inputs: inputs, refreshed: refreshed, until: until), onEvent: onEvent)
  }

  func run(
    _ request: RunRequest, onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunResult {
    try await engine.run(request) { event in
      self.events.withLock { $0.append(event) }
      onEvent(event)
    }
  }

  func types(of stage: String? = nil) -> [RunEvent.Kind] {
    events.withLock { $0.filter { stage == nil || $0.stage == stage }.map(\.type) }
  }

  /// What was decided about a stage's task in a run.
  func decision(_ stage: String, item: Int? = nil, in result: RunResult) async throws
    -> TaskDecision
  {
    let tasks = await journal.tasks(of: result.id)
    return try #require(tasks.first { $0.id.stage == stage && $0.id.item == item }).decision
  }

  /// What a stage's only task gave in a run.
  func outputs(_ stage: String, of result: RunResult) async throws -> [String: Value] {
    let tasks = await journal.tasks(of: result.id)
    let key = try #require(tasks.first { $0.id.stage == stage }?.key)
    return try #require(await journal.results(for: [key])[key]).outputs
  }

  var scratchFolders: [String] {
    let folder = folder.appendingPathComponent("scratch").path
    return (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }
}

/// Writes a film's length into a file instead of rendering it, and counts how often.
struct PlainRenderer: TimelineRendering {
  func render(_ timeline: Timeline, _ context: StageContext) async throws -> FileReference {
    let film = try context.preview?.cut(timeline) ?? timeline
    Calls.shared.count("render \(film.duration.milliseconds)")
    let url = context.newFile("film.mp4")
    try Data("film of \(film.duration.milliseconds) ms".utf8).write(to: url)
    return try await context.store(url, as: "film.mp4")
  }
}

/// Every secret has a text that says which it is.
struct NamedSecrets: SecretSource {
  func secret(named name: String) -> String? { "text of \(name)" }
}

/// Sleeps take no time, so that retries and limits need none.
struct ImmediateClock: Clock {
  typealias Duration = Swift.Duration
  typealias Instant = ContinuousClock.Instant
  var now: Instant { .now }
  var minimumResolution: Duration { .zero }
  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
  }
}

extension RunResult {
  subscript(stage id: String) -> Stage? { stages.first { $0.id == id } }
}
