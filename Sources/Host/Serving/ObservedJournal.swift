import Pipeline
import Threads

/// A journal that says of which run something was written, before whoever wrote it goes on.
struct ObservedJournal: RunJournal {
  /// Tells those who keep something that was read.
  final class Changes: Sendable {
    private let listeners = Locked<[@Sendable (String?) -> Void]>([])

    /// - Parameter listener: told the run, or nil for any of them; must not wait.
    func listen(_ listener: @escaping @Sendable (String?) -> Void) {
      listeners.withLock { $0.append(listener) }
    }

    /// Something of this run was written or removed; nil for any run.
    func note(_ run: String?) { for listener in listeners.withLock({ $0 }) { listener(run) } }
  }

  let changes = Changes()
  private let journal: any RunJournal

  init(_ journal: any RunJournal) { self.journal = journal }

  // MARK: Writing. Also what fails is noted: nobody knows how far it came.

  func create(_ run: RunRecord) async throws {
    defer { changes.note(run.id) }
    try await journal.create(run)
  }

  func write(_ batch: JournalBatch) async throws {
    defer { changes.note(batch.run) }
    try await journal.write(batch)
  }

  func beginAttempt(
    of task: TaskID, owner: String, leaseUntil: Int
  ) async throws -> AttemptRecord {
    defer { changes.note(task.run) }
    return try await journal.beginAttempt(of: task, owner: owner, leaseUntil: leaseUntil)
  }

  func renewLeases(of owner: String, until: Int) async throws {
    try await journal.renewLeases(of: owner, until: until)
  }

  func recover(owner: String) async throws -> [RunStatus] {
    defer { changes.note(nil) }
    return try await journal.recover(owner: owner)
  }

  func release(_ run: String) async throws {
    defer { changes.note(run) }
    try await journal.release(run)
  }

  func forgetResults(naming files: [Digest]) async throws -> Int {
    try await journal.forgetResults(naming: files)
  }

  func discardOutputs(of run: String) async throws -> Bool {
    defer { changes.note(run) }
    return try await journal.discardOutputs(of: run)
  }

  // MARK: Reading

  func run(_ id: String) async throws -> RunStatus? { try await journal.run(id) }

  func runs(limit: Int) async throws -> [RunStatus] { try await journal.runs(limit: limit) }

  func runs(matching search: RunSearch) async throws -> [RunStatus] {
    try await journal.runs(matching: search)
  }

  func heads(ofPipeline name: String) async throws -> [RunHead] {
    try await journal.heads(ofPipeline: name)
  }

  func events(of run: String, after seq: Int) async throws -> [RunEvent] {
    try await journal.events(of: run, after: seq)
  }

  func events(of run: String, after seq: Int, limit: Int) async throws -> [RunEvent] {
    try await journal.events(of: run, after: seq, limit: limit)
  }

  func tasks(of run: String) async throws -> [TaskRecord] { try await journal.tasks(of: run) }

  func taskTallies(of run: String) async throws -> [TaskTally] {
    try await journal.taskTallies(of: run)
  }

  func attempts(of run: String) async throws -> [AttemptRecord] {
    try await journal.attempts(of: run)
  }

  func deliveries(of run: String) async throws -> [HookDelivery] {
    try await journal.deliveries(of: run)
  }

  func dueDeliveries(before time: Int) async throws -> [HookDelivery] {
    try await journal.dueDeliveries(before: time)
  }

  func previousTask(
    pipeline: String, stage: String, item: Int?
  ) async throws -> TaskRecord? {
    try await journal.previousTask(pipeline: pipeline, stage: stage, item: item)
  }

  func previousTasks(
    pipeline: String, stage: String, items: [Int]
  ) async throws -> [Int: TaskRecord] {
    try await journal.previousTasks(pipeline: pipeline, stage: stage, items: items)
  }

  func results(for keys: [Digest]) async throws -> [Digest: ResultRecord] {
    try await journal.results(for: keys)
  }

  func aliases(for keys: [Digest]) async throws -> [Digest: ResultAlias] {
    try await journal.aliases(for: keys)
  }

  func usualCost(ofStage name: String) async throws -> UsualCost? {
    try await journal.usualCost(ofStage: name)
  }
}
