public import Pipeline
import SQLite

extension SQLJournal {
  public func create(_ run: RunRecord) async throws {
    let record = try JSONText.encode(run)
    try await write { connection in
      let isNew = try connection.query(
        """
        INSERT INTO runs (id, number, pipeline, created_at, state, last_seq, changed_at, record)
        SELECT $1, (SELECT coalesce(max(number), 0) + 1 FROM runs), $2, $3, $4, 0, $3, $5
        WHERE true ON CONFLICT (id) DO NOTHING RETURNING number
        """,
        [
          .text(run.id), .text(run.pipeline), .integer(run.createdAt),
          .text(RunState.queued.rawValue), .text(record),
        ]
      ) { _ in true }
      guard !isNew.isEmpty else { throw JournalError("run `\(run.id)` exists already") }
    }
  }

  public func write(_ batch: JournalBatch) async throws {
    try batch.checkThatAllBelongsToItsRun()
    let events = try batch.events.map { ($0, try JSONText.encode($0)) }
    let steps = try batch.changes.map(Step.init)
    let now = now()
    try await write(batch.durability == .full ? .full : .relaxed) { connection in
      try Self.append(events, to: batch.run, connection)
      for step in steps { try step.perform(of: batch.run, now, connection) }
    }
  }

  /// The number of the run's newest event is kept with the run, so that the check costs the same however many there
  /// are.
  static func append(
    _ events: [(RunEvent, body: String)], to run: String, _ connection: borrowing Connection
  ) throws {
    let last = try connection.query(
      """
      UPDATE runs SET last_seq = last_seq + $2, changed_at = coalesce($3, changed_at)
      WHERE id = $1 RETURNING last_seq
      """,
      [.text(run), .integer(events.count), SQLValue(events.last?.0.at)]
    ) { $0.integer(0) }
    guard let last = last.first else { throw JournalError("run `\(run)` is not known") }
    for (offset, event) in events.enumerated() {
      let before = last - events.count + offset
      guard event.0.seq == before + 1 else {
        throw JournalError.outOfOrder(event.0, after: before)
      }
      try connection.run(
        "INSERT INTO events (run, seq, body) VALUES ($1, $2, $3)",
        [.text(run), .integer(event.0.seq), .text(event.body)])
    }
  }

  /// A change with its values encoded.
  private enum Step: Sendable {
    case state(RunState)
    case inputs(String, [FileReference])
    case outputs(String, [FileReference])
    case task(TaskRecord, decision: String)
    case attemptEnded(AttemptRecord, error: String?)
    case result(ResultRecord, outputs: String)
    case alias(ResultAlias)
    case used([Digest])
    case delivery(HookDelivery, body: String)

    init(_ change: JournalBatch.Change) throws {
      switch change {
      case .state(let state): self = .state(state)
      case .inputs(let values):
        self = .inputs(try JSONText.encode(values), values.values.flatMap(\.files))
      case .outputs(let values):
        self = .outputs(try JSONText.encode(values), values.values.flatMap(\.files))
      case .task(let task): self = .task(task, decision: try JSONText.encode(task.decision))
      case .attemptEnded(let attempt):
        self = .attemptEnded(attempt, error: try attempt.error.map(JSONText.encode))
      case .result(let result): self = .result(result, outputs: try JSONText.encode(result.outputs))
      case .alias(let alias): self = .alias(alias)
      case .used(let keys): self = .used(keys)
      case .delivery(let delivery):
        self = .delivery(delivery, body: try JSONText.encode(delivery))
      }
    }

    func perform(of run: String, _ now: Int, _ connection: borrowing Connection) throws {
      switch self {
      case .state(let state):
        try connection.run(
          "UPDATE runs SET state = $2 WHERE id = $1", [.text(run), .text(state.rawValue)])
      case .inputs(let values, let files):
        try connection.run(
          "UPDATE runs SET inputs = $2 WHERE id = $1", [.text(run), .text(values)])
        try Holder(.runInput, run).hold(files, connection)
      case .outputs(let values, let files):
        try connection.run(
          "UPDATE runs SET outputs = $2 WHERE id = $1", [.text(run), .text(values)])
        try Holder(.runOutput, run).hold(files, connection)
      case .task(let task, let decision): try SQLJournal.put(task, decision, connection)
      case .attemptEnded(let attempt, let error):
        try SQLJournal.end(attempt, error, connection)
      case .result(let result, let outputs): try SQLJournal.put(result, outputs, now, connection)
      case .alias(let alias): try SQLJournal.put(alias, connection)
      case .used(let keys): try SQLJournal.use(keys, now, connection)
      case .delivery(let delivery, let body): try SQLJournal.put(delivery, body, connection)
      }
    }
  }

  private static func put(
    _ task: TaskRecord, _ decision: String, _ connection: borrowing Connection
  ) throws {
    try connection.run(
      """
      INSERT INTO tasks (run, stage, item, position, pipeline, run_number, state, key, decision,
        has_parts, elapsed)
      SELECT $1, $2, $3, (SELECT coalesce(max(position), 0) + 1 FROM tasks WHERE run = $1),
        pipeline, number, $4, $5, $6, $7, $8 FROM runs WHERE id = $1
      ON CONFLICT (run, stage, item) DO UPDATE SET state = excluded.state, key = excluded.key,
        decision = excluded.decision, has_parts = excluded.has_parts, elapsed = excluded.elapsed
      """,
      [
        .text(task.id.run), .text(task.id.stage), task.id.itemColumn, .text(task.state.rawValue),
        SQLValue(task.key?.hex), .text(decision), .integer(task.decision.parts.isEmpty ? 0 : 1),
        SQLValue(task.elapsed),
      ])
  }
}

/// Who keeps files in the store.
struct Holder: Sendable, Hashable {
  enum Kind: String, Sendable {
    case runInput = "run-input"
    case runOutput = "run-output"
    case result
  }

  var kind: Kind
  /// A run's id or a result's key.
  var name: String

  init(_ kind: Kind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  /// Keeps these files from now on, and no others.
  func hold(_ files: [FileReference], _ connection: borrowing Connection) throws {
    try letGo(connection)
    for file in files {
      try connection.run(
        """
        INSERT INTO artifacts (digest, bytes, state) VALUES ($1, $2, 'live')
        ON CONFLICT (digest) DO UPDATE SET state = 'live', bytes = excluded.bytes
        WHERE artifacts.state <> 'live'
        """, [.text(file.digest.hex), .integer(file.byteCount)])
      try connection.run(
        """
        INSERT INTO artifact_refs (kind, holder, digest) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
        """, [.text(kind.rawValue), .text(name), .text(file.digest.hex)])
    }
  }

  func letGo(_ connection: borrowing Connection) throws {
    try connection.run(
      "DELETE FROM artifact_refs WHERE kind = $1 AND holder = $2",
      [.text(kind.rawValue), .text(name)])
  }
}

extension TaskID {
  /// Part of a primary key, which cannot be NULL everywhere.
  var itemColumn: SQLValue { .integer(item ?? -1) }

  init(run: String, stage: String, itemColumn: Int) {
    self.init(run: run, stage: stage, item: itemColumn < 0 ? nil : itemColumn)
  }
}
