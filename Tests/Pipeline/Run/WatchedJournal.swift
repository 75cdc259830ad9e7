import Pipeline

/// A journal whose writes a test can refuse, and whose renewals it can see.
struct WatchedJournal: RunJournal {
  let journal: MemoryRunJournal
  var onWrite: @Sendable () throws -> Void = {}
  var onRenewal: @Sendable (_ until: Int) -> Void = { _ in }

  func create(_ run: RunRecord) async throws {
    try onWrite()
    try await journal.create(run)
  }
  func write(_ batch: JournalBatch) async throws {
    try onWrite()
    try await journal.write(batch)
  }
  func beginAttempt(
    of task: TaskID, owner: String, leaseUntil: Int
  ) async throws -> AttemptRecord {
    try onWrite()
    return try await journal.beginAttempt(of: task, owner: owner, leaseUntil: leaseUntil)
  }
  func renewLeases(of owner: String, until: Int) async throws {
    await journal.renewLeases(of: owner, until: until)
    onRenewal(until)
  }
  func recover(owner: String) async throws -> [RunStatus] { await journal.recover(owner: owner) }
  func run(_ id: String) async throws -> RunStatus? { await journal.run(id) }
  func runs(limit: Int) async throws -> [RunStatus] { await journal.runs(limit: limit) }
  func discardOutputs(of run: String) async throws -> Bool {
    try onWrite()
    return await journal.discardOutputs(of: run)
  }
  func events(of run: String, after seq: Int) async throws -> [RunEvent] {
    await journal.events(of: run, after: seq)
  }
  func tasks(of run: String) async throws -> [TaskRecord] { await journal.tasks(of: run) }
  func attempts(of run: String) async throws -> [AttemptRecord] {
    await journal.attempts(of: run)
  }
  func deliveries(of run: String) async throws -> [HookDelivery] {
    await journal.deliveries(of: run)
  }
  func dueDeliveries(before time: Int) async throws -> [HookDelivery] {
    await journal.dueDeliveries(before: time)
  }
  func previousTask(pipeline: String, stage: String, item: Int?) async throws -> TaskRecord? {
    await journal.previousTask(pipeline: pipeline, stage: stage, item: item)
  }
  func previousTasks(
    pipeline: String, stage: String, items: [Int]
  ) async throws -> [Int: TaskRecord] {
    await journal.previousTasks(pipeline: pipeline, stage: stage, items: items)
  }
  func results(for keys: [Digest]) async throws -> [Digest: ResultRecord] {
    await journal.results(for: keys)
  }
  func aliases(for keys: [Digest]) async throws -> [Digest: ResultAlias] {
    await journal.aliases(for: keys)
  }
  func forgetResults(naming files: [Digest]) async throws -> Int {
    await journal.forgetResults(naming: files)
  }
  func usualCost(ofStage name: String) async throws -> UsualCost? {
    await journal.usualCost(ofStage: name)
  }
}
