import Foundation

/// A journal that lives as long as the process: for tests and for runs that leave no trace.
public actor MemoryRunJournal: RunJournal {
  private struct Entry {
    var status: RunStatus
    var events: [RunEvent] = []
    var tasks: [TaskRecord] = []
    var attempts: [AttemptRecord] = []
  }

  private var order: [String] = []
  private var entries: [String: Entry] = [:]
  private var resultsByKey: [Digest: ResultRecord] = [:]
  private var aliasesByKey: [Digest: ResultAlias] = [:]

  public init() {}

  private var now: Int { Int(Date().timeIntervalSince1970 * 1000) }

  public func create(_ run: RunRecord) throws {
    guard entries[run.id] == nil else { throw JournalError("run `\(run.id)` exists already") }
    order.append(run.id)
    entries[run.id] = Entry(
      status: RunStatus(record: run, state: .queued, changedAt: run.createdAt))
  }

  public func write(_ batch: JournalBatch) throws {
    guard var entry = entries[batch.run] else {
      throw JournalError("run `\(batch.run)` is not known")
    }
    var results = resultsByKey
    var aliases = aliasesByKey
    for change in batch.changes { try apply(change, to: &entry, &results, &aliases) }
    try append(batch.events, to: &entry)
    entries[batch.run] = entry
    resultsByKey = results
    aliasesByKey = aliases
  }

  private func append(_ events: [RunEvent], to entry: inout Entry) throws {
    for event in events {
      guard event.seq == entry.status.lastSeq + 1 else {
        throw JournalError(
          "event \(event.seq) of run `\(event.run)` follows \(entry.status.lastSeq)")
      }
      entry.events.append(event)
      entry.status.lastSeq = event.seq
      entry.status.changedAt = event.at
    }
  }

  private func apply(
    _ change: JournalBatch.Change, to entry: inout Entry, _ results: inout [Digest: ResultRecord],
    _ aliases: inout [Digest: ResultAlias]
  ) throws {
    switch change {
    case .state(let state): entry.status.state = state
    case .inputs(let inputs): entry.status.resolvedInputs = inputs
    case .outputs(let outputs): entry.status.outputs = outputs
    case .task(let task):
      if let index = entry.tasks.firstIndex(where: { $0.id == task.id }) {
        entry.tasks[index] = task
      } else {
        entry.tasks.append(task)
      }
    case .attemptEnded(let attempt):
      guard
        let index = entry.attempts.lastIndex(where: { $0.task == attempt.task }),
        entry.attempts[index].number == attempt.number, entry.attempts[index].state == .running
      else {
        throw JournalError(
          "attempt \(attempt.number) of `\(attempt.task.stage)` is no longer the running one",
          isFenced: true)
      }
      entry.attempts[index] = attempt
    case .result(let result): results[result.key] = result
    case .alias(let alias): aliases[alias.key] = alias
    case .used: break
    }
  }

  public func beginAttempt(of task: TaskID, owner: String, leaseUntil: Int) throws -> AttemptRecord
  {
    guard let attempts = entries[task.run]?.attempts else {
      throw JournalError("run `\(task.run)` is not known")
    }
    let mine = attempts.filter { $0.task == task }
    if let last = mine.last, last.state == .running {
      throw JournalError(
        "attempt \(last.number) of `\(task.stage)` is still running", isFenced: true)
    }
    let attempt = AttemptRecord(
      task: task, number: (mine.last?.number ?? 0) + 1, owner: owner, startedAt: now,
      leaseUntil: leaseUntil)
    entries[task.run]?.attempts.append(attempt)
    return attempt
  }

  public func renewLeases(of owner: String, until: Int) {
    for id in order {
      guard let attempts = entries[id]?.attempts else { continue }
      for (index, attempt) in attempts.enumerated()
      where attempt.owner == owner && attempt.state == .running {
        entries[id]?.attempts[index].leaseUntil = until
      }
    }
  }

  public func recover(owner: String) throws -> [RunStatus] {
    for id in order {
      guard var entry = entries[id], !entry.status.state.isOver else { continue }
      var events: [RunEvent] = []
      for (index, attempt) in entry.attempts.enumerated()
      where attempt.owner != owner && attempt.state == .running {
        entry.attempts[index].state = .lost
        entry.attempts[index].endedAt = now
        events.append(RunEvent(lost: attempt))
      }
      if entry.status.state == .running {
        entry.status.state = .interrupted
        events.append(RunEvent(run: id, type: .runInterrupted))
      }
      for (offset, event) in events.enumerated() {
        events[offset] = event.numbered(entry.status.lastSeq + offset + 1, at: now)
      }
      try append(events, to: &entry)
      entries[id] = entry
    }
    return order.compactMap { entries[$0]?.status }.filter { !$0.state.isOver }
  }

  public func run(_ id: String) -> RunStatus? { entries[id]?.status }

  public func runs(limit: Int) -> [RunStatus] {
    order.reversed().prefix(limit).compactMap { entries[$0]?.status }
  }

  public func events(of run: String, after seq: Int) -> [RunEvent] {
    Array((entries[run]?.events ?? []).dropFirst(seq))
  }

  public func tasks(of run: String) -> [TaskRecord] { entries[run]?.tasks ?? [] }

  public func attempts(of run: String) -> [AttemptRecord] { entries[run]?.attempts ?? [] }

  public func previousTask(pipeline: String, stage: String, item: Int?) -> TaskRecord? {
    for id in order.reversed() {
      guard let entry = entries[id], entry.status.record.pipeline == pipeline else { continue }
      let task = entry.tasks.last {
        $0.id.stage == stage && $0.id.item == item && !$0.decision.parts.isEmpty
      }
      if let task { return task }
    }
    return nil
  }

  public func results(for keys: [Digest]) -> [Digest: ResultRecord] {
    keys.reduce(into: [:]) { found, key in found[key] = resultsByKey[key] }
  }

  public func aliases(for keys: [Digest]) -> [Digest: ResultAlias] {
    keys.reduce(into: [:]) { found, key in found[key] = aliasesByKey[key] }
  }

  public func forgetResults(naming files: [Digest]) -> Int {
    let wanted = Set(files)
    let hit = resultsByKey.values.filter { result in
      result.outputs.values.flatMap(\.files).contains { wanted.contains($0.digest) }
    }
    for result in hit { resultsByKey[result.key] = nil }
    return hit.count
  }

  public func usualCost(ofStage name: String) -> UsualCost? {
    let known = resultsByKey.values.filter { $0.stage == name }
    guard !known.isEmpty else { return nil }
    let times = known.map(\.elapsed).sorted()
    let sizes = known.map(\.byteCount).sorted()
    return UsualCost(elapsed: times[times.count / 2], byteCount: sizes[sizes.count / 2])
  }
}
