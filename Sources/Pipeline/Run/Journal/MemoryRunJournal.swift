import Foundation

/// A journal that lives as long as the process: for tests and for runs that leave no trace.
///
/// No write costs more the more there is: whatever is looked for has an index.
public actor MemoryRunJournal: RunJournal {
  private struct PlaceInPipeline: Hashable {
    var pipeline: String
    var stage: String
    var item: Int?
  }

  private let artifacts: (any ArtifactStore)?
  private let now: @Sendable () -> Int
  private var order: [MemoryRun] = []
  private var runsByID: [String: MemoryRun] = [:]
  private var running: [TaskID: AttemptRecord] = [:]
  private var newestTasks: [PlaceInPipeline: (run: Int, task: TaskRecord)] = [:]
  private var pendingDeliveries: [String: HookDelivery] = [:]
  private var resultsByKey: [Digest: ResultRecord] = [:]
  private var aliasesByKey: [Digest: ResultAlias] = [:]

  /// - Parameter artifacts: where the files that results name are kept; nil if they are never gone.
  public init(artifacts: (any ArtifactStore)? = nil) {
    self.init(artifacts: artifacts) { Int(Date().timeIntervalSince1970 * 1000) }
  }

  /// - Parameter now: milliseconds since 1970.
  public init(artifacts: (any ArtifactStore)?, now: @escaping @Sendable () -> Int) {
    self.artifacts = artifacts
    self.now = now
  }

  public func create(_ run: RunRecord) throws {
    guard runsByID[run.id] == nil else { throw JournalError("run `\(run.id)` exists already") }
    let entry = MemoryRun(run, number: order.count)
    order.append(entry)
    runsByID[run.id] = entry
  }

  public func write(_ batch: JournalBatch) throws {
    let entry = try known(batch.run)
    try batch.checkThatAllBelongsToItsRun()
    try entry.checkOrder(of: batch.events)
    try checkFences(batch.changes)
    for change in batch.changes { apply(change, to: entry) }
    entry.append(batch.events)
  }

  private func known(_ run: String) throws -> MemoryRun {
    guard let entry = runsByID[run] else { throw JournalError("run `\(run)` is not known") }
    return entry
  }

  private func checkFences(_ changes: [JournalBatch.Change]) throws {
    var ended: Set<TaskID> = []
    for case .attemptEnded(let attempt) in changes {
      guard running[attempt.task]?.number == attempt.number, ended.insert(attempt.task).inserted
      else { throw JournalError.fenced(attempt) }
    }
  }

  /// Cannot fail, because half a batch would stay.
  private func apply(_ change: JournalBatch.Change, to entry: MemoryRun) {
    switch change {
    case .state(let state): entry.status.state = state
    case .inputs(let inputs): entry.status.resolvedInputs = inputs
    case .outputs(let outputs): entry.status.outputs = outputs
    case .task(let task):
      entry.put(task)
      remember(task, of: entry)
    case .attemptEnded(let attempt):
      running[attempt.task] = nil
      entry.replace(attempt)
    case .result(let result): resultsByKey[result.key] = result
    case .alias(let alias): aliasesByKey[alias.key] = alias
    case .used: break
    case .delivery(let delivery):
      entry.put(delivery)
      pendingDeliveries[delivery.id] = delivery.state.isOver ? nil : delivery
    }
  }

  private func remember(_ task: TaskRecord, of entry: MemoryRun) {
    guard !task.decision.parts.isEmpty else { return }
    let place = PlaceInPipeline(
      pipeline: entry.status.record.pipeline, stage: task.id.stage, item: task.id.item)
    if let known = newestTasks[place], known.run > entry.number { return }
    newestTasks[place] = (entry.number, task)
  }

  public func beginAttempt(of task: TaskID, owner: String, leaseUntil: Int) throws -> AttemptRecord
  {
    let entry = try known(task.run)
    if let attempt = running[task] { throw JournalError.stillRunning(attempt) }
    let attempt = AttemptRecord(
      task: task, number: entry.newestAttempt(of: task) + 1, owner: owner, startedAt: now(),
      leaseUntil: leaseUntil)
    entry.begin(attempt)
    running[task] = attempt
    return attempt
  }

  public func renewLeases(of owner: String, until: Int) {
    for (task, attempt) in running where attempt.owner == owner {
      var attempt = attempt
      attempt.leaseUntil = until
      running[task] = attempt
      runsByID[task.run]?.replace(attempt)
    }
  }

  public func recover(owner: String) -> [RunStatus] {
    for entry in order { interrupt(entry) { $0.owner != owner } }
    return order.map(\.status).filter { !$0.state.isOver }
  }

  public func release(_ run: String) {
    if let entry = runsByID[run] { interrupt(entry) { _ in true } }
  }

  private func interrupt(_ entry: MemoryRun, _ isLost: (AttemptRecord) -> Bool) {
    var events: [RunEvent] = []
    for attempt in entry.attempts where attempt.state == .running && isLost(attempt) {
      giveUp(attempt, of: entry)
      events.append(RunEvent(lost: attempt))
    }
    guard !entry.status.state.isOver else { return }
    if entry.status.state == .running {
      entry.status.state = .interrupted
      events.append(RunEvent(run: entry.status.record.id, type: .runInterrupted))
    }
    let last = entry.status.lastSeq
    entry.append(events.enumerated().map { $0.element.numbered(last + $0.offset + 1, at: now()) })
  }

  private func giveUp(_ attempt: AttemptRecord, of entry: MemoryRun) {
    var lost = attempt
    lost.state = .lost
    lost.endedAt = now()
    running[attempt.task] = nil
    entry.replace(lost)
  }

  public func run(_ id: String) -> RunStatus? { runsByID[id]?.status }

  public func runs(limit: Int) -> [RunStatus] { order.suffix(limit).reversed().map(\.status) }

  public func discardOutputs(of run: String) -> Bool {
    guard let entry = runsByID[run], entry.status.state.isOver, let outputs = entry.status.outputs
    else { return false }
    entry.status.outputs = nil
    let others = Set(
      order.flatMap { $0.status.outputs?.values.flatMap(\.files) ?? [] }.map(\.digest))
    let inUse = Set(
      order.filter { !$0.status.state.isOver }.flatMap { $0.tasks.compactMap(\.key) })
    let going = Set(outputs.values.flatMap(\.files).map(\.digest)).subtracting(others)
    for result in resultsByKey.values
    where !inUse.contains(result.key) && result.files.contains(where: { going.contains($0.digest) })
    {
      resultsByKey[result.key] = nil
    }
    return true
  }

  public func events(of run: String, after seq: Int) -> [RunEvent] {
    Array((runsByID[run]?.events ?? []).dropFirst(max(seq, 0)))
  }

  public func tasks(of run: String) -> [TaskRecord] { runsByID[run]?.tasks ?? [] }

  public func attempts(of run: String) -> [AttemptRecord] { runsByID[run]?.attempts ?? [] }

  public func deliveries(of run: String) -> [HookDelivery] { runsByID[run]?.deliveries ?? [] }

  public func dueDeliveries(before time: Int) -> [HookDelivery] {
    pendingDeliveries.values.filter { $0.dueAt < time }
      .sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
  }

  public func previousTask(pipeline: String, stage: String, item: Int?) -> TaskRecord? {
    newestTasks[PlaceInPipeline(pipeline: pipeline, stage: stage, item: item)]?.task
  }

  public func previousTasks(pipeline: String, stage: String, items: [Int]) -> [Int: TaskRecord] {
    items.reduce(into: [:]) { found, item in
      found[item] = previousTask(pipeline: pipeline, stage: stage, item: item)
    }
  }

  public func results(for keys: [Digest]) async -> [Digest: ResultRecord] {
    var found: [Digest: ResultRecord] = [:]
    for key in keys {
      guard let result = resultsByKey[key], await hasFiles(of: result) else { continue }
      found[key] = result
    }
    return found
  }

  private func hasFiles(of result: ResultRecord) async -> Bool {
    guard let artifacts else { return true }
    for file in result.files where await !artifacts.contains(file) { return false }
    return true
  }

  public func aliases(for keys: [Digest]) -> [Digest: ResultAlias] {
    keys.reduce(into: [:]) { found, key in found[key] = aliasesByKey[key] }
  }

  public func forgetResults(naming files: [Digest]) -> Int {
    let wanted = Set(files)
    let hit = resultsByKey.values.filter { result in
      result.files.contains { wanted.contains($0.digest) }
    }
    for result in hit { resultsByKey[result.key] = nil }
    return hit.count
  }

  public func usualCost(ofStage name: String) -> UsualCost? {
    let known = resultsByKey.values.filter { $0.stage == name }
    let newest = known.sorted { $0.createdAt > $1.createdAt }.prefix(UsualCost.sampleSize)
    return UsualCost(
      medianOf: newest.map { UsualCost(elapsed: $0.elapsed, byteCount: $0.byteCount) })
  }
}

