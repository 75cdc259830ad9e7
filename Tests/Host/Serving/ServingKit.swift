import Foundation
import HTTPServer
import HTTPTypes
import Pipeline
import TestSupport
import Threads

@testable import videocraft

/// A host without a socket: everything behind the router, over a journal and a store in memory.
struct ServingKit: Sendable {
  let folder: TestFolder
  let journal: MemoryRunJournal
  let artifacts: MemoryArtifactStore
  let service: RunService
  var api: NativeAPI
  var application: Application
  /// What is written to the log, line by line.
  let log: AsyncStream<String>

  static let registry = StageRegistry([
    StageSpec(PackStage.self),
    StageSpec(SayStage.self), StageSpec(ReadStage.self), StageSpec(WaitStage.self),
    StageSpec(ShootStage.self), StageSpec(CutStage.self),
  ])

  static let say = """
    version: 1
    name: say
    inputs:
      text: { type: text, default: hello }
    stages:
      voice:
        uses: say
        with: { text: "${{ inputs.text }}" }
    outputs: { said: voice.said, file: voice.file }
    """

  static let read = """
    version: 1
    name: read
    inputs:
      file: { type: file }
    stages:
      reader:
        uses: read
        with: { file: "${{ inputs.file }}" }
    outputs: { text: reader.text }
    """

  static let wait = """
    version: 1
    name: wait
    inputs:
      gate: { type: text }
    stages:
      stop:
        uses: wait
        with: { gate: "${{ inputs.gate }}" }
    outputs: { passed: stop.passed }
    """

  /// - Parameters:
  ///   - earlier: whose folder, journal and artifacts to go on with, as after a restart.
  ///   - limit: of runs that wait or are under way.
  init(
    after earlier: ServingKit? = nil, limit: Int = 200, active: Int = 4,
    keys: ((KeyFile) throws -> KeyRing)? = nil, limiter: RateLimiter? = nil,
    origins: Set<String> = [], uploadLimit: Int = 1 << 20,
    sources: (URL, any ArtifactStore) -> any SourceFetching = { _, _ in NoSources() },
    room: ((PipelineEngine) -> DiskRoom)? = nil,
    exporter: ((ServerLog) -> SpanExporter)? = nil, transport: TransportMiddleware? = nil,
    probes: [HealthProbe] = [],
    facilities: HostFacilities = HostFacilities(),
    onWrite: @escaping @Sendable () throws -> Void = {}
  ) throws {
    let folder = try earlier?.folder ?? TestFolder()
    self.folder = folder
    artifacts =
      earlier?.artifacts ?? MemoryArtifactStore(folder: folder.file("artifacts"))
    journal = earlier?.journal ?? MemoryRunJournal(artifacts: artifacts)
    let pipelines = try folder.folder("pipelines")
    let inputs = try folder.folder("inputs")
    if earlier == nil {
      try folder.write(Self.say, to: "pipelines/say.yaml")
      try folder.write(Self.read, to: "pipelines/read.yaml")
      try folder.write(Self.wait, to: "pipelines/wait.yaml")
    }
    var environment = EngineEnvironment(
      journal: ObservedJournal(WatchedJournal(journal: journal, onWrite: onWrite)),
      artifacts: artifacts, renderer: NoRenderer(),
      scratch: folder.file("scratch"), resources: ResourcePool(cores: 4),
      queue: RunQueue(active: active, waiting: .max / 2))
    environment.readableFolders = [pipelines, inputs]
    environment.sources = sources(folder.url, artifacts)
    environment.facilities = facilities
    let (lines, input) = AsyncStream.makeStream(of: String.self)
    self.log = lines
    let log = ServerLog(level: .debug, isJSON: true) { lines in
      for line in lines.split(separator: "\n") { input.yield("\(line)\n") }
    }
    let metrics = HostMetrics()
    let pool = FilePool(threadCount: 2)
    let engine = PipelineEngine(environment)
    let tracer = exporter.map {
      Tracer(
        dataFolder: folder.url, journal: engine.environment.journal, exporter: $0(log), log: log,
        pool: pool)
    }
    service = RunService(
      engine: engine, registry: Self.registry, limit: limit, log: log,
      pauses: (.milliseconds(1), .milliseconds(20)), room: room?(engine),
      tracer: tracer, onBegin: { metrics.begins($0, $1) },
      onRefuse: { metrics.refused($0.reason) }
    ) { metrics.happened($0) }
    let pipelineFolder = PipelineFolder(folder: pipelines, registry: Self.registry, log: log)
    let uploads = UploadShelf(
      dataFolder: folder.url, scratch: folder.file("scratch"), artifacts: artifacts, pool: pool)
    var api = NativeAPI(
      service: service, artifacts: artifacts, registry: Self.registry, pipelines: pipelineFolder,
      maker: RequestMaker(
        pipelines: pipelineFolder, registry: Self.registry,
        files: ClientFiles(
          uploads: uploads, folders: [inputs], sources: environment.sources),
        clientFolder: folder.file("clients")),
      uploads: uploads, ledger: IdempotencyLedger(dataFolder: folder.url),
      health: HostHealth(
        journal: journal, dataFolder: folder.url, pool: pool, probes: probes),
      metrics: metrics, log: log, pool: pool, uploadLimit: uploadLimit)
    api.tracer = tracer
    if let transport { api.transport = transport }
    self.api = api
    application = api.application(
      keys: try keys?(KeyFile(dataFolder: folder.url)), limiter: limiter, allowedOrigins: origins)
  }

