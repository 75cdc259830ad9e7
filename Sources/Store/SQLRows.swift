import Foundation
import Pipeline
import SQLite

/// A row of `runs`, not decoded yet: that happens outside of the database's thread.
struct RunRow: Sendable {
  var id: String
  var state: String
  var lastSeq: Int
  private var changedAt: Int
  private var record: String
  private var inputs: String?
  private var outputs: String?

  init(_ row: borrowing Statement) {
    id = row.text(0)
    state = row.text(1)
    lastSeq = row.integer(2)
    changedAt = row.integer(3)
    record = row.text(4)
    inputs = row.optionalText(5)
    outputs = row.optionalText(6)
  }

  func status() throws -> RunStatus {
    RunStatus(
      record: try JSONText.decode(RunRecord.self, record),
      state: try RunState(column: state), lastSeq: lastSeq,
      resolvedInputs: try inputs.map { try JSONText.decode([String: Value].self, $0) },
      outputs: try outputs.map { try JSONText.decode([String: Value].self, $0) },
      changedAt: changedAt)
  }
}

extension RunStatus {
  static let columns = "id, state, last_seq, changed_at, record, inputs, outputs"
}

/// A row of `tasks`.
struct TaskRow: Sendable {
  private var id: TaskID
  private var state: String
  private var key: String?
  private var decision: String
  private var elapsed: Int?

  init(_ row: borrowing Statement) {
    id = TaskID(run: row.text(0), stage: row.text(1), itemColumn: row.integer(2))
    state = row.text(3)
    key = row.optionalText(4)
    decision = row.text(5)
    elapsed = row.optionalInteger(6)
  }

  static func records(_ rows: [TaskRow]) throws -> [TaskRecord] {
    let decisions = try JSONText.decodeAll(TaskDecision.self, rows.map(\.decision))
    return try zip(rows, decisions).map { row, decision in
      TaskRecord(
        id: row.id, state: try TaskRecord.State(column: row.state),
        key: try row.key.map(Digest.init(column:)), decision: decision, elapsed: row.elapsed)
    }
  }
}

extension TaskRecord {
  static let columns = "run, stage, item, state, key, decision, elapsed"
}

/// A row of `attempts`.
struct AttemptRow: Sendable {
  var number: Int
  var state: String
  private var task: TaskID
  private var owner: String
  private var startedAt: Int
  private var leaseUntil: Int
  private var endedAt: Int?
  private var error: String?

  init(_ row: borrowing Statement) {
    task = TaskID(run: row.text(0), stage: row.text(1), itemColumn: row.integer(2))
    number = row.integer(3)
    owner = row.text(4)
    state = row.text(5)
    startedAt = row.integer(6)
    leaseUntil = row.integer(7)
    endedAt = row.optionalInteger(8)
    error = row.optionalText(9)
  }

  func record() throws -> AttemptRecord {
    AttemptRecord(
      task: task, number: number, owner: owner, state: try AttemptRecord.State(column: state),
      startedAt: startedAt, leaseUntil: leaseUntil, endedAt: endedAt,
      error: try error.map { try JSONText.decode(StageError.self, $0) })
  }
}

extension AttemptRecord {
  static let columns =
    "run, stage, item, number, owner, state, started_at, lease_until, ended_at, error"
}

/// A row of `results`.
struct ResultRow: Sendable {
  private var key: String
  private var stage: String
  private var outputs: String
  private var elapsed: Int
  private var createdAt: Int
  private var run: String

  static let columns = "key, stage, outputs, elapsed, created_at, run"

  init(_ row: borrowing Statement) {
    key = row.text(0)
    stage = row.text(1)
    outputs = row.text(2)
    elapsed = row.integer(3)
    createdAt = row.integer(4)
    run = row.text(5)
  }

  static func records(_ rows: [ResultRow]) throws -> [ResultRecord] {
    let outputs = try JSONText.decodeAll([String: Value].self, rows.map(\.outputs))
    return try zip(rows, outputs).map { row, outputs in
      ResultRecord(
        key: try Digest(column: row.key), stage: row.stage, outputs: outputs, elapsed: row.elapsed,
        createdAt: row.createdAt, run: row.run)
    }
  }
}

extension RawRepresentable where RawValue == String {
  /// Throws `DecodingError` for what no version of ours wrote.
  init(column text: String) throws {
    guard let value = Self(rawValue: text) else { throw DecodingError.unknown(text, Self.self) }
    self = value
  }
}

extension Digest {
  init(column text: String) throws {
    guard let digest = Digest(hex: text) else { throw DecodingError.unknown(text, Self.self) }
    self = digest
  }
}

extension DecodingError {
  fileprivate static func unknown(_ text: String, _ type: Any.Type) -> DecodingError {
    .dataCorrupted(
      Context(codingPath: [], debugDescription: "`\(text)` is no \(type)"))
  }
}
