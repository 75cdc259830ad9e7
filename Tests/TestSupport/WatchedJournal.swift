public import Pipeline

/// A journal whose writes a test can refuse, and whose renewals it can see.
public struct WatchedJournal: RunJournal {
  private let journal: MemoryRunJournal
  private let onWrite: @Sendable () throws -> Void
  private let onRenewal: @Sendable (_ until: Int) -> Void

  /// - Parameters:
  ///   - onWrite: what it throws is the answer to whoever writes.
  ///   - onRenewal: told of each renewal of leases.
  public init(
    journal: MemoryRunJournal, onWrite: @escaping @Sendable () throws -> Void = {},
    onRenewal: @escaping @Sendable (_ until: Int) -> Void = { _ in }
  ) {
    self.journal = journal
    self.onWrite = onWrite
    self.onRenewal = onRenewal
  }

  public func create(_ run: RunRecord) async throws {
    try onWrite()
    try await journal.create(run)
  }
  public func write(_ batch: JournalBatch) async throws {
    try onWrite()
    try await journal.write(batch)
  }
  public func beginAttempt(
    of task: TaskID, owner: String, leaseUntil: Int
  ) async throws -> AttemptRecord {
    try onWrite()
    return try await journal.beginAttempt(of: task, owner: owner, leaseUntil: leaseUntil)
  }
  public func renewLeases(of owner: String, until: Int) async throws {
    await journal.renewLeases(of: owner, until: until)
    onRenewal(until)
  }
  public func recover(owner: String) async throws -> [RunStatus] {
    await journal.recover(owner: owner)
  }
  public func release(_ run: String) async throws {
    try onWrite()
    await journal.release(run)
  }
  public func run(_ id: String) async throws -> RunStatus? { await journal.run(id) }
  public func runs(limit: Int) async throws -> [RunStatus] { await journal.runs(limit: limit) }
  public func discardOutputs(of run: String) async throws -> Bool {
    try onWrite()
    return await journal.discardOutputs(of: run)
  }
  public func events(of run: String, after seq: Int) async throws -> [RunEvent] {
    await journal.events(of: run, after: seq)
  }
  public func tasks(of run: String) async throws -> [TaskRecord] { await journal.tasks(of: run) }
  public func attempts(of run: String) async throws -> [AttemptRecord] {
    await journal.attempts(of: run)
  }
  public func deliveries(of run: String) async throws -> [HookDelivery] {
    await journal.deliveries(of: run)
  }
  public func dueDeliveries(before time: Int) async throws -> [HookDelivery] {
    await journal.dueDeliveries(before: time)
  }
  public func previousTask(pipeline: String, stage: String, item: Int?) async throws -> TaskRecord?
  {
    await journal.previousTask(pipeline: pipeline, stage: stage, item: item)
  }
  public func previousTasks(
    pipeline: String, stage: String, items: [Int]
  ) async throws -> [Int: TaskRecord] {
    await journal.previousTasks(pipeline: pipeline, stage: stage, items: items)
  }
  public func results(for keys: [Digest]) async throws -> [Digest: ResultRecord] {
    await journal.results(for: keys)
  }
  public func aliases(for keys: [Digest]) async throws -> [Digest: ResultAlias] {
    await journal.aliases(for: keys)
  }
  public func forgetResults(naming files: [Digest]) async throws -> Int {
    await journal.forgetResults(naming: files)
  }
  public func usualCost(ofStage name: String) async throws -> UsualCost? {
    await journal.usualCost(ofStage: name)
  }
}