  /// Works on runs while `body` runs, and then stops as a host does.
  func working<Result: Sendable>(
    grace: Duration = .zero, _ body: @escaping @Sendable (ServingKit) async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await service.run() }
      let result: Swift.Result<Result, any Error>
      do { result = .success(try await body(self)) } catch { result = .failure(error) }
      await service.drain(grace: grace)
      try await group.waitForAll()
      return try result.get()
    }
  }

  // MARK: Asking

  func ask(
    _ method: HTTPTypes.Method, _ target: String, _ headers: [(FieldName, String)] = [],
    body: [UInt8] = [], peer: Peer = .local
  ) async throws -> Answer {
    var fields = Headers()
    for (name, value) in headers { try fields.append(name, value) }
    let request = try Request(
      method, target, headers: fields, body: RequestBody(body), peer: peer)
    return try await Answer(await application.respond(to: request))
  }

  func get(_ target: String, _ headers: (FieldName, String)...) async throws -> Answer {
    try await ask(.get, target, headers)
  }

  func post(
    _ target: String, json: String, _ headers: (FieldName, String)...
  ) async throws -> Answer {
    try await ask(
      .post, target, [(.contentType, "application/json")] + headers, body: Array(json.utf8))
  }

  func post(_ target: String, yaml: String) async throws -> Answer {
    try await ask(.post, target, [(.contentType, "application/yaml")], body: Array(yaml.utf8))
  }

  /// Begins a run; its id.
  func begin(_ json: String) async throws -> String {
    let answer = try await post("/api/v1/runs", json: json)
    guard answer.status == 202, case .string(let run)? = answer.json["run"] else {
      throw StageError(.internal, "the run was not accepted: \(answer.text)")
    }
    return run
  }

  /// Waits until a run is over, by following its events; all of them.
  func finish(_ run: String) async throws -> [RunEvent] {
    let answer = try await get("/api/v1/runs/\(run)/events")
    return try answer.events
  }

  /// Waits until a run has said this; its events until then.
  func until(_ kind: RunEvent.Kind, in run: String) async throws {
    try await service.hub.follow(run, after: 0) { follower in
      while let frames = try await follower.next() {
        if frames.contains(where: { $0.json.contains("\"\(kind.rawValue)\"") }) { return }
      }
    }
  }
}

/// What came back, read to its end.
struct Answer: Sendable {
  let status: Int
  let headers: Headers
  let bytes: [UInt8]

  init(_ response: Response) async throws {
    status = response.status.code
    headers = response.headers
    switch response.body {
    case .empty, .webSocket: bytes = []
    case .bytes(let body): bytes = body
    case .file(let file, let range):
      var read = [UInt8](repeating: 0, count: range.count)
      let count = pread(file.descriptor, &read, read.count, off_t(range.lowerBound))
      bytes = Array(read.prefix(max(0, count)))
    case .stream(let stream):
      let sink = Sink()
      try await stream.produce(sink)
      bytes = sink.bytes.withLock { $0 }
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var json: JSON { (try? JSONDecoder().decode(JSON.self, from: Data(bytes))) ?? .null }
  var code: String? { if case .string(let code)? = json["code"] { code } else { nil } }

  /// The paths of the diagnostics.
  var paths: [String?] {
    diagnostics.map { if case .string(let path)? = $0["path"] { path } else { nil } }
  }

  var diagnostics: [JSON] {
    if case .array(let all)? = json["diagnostics"] { all } else { [] }
  }

  /// Of a stream.
  var events: [RunEvent] {
    get throws {
      try text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map {
        try JSONDecoder().decode(RunEvent.self, from: Data($0.dropFirst(6).utf8))
      }
    }
  }
}

private final class Sink: BodyWriter {
  let bytes = Locked<[UInt8]>([])
  func write(_ more: [UInt8]) async throws { bytes.withLock { $0 += more } }
}

struct NoRenderer: TimelineRendering {
  func render(_ timeline: Timeline, _ context: StageContext) async throws -> FileReference {
    throw StageError(.internal, "nothing is rendered here")
  }
}
