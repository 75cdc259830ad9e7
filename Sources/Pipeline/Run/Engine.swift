public import Foundation

/// Renders timelines for stages and outputs that need a file.
public protocol TimelineRendering: Sendable {
  /// Makes one file with the usual encoding and puts it into the store. Throws when cancelled.
  func render(_ timeline: Timeline, _ context: StageContext) async throws -> FileReference
}

/// What runs need besides the pipeline itself.
public struct EngineEnvironment: Sendable {
  public var journal: any Journal
  public var results: any ResultStore
  public var artifacts: any ArtifactStore
  public var renderer: any TimelineRendering
  /// Attempts get folders below it; they are removed when the attempt ends.
  public var scratch: URL
  public var resources: ResourcePool
  /// What stages are told when they reveal a secret.
  public var secrets: any SecretSource = NoSecrets()
  public var clock: any Clock<Duration>

  public init(
    journal: any Journal, results: any ResultStore, artifacts: any ArtifactStore,
    renderer: any TimelineRendering, scratch: URL, resources: ResourcePool,
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.journal = journal
    self.results = results
    self.artifacts = artifacts
    self.renderer = renderer
    self.scratch = scratch
    self.resources = resources
    self.clock = clock
  }
}

/// One request to run a checked pipeline.
public struct RunRequest: Sendable {
  public var graph: PipelineGraph
  /// What `graph` was made of.
  public var source: PipelineSource
  /// Bound and converted; paths are still text.
  public var inputs: [String: Value]
  /// What relative paths in the inputs are relative to.
  public var inputFolder: URL
  /// Stages to run even if their results are known; everything after them follows by its changed inputs.
  public var refreshed: Set<String>
  /// Run only this stage and what it needs; nil for the whole pipeline.
  public var until: String?

  public init(
    graph: PipelineGraph, source: PipelineSource, inputs: [String: Value], inputFolder: URL,
    refreshed: Set<String> = [], until: String? = nil
  ) {
    self.graph = graph
    self.source = source
    self.inputs = inputs
    self.inputFolder = inputFolder
    self.refreshed = refreshed
    self.until = until
  }
}

/// How a run ended.
public struct RunResult: Sendable {
  public enum State: String, Sendable, Hashable, Codable { case completed, failed, cancelled }

  public struct Stage: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
      case completed, skipped, failed, cancelled
    }

    public var id: String
    public var state: State
    /// Milliseconds; zero for a stage that did not run.
    public var elapsed: Int
    public var tasks: Int
    /// How many of them were answered from earlier results.
    public var cached: Int
    public var error: StageError?
    /// Why it was skipped.
    public var reason: String?
  }

  public var id: String
  public var state: State
  /// By name; those that were skipped or did not come about are absent. Timelines have been rendered.
  public var outputs: [String: Value]
  /// In the order of the pipeline; the last one is `(inputs)` or `(outputs)` when those are at fault.
  public var stages: [Stage]
  /// Milliseconds.
  public var elapsed: Int

  /// Whether nothing ran because what was given cannot be used.
  public var hasWrongInputs: Bool { stages.last?.id == RunExecution.inputsStage }
}

/// Runs pipelines: independent tasks side by side, each result kept under the digest of what made it.
public struct PipelineEngine: Sendable {
  public let environment: EngineEnvironment

  public init(_ environment: EngineEnvironment) { self.environment = environment }

  /// Runs until everything is done, failed or cancelled, and reports each event once it is in the journal.
  ///
  /// Cancelling the current task cancels the run; the result then says `cancelled`. Throws only when the run
  /// could not be recorded.
  public func run(
    _ request: RunRequest, onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunResult {
    let record = RunRecord(
      id: RunID.make(), pipeline: request.graph.name,
      createdAt: Int(Date().timeIntervalSince1970 * 1000), source: request.source,
      inputs: request.inputs, inputFolder: request.inputFolder.path,
      refreshed: request.refreshed.sorted(), until: request.until)
    try await environment.journal.create(record)
    let execution = RunExecution(id: record.id, request: request, environment: environment)
    // Not a child task: the last events of a cancelled run must still be written.
    let writer = Task { [journal = environment.journal] in
      try await execution.recorder.drain(into: journal, onEvent: onEvent)
    }
    let result = await execution.perform()
    execution.recorder.finish()
    try await writer.value
    return result
  }
}

enum RunID {
  /// Sorts by time and can be typed: `20261120-134502-7f3a9c`.
  static func make() -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let suffix = String(UInt32.random(in: 0...0xFFFFFF), radix: 16)
    let padding = String(repeating: "0", count: 6 - suffix.count)
    return "\(formatter.string(from: Date()))-\(padding)\(suffix)"
  }
}
