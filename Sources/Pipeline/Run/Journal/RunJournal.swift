/// The durable record of runs, their tasks, attempts and results. Everything that is said about a run is in it or a
/// fold over it.
///
/// # Writing
/// One process writes. Each `write` happens as a whole or not at all, and what it says is on disk when it returns,
/// unless it is relaxed. Different runs may write at the same time; one run's events come from one writer, in order.
///
/// # Fencing
/// An attempt gets an epoch when it begins. What it ends with is refused (`JournalError.isFenced`) when the task has
/// meanwhile begun another attempt or the attempt was given up as lost, so that a result is committed at most once.
///
/// # Errors
/// A throw means that nothing was written. All are `JournalError`.
public protocol RunJournal: Sendable {
  /// Accepts a run, in state `queued`. A run that was accepted is never lost. Refused when its id is taken.
  func create(_ run: RunRecord) async throws
  /// Refused when the run is not known, when an event's `seq` is not the next one, when something in it belongs to
  /// another run, and when an ended attempt is fenced off.
  func write(_ batch: JournalBatch) async throws
  /// Begins the next attempt of a task, with a lease until `leaseUntil` (milliseconds since 1970). Refused as fenced
  /// while another attempt of the task is running, whatever its lease says: `recover` gives up on the dead.
  func beginAttempt(of task: TaskID, owner: String, leaseUntil: Int) async throws -> AttemptRecord
  /// Extends the leases of all running attempts of an owner.
  func renewLeases(of owner: String, until: Int) async throws
  /// Marks running attempts of everybody but `owner` as `lost` and runs that were under way as `interrupted`, with
  /// the events that say so. Returns the runs that are not over, oldest first.
  func recover(owner: String) async throws -> [RunStatus]
  /// The same for one run, whoever its attempts belong to: nobody works on it, because what its worker wrote was refused.
  /// Does nothing for a run that is over or not known.
  func release(_ run: String) async throws

  func run(_ id: String) async throws -> RunStatus?
  /// Newest first.
  func runs(limit: Int) async throws -> [RunStatus]
  /// Newest first, those that the search is for.
  func runs(matching search: RunSearch) async throws -> [RunStatus]
  /// All runs of a pipeline, newest first.
  func heads(ofPipeline name: String) async throws -> [RunHead]
  /// Lets go of what a run that is over gave back: its files are no longer kept for it, and results that name files
  /// which no other run gave back are forgotten. False when there is nothing to let go of.
  func discardOutputs(of run: String) async throws -> Bool
  /// In order, and empty for a run that is not known, as are tasks, attempts and deliveries.
  func events(of run: String, after seq: Int) async throws -> [RunEvent]
  /// The same, the first `limit` of them.
  func events(of run: String, after seq: Int, limit: Int) async throws -> [RunEvent]
  /// In the order in which they were first written.
  func tasks(of run: String) async throws -> [TaskRecord]
  /// How many tasks of a run are in which state, and by which decision: what a list of runs tells.
  func taskTallies(of run: String) async throws -> [TaskTally]
  /// Oldest first.
  func attempts(of run: String) async throws -> [AttemptRecord]
  /// Oldest first.
  func deliveries(of run: String) async throws -> [HookDelivery]
  /// Of all runs, those that are pending and due before `time` (milliseconds since 1970), in order of being due.
  func dueDeliveries(before time: Int) async throws -> [HookDelivery]
  /// The newest task of this stage of this pipeline in any run whose parts are known, to compare with.
  func previousTask(pipeline: String, stage: String, item: Int?) async throws -> TaskRecord?
  /// The same for many items at once; those that never were are left out.
  func previousTasks(
    pipeline: String, stage: String, items: [Int]
  ) async throws -> [Int: TaskRecord]

  /// The results that are known, by key. Those that name a file which is no longer there are left out.
  func results(for keys: [Digest]) async throws -> [Digest: ResultRecord]
  /// What definition keys stand for.
  func aliases(for keys: [Digest]) async throws -> [Digest: ResultAlias]
  /// Forgets every result that names one of these files, because it is gone or damaged. Returns how many there were.
  func forgetResults(naming files: [Digest]) async throws -> Int
  /// How long and how large the newest 50 results of a stage's module were; nil without any.
  func usualCost(ofStage name: String) async throws -> UsualCost?
}

extension RunJournal {
  public func events(of run: String, after seq: Int, limit: Int) async throws -> [RunEvent] {
    Array(try await events(of: run, after: seq).prefix(max(limit, 0)))
  }

  public func runs(matching search: RunSearch) async throws -> [RunStatus] {
    var runs = try await runs(limit: .max)[...]
    if let last = search.before {
      runs = runs.drop { $0.record.id != last }.dropFirst()
    }
    return Array(runs.lazy.filter(search.admits).prefix(max(search.limit, 0)))
  }

  public func heads(ofPipeline name: String) async throws -> [RunHead] {
    try await runs(matching: RunSearch(pipeline: name, limit: .max)).map { RunHead($0) }
  }

  public func taskTallies(of run: String) async throws -> [TaskTally] {
    try await tasks(of: run).reduce(into: [:]) { counts, task in
      counts[TaskTally(task.state, task.decision.outcome, 0), default: 0] += 1
    }.map { TaskTally($0.key.state, $0.key.outcome, $0.value) }
  }
}

/// What happened at one moment, to be written as a whole.
public struct JournalBatch: Sendable {
  /// What a write promises when it returns.
  public enum Durability: Sendable {
    /// On disk.
    case full
    /// May be lost when the machine dies, not when the process does: progress and log lines.
    case relaxed
  }

  public enum Change: Sendable {
    case state(RunState)
    /// The inputs as the run uses them, files taken into the store.
    case inputs([String: Value])
    /// What the run gives back. The files in it are kept as long as the run is.
    case outputs([String: Value])
    /// Inserted, or replaced as a whole.
    case task(TaskRecord)
    /// Fenced: see `RunJournal`.
    case attemptEnded(AttemptRecord)
    case result(ResultRecord)
    case alias(ResultAlias)
    /// These results were used now.
    case used([Digest])
    /// Inserted, or replaced as a whole.
    case delivery(HookDelivery)
  }

  public var run: String
  /// With the next `seq` of the run; any other is refused.
  public var events: [RunEvent]
  public var changes: [Change]
  public var durability: Durability

  public init(
    run: String, events: [RunEvent] = [], changes: [Change] = [], durability: Durability = .full
  ) {
    self.run = run
    self.events = events
    self.changes = changes
    self.durability = durability
  }
}

/// Why a journal refused a write, or cannot be used.
public struct JournalError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  /// The attempt is no longer the task's newest running one.
  public var isFenced: Bool
  /// `configuration` when somebody has to make room or mend the file, else `internal`.
  public var errorClass: StageError.Class
  /// What the database said.
  public var cause: String?

  public init(
    _ message: String, isFenced: Bool = false, errorClass: StageError.Class = .internal,
    cause: String? = nil
  ) {
    self.message = message
    self.isFenced = isFenced
    self.errorClass = errorClass
    self.cause = cause
  }

  public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}

extension JournalError: ClassifiedError {
  public var stageError: StageError { StageError(errorClass, message, cause: cause) }
}
