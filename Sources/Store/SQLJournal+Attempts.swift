public import Pipeline
import SQLite

extension SQLJournal {
  /// Relaxed: what is forgotten with the machine was worked on by a process that died with it.
  public func beginAttempt(
    of task: TaskID, owner: String, leaseUntil: Int
  ) async throws -> AttemptRecord {
    let now = now()
    return try await write(.relaxed) { connection in
      try Self.checkKnown(task.run, connection)
      let newest = try connection.query(
        """
        SELECT \(AttemptRecord.columns) FROM attempts WHERE run = $1 AND stage = $2 AND item = $3
        ORDER BY number DESC LIMIT 1
        """, task.key
      ) { AttemptRow($0) }.first
      if let newest, newest.state == AttemptRecord.State.running.rawValue {
        throw JournalError.stillRunning(try newest.record())
      }
      let attempt = AttemptRecord(
        task: task, number: (newest?.number ?? 0) + 1, owner: owner, startedAt: now,
        leaseUntil: leaseUntil)
      try connection.run(
        """
        INSERT INTO attempts (run, stage, item, number, owner, state, started_at, lease_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        task.key + [
          .integer(attempt.number), .text(owner), .text(attempt.state.rawValue), .integer(now),
          .integer(leaseUntil),
        ])
      return attempt
    }
  }

  public func renewLeases(of owner: String, until: Int) async throws {
    try await write(.relaxed) { connection in
      _ = try connection.run(
        "UPDATE attempts SET lease_until = $2 WHERE owner = $1 AND state = 'running'",
        [.text(owner), .integer(until)])
    }
  }

  /// A task has one running attempt at most, its newest: `beginAttempt` sees to that.
  static func end(
    _ attempt: AttemptRecord, _ error: String?, _ connection: borrowing Connection
  ) throws {
    let count = try connection.run(
      """
      UPDATE attempts SET owner = $5, state = $6, started_at = $7, lease_until = $8, ended_at = $9,
        error = $10
      WHERE run = $1 AND stage = $2 AND item = $3 AND number = $4 AND state = 'running'
      """,
      attempt.task.key + [
        .integer(attempt.number), .text(attempt.owner), .text(attempt.state.rawValue),
        .integer(attempt.startedAt), .integer(attempt.leaseUntil), SQLValue(attempt.endedAt),
        SQLValue(error),
      ])
    guard count == 1 else { throw JournalError.fenced(attempt) }
  }

  public func recover(owner: String) async throws -> [RunStatus] {
    let now = now()
    let rows = try await write { connection in
      let lost = try Self.giveUpAttempts("owner <> $1", owner, now, connection)
      for run in try Self.unfinishedRuns(connection) {
        try Self.interrupt(run, lost[run.id] ?? [], now, connection)
      }
      return try Self.unfinishedRuns(connection)
    }
    return try decoding { try rows.map { try $0.status() } }
  }

  public func release(_ run: String) async throws {
    let now = now()
    try await write { connection in
      let lost = try Self.giveUpAttempts("run = $1", run, now, connection)
      for row in try Self.unfinishedRuns(connection) where row.id == run {
        try Self.interrupt(row, lost[run] ?? [], now, connection)
      }
    }
  }

  private static func interrupt(
    _ run: RunRow, _ lost: [AttemptRecord], _ now: Int, _ connection: borrowing Connection
  ) throws {
    var events = lost.map(RunEvent.init(lost:))
    if run.state == RunState.running.rawValue {
      try connection.run(
        "UPDATE runs SET state = $2 WHERE id = $1",
        [.text(run.id), .text(RunState.interrupted.rawValue)])
      events.append(RunEvent(run: run.id, type: .runInterrupted))
    }
    let numbered = events.enumerated().map { offset, event in
      event.numbered(run.lastSeq + offset + 1, at: now)
    }
    try append(numbered.map { ($0, try JSONText.encode($0)) }, to: run.id, connection)
  }

  /// - Parameter condition: which attempts, those running; `$1` is `value`.
  private static func giveUpAttempts(
    _ condition: String, _ value: String, _ now: Int, _ connection: borrowing Connection
  ) throws -> [String: [AttemptRecord]] {
    let lost = try connection.query(
      """
      SELECT \(AttemptRecord.columns) FROM attempts WHERE state = 'running' AND \(condition)
      ORDER BY started_at, number, stage, item
      """, [.text(value)]
    ) { AttemptRow($0) }
    try connection.run(
      """
      UPDATE attempts SET state = $2, ended_at = $3 WHERE state = 'running' AND \(condition)
      """,
      [.text(value), .text(AttemptRecord.State.lost.rawValue), .integer(now)])
    return Dictionary(grouping: try lost.map { try $0.record() }) { $0.task.run }
  }

  private static func unfinishedRuns(_ connection: borrowing Connection) throws -> [RunRow] {
    try connection.query(
      """
      SELECT \(RunStatus.columns) FROM runs WHERE state IN ('queued', 'running', 'interrupted')
      ORDER BY number
      """
    ) { RunRow($0) }
  }

  private static func checkKnown(_ run: String, _ connection: borrowing Connection) throws {
    let known = try connection.query("SELECT 1 FROM runs WHERE id = $1", [.text(run)]) { _ in true }
    guard !known.isEmpty else { throw JournalError("run `\(run)` is not known") }
  }
}

extension TaskID {
  /// `$1` to `$3`.
  fileprivate var key: [SQLValue] { [.text(run), .text(stage), itemColumn] }
}
