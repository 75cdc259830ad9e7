/// What a run was accepted with; it never changes, whatever becomes of the files.
public struct RunRecord: Sendable, Hashable, Codable {
  public var id: String
  /// The pipeline's name.
  public var pipeline: String
  /// Milliseconds since 1970.
  public var createdAt: Int
  public var source: PipelineSource
  /// As given: paths are still text.
  public var inputs: [String: Value]
  /// Where the inputs were written; nil where nobody said.
  public var inputTexts: InputTexts?
  /// The absolute path that relative paths in the inputs are relative to.
  public var inputFolder: String
  /// The absolute path of the folder that somebody wants the outputs in; nil where nobody said.
  public var outputFolder: String?
  /// The version of each stage module that the pipeline uses, by name.
  public var stageVersions: [String: String]
  /// Stages to run even if their results are known.
  public var refreshed: [String]
  /// Run only this stage and what it needs; nil for the whole pipeline.
  public var until: String?
  /// Which stretch of its films to make, and how small; nil for whole films.
  public var preview: FilmPreview?
  /// -100 to 100; higher goes first.
  public var priority: Int
  /// The run that this one repeats; nil for one of its own.
  public var retryOf: String?

  public init(
    id: String, pipeline: String, createdAt: Int, source: PipelineSource, inputs: [String: Value],
    inputFolder: String, outputFolder: String? = nil, stageVersions: [String: String] = [:],
    refreshed: [String] = [], until: String? = nil, preview: FilmPreview? = nil,
    priority: Int = 0, retryOf: String? = nil
  ) {
    self.id = id
    self.pipeline = pipeline
    self.createdAt = createdAt
    self.source = source
    self.inputs = inputs
    self.inputFolder = inputFolder
    self.outputFolder = outputFolder
    self.stageVersions = stageVersions
    self.refreshed = refreshed
    self.until = until
    self.preview = preview
    self.priority = priority
    self.retryOf = retryOf
  }
}

public enum RunState: String, Sendable, Hashable, Codable, CaseIterable {
  case queued, running
  /// Its process ended before it did; it can be continued.
  case interrupted
  case completed, failed, cancelled

  /// Nothing more will happen.
  public var isOver: Bool { self == .completed || self == .failed || self == .cancelled }
}

/// A run and how far it is.
public struct RunStatus: Sendable, Hashable, Codable {
  public var record: RunRecord
  public var state: RunState
  /// Of its newest event; 0 without one.
  public var lastSeq: Int
  /// Nil until the files have been taken into the store.
  public var resolvedInputs: [String: Value]?
  /// Nil until it has completed.
  public var outputs: [String: Value]?
  /// Milliseconds since 1970 of the newest event, or of its creation.
  public var changedAt: Int

  public init(
    record: RunRecord, state: RunState, lastSeq: Int = 0, resolvedInputs: [String: Value]? = nil,
    outputs: [String: Value]? = nil, changedAt: Int
  ) {
    self.record = record
    self.state = state
    self.lastSeq = lastSeq
    self.resolvedInputs = resolvedInputs
    self.outputs = outputs
    self.changedAt = changedAt
  }
}

/// One stage of one run, or one item of a `foreach`.
public struct TaskID: Sendable, Hashable, Codable {
  public var run: String
  public var stage: String
  /// From 0; nil for a stage without `foreach`, and for a stage that was decided as a whole.
  public var item: Int?

  public init(run: String, stage: String, item: Int? = nil) {
    self.run = run
    self.stage = stage
    self.item = item
  }
}

public struct TaskRecord: Sendable, Hashable, Codable {
  public enum State: String, Sendable, Hashable, Codable {
    case running, completed, failed, skipped, blocked, cancelled
  }

  public var id: TaskID
  public var state: State
  /// The name of its result; nil when it was decided without one (skipped, blocked, known by its definition alone).
  public var key: Digest?
  /// Made when it was decided what to do with the task, and never changed afterwards.
  public var decision: TaskDecision
  /// Milliseconds that the work took; nil until then, and for answers from earlier results.
  public var elapsed: Int?

  public init(
    id: TaskID, state: State, key: Digest? = nil, decision: TaskDecision, elapsed: Int? = nil
  ) {
    self.id = id
    self.state = state
    self.key = key
    self.decision = decision
    self.elapsed = elapsed
  }
}

/// Tasks of a run that are alike.
public struct TaskTally: Sendable, Hashable {
  public var state: TaskRecord.State
  public var outcome: TaskDecision.Outcome
  public var count: Int

  public init(_ state: TaskRecord.State, _ outcome: TaskDecision.Outcome, _ count: Int) {
    self.state = state
    self.outcome = outcome
    self.count = count
  }
}

/// One attempt at a task.
public struct AttemptRecord: Sendable, Hashable, Codable {
  public enum State: String, Sendable, Hashable, Codable {
    case running, completed, failed, cancelled
    /// Its process died.
    case lost
  }

  public var task: TaskID
  /// From 1 within its task, over all processes that worked on the run; also the fencing epoch.
  public var number: Int
  /// The process that works on it.
  public var owner: String
  public var state: State
  /// Milliseconds since 1970, as are the others.
  public var startedAt: Int
  public var leaseUntil: Int
  public var endedAt: Int?
  public var error: StageError?

  public init(
    task: TaskID, number: Int, owner: String, state: State = .running, startedAt: Int,
    leaseUntil: Int, endedAt: Int? = nil, error: StageError? = nil
  ) {
    self.task = task
    self.number = number
    self.owner = owner
    self.state = state
    self.startedAt = startedAt
    self.leaseUntil = leaseUntil
    self.endedAt = endedAt
    self.error = error
  }
}

/// What a task gave, under the digest of all that it was made from.
public struct ResultRecord: Sendable, Hashable, Codable {
  public var key: Digest
  /// The stage's module.
  public var stage: String
  public var outputs: [String: Value]
  /// Milliseconds that making it took.
  public var elapsed: Int
  /// Milliseconds since 1970.
  public var createdAt: Int
  /// The run that made it.
  public var run: String

  public init(
    key: Digest, stage: String, outputs: [String: Value], elapsed: Int, createdAt: Int, run: String
  ) {
    self.key = key
    self.stage = stage
    self.outputs = outputs
    self.elapsed = elapsed
    self.createdAt = createdAt
    self.run = run
  }

  /// Of all the files that it names.
  public var byteCount: Int {
    Dictionary(outputs.values.flatMap(\.files).map { ($0.digest, $0.byteCount) }) { one, _ in one }
      .values.reduce(0, +)
  }
}

/// What a whole stage gave, under the digest of its definition: its settings as written and the definitions that
/// it depends on. Looked up before anything is known about the contents.
public struct ResultAlias: Sendable, Hashable, Codable {
  public var key: Digest
  /// The result of the stage, or of each item of its `foreach` in order.
  public var results: [Digest]
  public var isList: Bool

  public init(key: Digest, results: [Digest], isList: Bool) {
    self.key = key
    self.results = results
    self.isList = isList
  }
}

/// Medians over recent results of a stage's module.
public struct UsualCost: Sendable, Hashable, Codable {
  /// Milliseconds.
  public var elapsed: Int
  public var byteCount: Int

  public init(elapsed: Int, byteCount: Int) {
    self.elapsed = elapsed
    self.byteCount = byteCount
  }
}