/// A run in a `MemoryRunJournal`; touched by that actor only.
private final class MemoryRun {
  let number: Int
  var status: RunStatus
  private(set) var events: [RunEvent] = []
  private(set) var tasks: [TaskRecord] = []
  private(set) var attempts: [AttemptRecord] = []
  private(set) var deliveries: [HookDelivery] = []
  private var taskPlaces: [TaskID: Int] = [:]
  private var newestAttempts: [TaskID: Int] = [:]

  init(_ record: RunRecord, number: Int) {
    self.number = number
    status = RunStatus(record: record, state: .queued, changedAt: record.createdAt)
  }

  func checkOrder(of events: [RunEvent]) throws {
    for (offset, event) in events.enumerated() where event.seq != status.lastSeq + offset + 1 {
      throw JournalError.outOfOrder(event, after: status.lastSeq + offset)
    }
  }

  func append(_ events: [RunEvent]) {
    guard let last = events.last else { return }
    self.events += events
    status.lastSeq = last.seq
    status.changedAt = last.at
  }

  func put(_ task: TaskRecord) {
    if let place = taskPlaces[task.id] {
      tasks[place] = task
    } else {
      taskPlaces[task.id] = tasks.count
      tasks.append(task)
    }
  }

  func put(_ delivery: HookDelivery) {
    if let place = deliveries.firstIndex(where: { $0.id == delivery.id }) {
      deliveries[place] = delivery
    } else {
      deliveries.append(delivery)
    }
  }

  func newestAttempt(of task: TaskID) -> Int {
    newestAttempts[task].map { attempts[$0].number } ?? 0
  }

  func begin(_ attempt: AttemptRecord) {
    newestAttempts[attempt.task] = attempts.count
    attempts.append(attempt)
  }

  /// Only a task's newest attempt ever changes.
  func replace(_ attempt: AttemptRecord) {
    guard let place = newestAttempts[attempt.task] else { return }
    attempts[place] = attempt
  }
}
