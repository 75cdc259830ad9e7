public import Foundation

/// Renders timelines for stages and outputs that need a file.
public protocol TimelineRendering: Sendable {
  /// Makes one file with the usual encoding and puts it into the store. Throws when cancelled.
  func render(_ timeline: Timeline, _ context: StageContext) async throws -> FileReference
  /// The parts of which `render` would make the file; see `Stage.parts`.
  func parts(of timeline: Timeline, _ context: StageContext) async throws -> [PlannedPart]
  /// Raised whenever the same timeline gives another file than before.
  var cacheVersion: Int { get }
}

extension TimelineRendering {
  public var cacheVersion: Int { 1 }

  public func parts(of timeline: Timeline, _ context: StageContext) async throws -> [PlannedPart] {
    []
  }
}

/// What runs need besides the pipeline itself.
public struct EngineEnvironment: Sendable {
  public var journal: any RunJournal
  public var artifacts: any ArtifactStore
  public var renderer: any TimelineRendering
  /// Attempts get folders below it; they are removed when the attempt ends.
  public var scratch: URL
  public var resources: ResourcePool
  /// What stages are told when they reveal a secret.
  public var secrets: any SecretSource = NoSecrets()
  public var clock: any Clock<Duration>
  /// Lets runs in, so many at once; nil: all of them.
  public var queue: RunQueue?
  /// Who works on attempts: unique to the process.
  public var owner: String
  public var lease = LeaseTiming()
  /// Below which folders runs may read files that are named by their paths; nil for anywhere.
  public var readableFolders: [URL]?
  /// Runs, by their ids, for which `readableFolders` do not count.
  public var mayReadAnywhere: @Sendable (String) -> Bool = { _ in false }

  /// - Parameter owner: nil for a new name.
  public init(
    journal: any RunJournal, artifacts: any ArtifactStore, renderer: any TimelineRendering,
    scratch: URL, resources: ResourcePool, clock: any Clock<Duration> = ContinuousClock(),
    queue: RunQueue? = nil, owner: String? = nil
  ) {
    self.journal = journal
    self.artifacts = artifacts
    self.renderer = renderer
    self.scratch = scratch
    self.resources = resources
    self.clock = clock
    self.queue = queue
    self.owner =
      owner ?? "\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString.prefix(8))"
  }
}

/// Runs pipelines: independent tasks side by side, each result kept under the digest of what made it.
public struct PipelineEngine: Sendable {
  public let environment: EngineEnvironment
  let live = LiveRuns()
  private let flight = SingleFlight<FlightResult>()
  private let leases: LeaseKeeper

  public init(_ environment: EngineEnvironment) {
    self.environment = environment
    leases = LeaseKeeper(environment)
  }

  /// Runs until everything is done, failed or cancelled, and reports each event once it is in the journal.
  ///
  /// Cancelling the current task interrupts the run: it can be continued with `resume`. Throws only when the run
  /// could not be recorded, or was refused by the queue.
  public func run(
    _ request: RunRequest, onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunResult {
    let record = try await accept(request)
    return try await perform(record.id, request, EarlierWork(), onEvent: onEvent)
  }

  /// Writes a run down without beginning it; `resume` runs it.
  public func accept(_ request: RunRequest) async throws -> RunRecord {
    var record = request.record()
    record.id = request.id ?? record.id
    try await environment.journal.create(record)
    return record
  }

  func perform(
    _ id: String, _ request: RunRequest, _ earlier: EarlierWork,
    onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> RunResult {
    let control = RunControl()
    try live.add(id, control)
    defer { live.remove(id) }
    let execution = RunExecution(
      id: id, request: request, environment: environment, control: control, flight: flight,
      earlier: earlier)
    // Neither is a child task: the last events of a run that is cancelled must still be written.
    let writer = Task { [journal = environment.journal] in
      await execution.recorder.drain(into: journal, after: earlier.lastSeq, onEvent: onEvent)
    }
    let work = Task { try await admitted(execution) }
    control.attach { work.cancel() }
    await leases.enter()
    let result = await withTaskCancellationHandler {
      await work.result
    } onCancel: {
      control.interrupt()
    }
    await leases.leave()
    execution.recorder.finish()
    await writer.value
    if let failure = execution.recorder.failure { throw StageError(wrapping: failure) }
    return try result.get()
  }

  /// Performs the run when it is its turn.
  private func admitted(_ execution: RunExecution) async throws -> RunResult {
    guard let queue = environment.queue else { return await execution.perform() }
    do {
      let group = try execution.group
      _ = try await queue.admit(
        execution.id, priority: execution.request.priority, group: group
      ) { [live] other in
        live[other]?.cancel(.now)
      }
    } catch {
      return try await execution.refused(error)
    }
    defer { queue.leave(execution.id) }
    return await execution.perform()
  }
}
