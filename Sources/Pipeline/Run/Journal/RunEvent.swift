/// One numbered line of a run's journal: what happened, when, to which stage.
///
/// Encoded flat, so that a line of `--format json` and a message to an API client are the same object. Members
/// that say nothing about an event are absent.
public struct RunEvent: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case runCreated = "run.created"
    case runStarted = "run.started"
    case runCompleted = "run.completed"
    case runFailed = "run.failed"
    case runCancelled = "run.cancelled"
    /// The process ended before the run did; it can be continued.
    case runInterrupted = "run.interrupted"
    /// The run goes on where it was interrupted.
    case runResumed = "run.resumed"
    case stageStarted = "stage.started"
    case stageProgress = "stage.progress"
    case stageLog = "stage.log"
    case stageWarning = "stage.warning"
    /// A piece of a stream can be played: `segment` says which.
    case segmentReady = "segment.ready"
    /// An attempt failed and another one will follow after `delay`.
    case stageRetrying = "stage.retrying"
    case stageCompleted = "stage.completed"
    case stageSkipped = "stage.skipped"
    case stageFailed = "stage.failed"
    case stageCancelled = "stage.cancelled"
    /// The process that worked on an attempt died.
    case attemptLost = "attempt.lost"

    /// Nothing follows a terminal event of a run.
    public var endsRun: Bool {
      self == .runCompleted || self == .runFailed || self == .runCancelled
    }
  }

  public var run: String
  /// From 1, without gaps, strictly increasing within a run.
  public var seq: Int
  /// Milliseconds since 1970.
  public var at: Int
  public var type: Kind
  public var stage: String?
  /// Which item of a `foreach`, from 0.
  public var item: Int?
  public var attempt: Int?

  /// Progress of the task, as its stage counts it.
  public var phase: String?
  public var done: Double?
  public var total: Double?
  public var unit: ProgressUnit?
  /// 0 to 1, of the stage with all its items; never falls.
  public var fraction: Double?
  /// 0 to 1, of the whole run, weighted; never falls.
  public var runFraction: Double?
  /// Units per second, over the last seconds.
  public var speed: Double?
  /// Seconds until the stage is done, estimated.
  public var eta: Double?

  public var message: String?
  public var errorClass: StageError.Class?
  public var cause: String?
  public var field: String?
  /// Milliseconds until the next attempt.
  public var delay: Int?
  /// Milliseconds that the stage or the run took.
  public var elapsed: Int?
  /// How many tasks were answered from earlier results.
  public var cached: Int?
  public var outputs: [String: Value]?
  /// What can be played from now on. An attempt that begins again tells of all segments again.
  public var segment: PlayableSegment?

  public init(run: String, type: Kind, stage: String? = nil, item: Int? = nil) {
    self.run = run
    seq = 0
    at = 0
    self.type = type
    self.stage = stage
    self.item = item
  }

  /// An attempt whose process died.
  public init(lost attempt: AttemptRecord) {
    self.init(
      run: attempt.task.run, type: .attemptLost, stage: attempt.task.stage, item: attempt.task.item)
    self.attempt = attempt.number
    errorClass = .lost
    message = "the process that worked on it died"
  }

  public func numbered(_ seq: Int, at: Int) -> RunEvent {
    var event = self
    event.seq = seq
    event.at = at
    return event
  }

  /// The same event with the error's members filled in.
  func with(_ error: StageError) -> RunEvent {
    var event = self
    event.message = error.message
    event.errorClass = error.errorClass
    event.cause = error.cause
    event.field = error.field
    return event
  }
}
