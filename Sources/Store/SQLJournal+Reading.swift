public import Pipeline
import SQLite

extension SQLJournal {
  public func run(_ id: String) async throws -> RunStatus? {
    let rows = try await read { connection in
      try connection.query("SELECT \(RunStatus.columns) FROM runs WHERE id = $1", [.text(id)]) {
        RunRow($0)
      }
    }
    return try decoding { try rows.first?.status() }
  }

  public func runs(limit: Int) async throws -> [RunStatus] {
    let rows = try await read { connection in
      try connection.query(
        "SELECT \(RunStatus.columns) FROM runs ORDER BY number DESC LIMIT $1",
        [.integer(max(limit, 0))]
      ) { RunRow($0) }
    }
    return try decoding { try rows.map { try $0.status() } }
  }

  public func runs(matching search: RunSearch) async throws -> [RunStatus] {
    let states = search.states.map { $0.map(\.rawValue).sorted().joined(separator: ",") }
    let rows = try await read { connection in
      try connection.query(
        """
        SELECT \(RunStatus.columns) FROM runs
        WHERE ($1 IS NULL OR number < (SELECT number FROM runs WHERE id = $1))
          AND ($2 IS NULL OR pipeline = $2)
          AND ($3 IS NULL OR instr(',' || $3 || ',', ',' || state || ',') > 0)
        ORDER BY number DESC LIMIT $4
        """,
        [
          search.before.map { .text($0) } ?? .null, search.pipeline.map { .text($0) } ?? .null,
          states.map { .text($0) } ?? .null, .integer(max(search.limit, 0)),
        ]
      ) { RunRow($0) }
    }
    return try decoding { try rows.map { try $0.status() } }
  }

  public func heads(ofPipeline name: String) async throws -> [RunHead] {
    let rows = try await read { connection in
      try connection.query(
        """
        SELECT id, state, created_at, changed_at, outputs IS NOT NULL FROM runs
        WHERE pipeline = $1 ORDER BY number DESC
        """, [.text(name)]
      ) { ($0.text(0), $0.text(1), $0.integer(2), $0.integer(3), $0.integer(4) != 0) }
    }
    return try rows.map { id, state, createdAt, changedAt, hasOutputs in
      guard let state = RunState(rawValue: state) else {
        throw JournalError("run `\(id)` is in the unknown state `\(state)`")
      }
      return RunHead(
        id: id, state: state, createdAt: createdAt, changedAt: changedAt, hasOutputs: hasOutputs)
    }
  }

  public func events(of run: String, after seq: Int) async throws -> [RunEvent] {
    let bodies = try await read { connection in
      try connection.query(
        "SELECT body FROM events WHERE run = $1 AND seq > $2 ORDER BY seq",
        [.text(run), .integer(seq)]
      ) { $0.text(0) }
    }
    return try decoding { try JSONText.decodeAll(RunEvent.self, bodies) }
  }

  public func tasks(of run: String) async throws -> [TaskRecord] {
    let rows = try await read { connection in
      try connection.query(
        "SELECT \(TaskRecord.columns) FROM tasks WHERE run = $1 ORDER BY position", [.text(run)]
      ) { TaskRow($0) }
    }
    return try decoding { try TaskRow.records(rows) }
  }

  public func taskTallies(of run: String) async throws -> [TaskTally] {
    let rows = try await read { connection in
      try connection.query(
        """
        SELECT state, json_extract(decision, '$.outcome') AS outcome, count(*) FROM tasks
        WHERE run = $1 GROUP BY state, outcome
        """, [.text(run)]
      ) { ($0.text(0), $0.text(1), $0.integer(2)) }
    }
    return try rows.map { state, outcome, count in
      guard let state = TaskRecord.State(rawValue: state),
        let outcome = TaskDecision.Outcome(rawValue: outcome)
      else { throw JournalError("run `\(run)` has a task in the unknown state `\(state)`") }
      return TaskTally(state, outcome, count)
    }
  }

  public func attempts(of run: String) async throws -> [AttemptRecord] {
    let rows = try await read { connection in
      try connection.query(
        """
        SELECT \(AttemptRecord.columns) FROM attempts WHERE run = $1
        ORDER BY started_at, number, stage, item
        """, [.text(run)]
      ) { AttemptRow($0) }
    }
    return try decoding { try rows.map { try $0.record() } }
  }

  public func previousTask(
    pipeline: String, stage: String, item: Int?
  ) async throws -> TaskRecord? {
    let rows = try await read { connection in
      // Written as the index has it, so that it is used.
      try connection.query(
        """
        SELECT \(TaskRecord.columns) FROM tasks
        WHERE pipeline = $1 AND stage = $2 AND item = $3 AND has_parts = 1
        ORDER BY run_number DESC LIMIT 1
        """, [.text(pipeline), .text(stage), .integer(item ?? -1)]
      ) { TaskRow($0) }
    }
    return try decoding { try TaskRow.records(rows).first }
  }

  public func previousTasks(
    pipeline: String, stage: String, items: [Int]
  ) async throws -> [Int: TaskRecord] {
    let rows = try await read { connection in
      try items.flatMap { item in
        try connection.query(
          """
          SELECT \(TaskRecord.columns) FROM tasks
          WHERE pipeline = $1 AND stage = $2 AND item = $3 AND has_parts = 1
          ORDER BY run_number DESC LIMIT 1
          """, [.text(pipeline), .text(stage), .integer(item)]
        ) { TaskRow($0) }
      }
    }
    let records = try decoding { try TaskRow.records(rows) }
    return Dictionary(records.compactMap { task in task.id.item.map { ($0, task) } }) { $1 }
  }
}
