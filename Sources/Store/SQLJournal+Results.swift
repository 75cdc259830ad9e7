public import Pipeline
import SQLite

extension SQLJournal {
  public func results(for keys: [Digest]) async throws -> [Digest: ResultRecord] {
    let rows = try await rows(
      of: "SELECT \(ResultRow.columns) FROM results WHERE key", in: keys
    ) { ResultRow($0) }
    var found: [Digest: ResultRecord] = [:]
    for result in try decoding({ try ResultRow.records(rows) }) where await hasFiles(of: result) {
      found[result.key] = result
    }
    return found
  }

  private func hasFiles(of result: ResultRecord) async -> Bool {
    for file in result.files where await !artifacts.contains(file) { return false }
    return true
  }

  public func aliases(for keys: [Digest]) async throws -> [Digest: ResultAlias] {
    let rows = try await rows(
      of: "SELECT key, results, is_list FROM aliases WHERE key", in: keys
    ) { ($0.text(0), $0.text(1), $0.integer(2) != 0) }
    return try decoding {
      try rows.reduce(into: [:]) { found, row in
        let key = try Digest(column: row.0)
        found[key] = ResultAlias(
          key: key, results: try DigestList.decode(row.1), isList: row.2)
      }
    }
  }

  private func rows<Row: Sendable>(
    of select: String, in keys: [Digest],
    _ row: @escaping @Sendable (borrowing Statement) -> Row
  ) async throws -> [Row] {
    guard !keys.isEmpty else { return [] }
    return try await read { connection in
      try KeyBatch.split(keys).flatMap { batch in
        try connection.query("\(select) \(batch.condition)", batch.values) { row($0) }
      }
    }
  }

  public func forgetResults(naming files: [Digest]) async throws -> Int {
    guard !files.isEmpty else { return 0 }
    return try await write { connection in
      let holders = try KeyBatch.split(files).flatMap { batch in
        try connection.query(
          "SELECT holder FROM artifact_refs WHERE kind = 'result' AND digest \(batch.condition)",
          batch.values
        ) { $0.text(0) }
      }
      let keys = Set(holders)
      for key in keys { try Self.forget(result: key, connection) }
      return keys.count
    }
  }

  static func forget(result key: String, _ connection: borrowing Connection) throws {
    try Holder(.result, key).letGo(connection)
    try connection.run("DELETE FROM results WHERE key = $1", [.text(key)])
  }

  public func usualCost(ofStage name: String) async throws -> UsualCost? {
    let newest = try await read { connection in
      try connection.query(
        "SELECT elapsed, bytes FROM results WHERE stage = $1 ORDER BY created_at DESC LIMIT $2",
        [.text(name), .integer(UsualCost.sampleSize)]
      ) { UsualCost(elapsed: $0.integer(0), byteCount: $0.integer(1)) }
    }
    return UsualCost(medianOf: newest)
  }

  static func put(
    _ result: ResultRecord, _ outputs: String, _ now: Int, _ connection: borrowing Connection
  ) throws {
    try connection.run(
      """
      INSERT INTO results (key, stage, outputs, elapsed, bytes, created_at, run, used_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (key) DO UPDATE SET stage = excluded.stage, outputs = excluded.outputs,
        elapsed = excluded.elapsed, bytes = excluded.bytes, created_at = excluded.created_at,
        run = excluded.run, used_at = excluded.used_at
      """,
      [
        .text(result.key.hex), .text(result.stage), .text(outputs), .integer(result.elapsed),
        .integer(result.byteCount), .integer(result.createdAt), .text(result.run), .integer(now),
      ])
    try Holder(.result, result.key.hex).hold(result.files, connection)
  }

  static func put(_ alias: ResultAlias, _ connection: borrowing Connection) throws {
    try connection.run(
      """
      INSERT INTO aliases (key, results, is_list) VALUES ($1, $2, $3)
      ON CONFLICT (key) DO UPDATE SET results = excluded.results, is_list = excluded.is_list
      """,
      [
        .text(alias.key.hex), .text(DigestList.encode(alias.results)),
        .integer(alias.isList ? 1 : 0),
      ])
  }

  static func use(_ keys: [Digest], _ now: Int, _ connection: borrowing Connection) throws {
    for key in keys {
      try connection.run(
        "UPDATE results SET used_at = $2 WHERE key = $1", [.text(key.hex), .integer(now)])
    }
  }
}

/// Digests in one text column, one after the other.
enum DigestList {
  static func encode(_ digests: [Digest]) -> String { digests.map(\.hex).joined() }

  static func decode(_ text: String) throws -> [Digest] {
    let digits = Array(text.utf8)
    return try stride(from: 0, to: digits.count, by: 64).map { start in
      try Digest(
        column: String(decoding: digits[start..<min(start + 64, digits.count)], as: UTF8.self))
    }
  }
}

/// A part of a long list of keys, for a condition that is one of only three texts: statements stay prepared.
struct KeyBatch {
  private static let sizes = [1, 20, 500]
  private static let conditions = Dictionary(uniqueKeysWithValues: sizes.map { ($0, list($0)) })

  let condition: String
  let values: [SQLValue]

  static func split(_ keys: [Digest]) -> [KeyBatch] {
    stride(from: 0, to: keys.count, by: 500).map { start in
      KeyBatch(keys[start..<min(start + 500, keys.count)])
    }
  }

  /// Filled up with its last key.
  private init(_ keys: ArraySlice<Digest>) {
    let size = Self.sizes.first { $0 >= keys.count } ?? keys.count
    condition = Self.conditions[size] ?? Self.list(size)
    let values = keys.map { SQLValue.text($0.hex) }
    self.values = values + Array(repeating: values.last ?? .null, count: size - keys.count)
  }

  private static func list(_ size: Int) -> String {
    "IN (\((1...size).map { "$\($0)" }.joined(separator: ", ")))"
  }
}
