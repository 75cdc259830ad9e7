import Foundation
public import Pipeline
import SQLite

/// The journal and the known results in one SQLite file.
public struct SQLJournal: Journal, ResultStore {
  private let database: Database
  private let artifacts: any ArtifactStore

  /// - Parameters:
  ///   - path: of the database file; made if it is not there.
  ///   - artifacts: where the files that results name are kept.
  public init(path: String, artifacts: any ArtifactStore) throws {
    do {
      database = try Database(path: path, migrations: Self.migrations)
    } catch {
      throw JournalError("the journal `\(path)` cannot be opened: \(error)")
    }
    self.artifacts = artifacts
  }

  public func create(_ run: RunRecord) async throws {
    let inputs = try Self.json(run.inputs)
    let definition = try Self.json(run)
    try await database.write { connection in
      try connection.run(
        "INSERT INTO runs (id, pipeline, created_at, definition, inputs) VALUES ($1, $2, $3, $4, $5)",
        [
          .text(run.id), .text(run.pipeline), .integer(run.createdAt), .text(definition),
          .text(inputs),
        ])
    }
  }

  public func append(_ event: RunEvent) async throws {
    let body = try Self.json(event)
    let isRelaxed = event.type == .stageProgress || event.type == .stageLog
    try await database.write(isRelaxed ? .relaxed : .full) { connection in
      let last = try connection.query(
        "SELECT max(seq) FROM events WHERE run = $1", [.text(event.run)]
      ) { $0.integer(0) }.first
      guard event.seq == (last ?? 0) + 1 else {
        throw JournalError("event \(event.seq) of run `\(event.run)` follows \(last ?? 0)")
      }
      try connection.run(
        "INSERT INTO events (run, seq, body) VALUES ($1, $2, $3)",
        [.text(event.run), .integer(event.seq), .text(body)])
    }
  }

  public func events(of run: String, after seq: Int) async throws -> [RunEvent] {
    let bodies = try await database.read { connection in
      try connection.query(
        "SELECT body FROM events WHERE run = $1 AND seq > $2 ORDER BY seq",
        [.text(run), .integer(seq)]
      ) { $0.text(0) }
    }
    return try bodies.map { try Self.decode(RunEvent.self, $0) }
  }

  public func runs() async throws -> [RunRecord] {
    let rows = try await database.read { connection in
      try connection.query(
        "SELECT id, pipeline, created_at, definition, inputs FROM runs ORDER BY created_at DESC, id DESC"
      ) { row in
        (row.text(0), row.text(1), row.integer(2), row.text(3), row.text(4))
      }
    }
    return try rows.map { _, _, _, definition, _ in
      try Self.decode(RunRecord.self, definition)
    }
  }

  public func outputs(for key: Digest) async throws -> [String: Value]? {
    let bodies = try await database.read { connection in
      try connection.query("SELECT outputs FROM results WHERE key = $1", [.text(key.hex)]) {
        $0.text(0)
      }
    }
    guard let body = bodies.first else { return nil }
    let outputs = try Self.decode([String: Value].self, body)
    for file in outputs.values.flatMap(\.files) where await !artifacts.contains(file.digest) {
      return nil
    }
    return outputs
  }

  public func record(_ outputs: [String: Value], for key: Digest) async throws {
    let body = try Self.json(outputs)
    try await database.write { connection in
      try connection.run(
        """
        INSERT INTO results (key, outputs) VALUES ($1, $2)
        ON CONFLICT (key) DO UPDATE SET outputs = excluded.outputs
        """,
        [.text(key.hex), .text(body)])
    }
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func decode<Decoded: Decodable>(_ type: Decoded.Type, _ text: String) throws
    -> Decoded
  {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}

extension SQLJournal {
  /// Never changed once released; a new form of the file is a new entry.
  fileprivate static let migrations = [
    """
    CREATE TABLE runs (
      id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, created_at BIGINT NOT NULL,
      definition TEXT NOT NULL, inputs TEXT NOT NULL);
    CREATE TABLE events (
      run TEXT NOT NULL REFERENCES runs (id), seq BIGINT NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (run, seq)) WITHOUT ROWID;
    CREATE TABLE results (key TEXT PRIMARY KEY, outputs TEXT NOT NULL) WITHOUT ROWID
    """
  ]
}
