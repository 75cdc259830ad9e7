package import Pipeline
import SQLite

extension SQLJournal {
  /// What a collection would do now; nothing is changed.
  func planCollection(
    _ policy: CollectionPolicy, _ files: [Digest: StoredFile], _ now: Int
  ) async throws -> CollectionPlan {
    let state = try await read { connection in
      try CollectionState(connection, files)
    }
    return CollectionPlan(state, policy, now: now)
  }

  /// Forgets runs and results and marks files, all at once.
  func markForRemoval(
    _ policy: CollectionPolicy, _ files: [Digest: StoredFile], _ now: Int
  ) async throws -> CollectionPlan {
    try await write { connection in
      let plan = CollectionPlan(try CollectionState(connection, files), policy, now: now)
      for run in plan.runs { try Self.remove(run: run, connection) }
      for run in plan.inputs { try Holder(.runInput, run).letGo(connection) }
      for key in plan.results { try Self.forget(result: key, connection) }
      try Self.removeAliases(of: Set(plan.results), connection)
      try connection.run("UPDATE artifacts SET state = 'live' WHERE state = 'deleting'")
      for digest in plan.files {
        try connection.run(
          """
          INSERT INTO artifacts (digest, bytes, state) VALUES ($1, 0, 'deleting')
          ON CONFLICT (digest) DO UPDATE SET state = 'deleting'
          """, [.text(digest)])
      }
      return plan
    }
  }

  /// Takes files off the list that are gone, and counts those that came back as live.
  func unlist(_ gone: [Digest], keeping kept: [Digest]) async throws {
    try await write { connection in
      for batch in KeyBatch.split(gone) {
        try connection.run(
          """
          DELETE FROM artifacts WHERE digest \(batch.condition) AND state = 'deleting'
          AND NOT EXISTS (SELECT 1 FROM artifact_refs WHERE digest = artifacts.digest)
          """, batch.values)
      }
      for batch in KeyBatch.split(kept) {
        try connection.run(
          "UPDATE artifacts SET state = 'live' WHERE digest \(batch.condition)", batch.values)
      }
    }
  }

  public func discardOutputs(of run: String) async throws -> Bool {
    try await write { connection in
      let given = try connection.query(
        """
        UPDATE runs SET outputs = NULL WHERE id = $1 AND outputs IS NOT NULL
          AND state IN ('completed', 'failed', 'cancelled') RETURNING id
        """, [.text(run)]
      ) { $0.text(0) }
      guard !given.isEmpty else { return false }
      let results = try Self.resultsOnly(of: run, connection)
      try Holder(.runOutput, run).letGo(connection)
      for key in results { try Self.forget(result: key, connection) }
      try Self.removeAliases(of: Set(results), connection)
      return true
    }
  }

  /// Of results that name a file which this run gave back and no other did, and that no live run counts on.
  private static func resultsOnly(
    of run: String, _ connection: borrowing Connection
  ) throws -> [String] {
    try connection.query(
      """
      SELECT DISTINCT result.holder FROM artifact_refs own
      JOIN artifact_refs result ON result.digest = own.digest AND result.kind = 'result'
      WHERE own.kind = 'run-output' AND own.holder = $1
        AND NOT EXISTS (
          SELECT 1 FROM artifact_refs other
          WHERE other.kind = 'run-output' AND other.digest = own.digest AND other.holder <> $1)
        AND result.holder NOT IN (
          SELECT tasks.key FROM runs JOIN tasks ON tasks.run = runs.id
          WHERE runs.state IN ('queued', 'running', 'interrupted') AND tasks.key IS NOT NULL)
      """, [.text(run)]
    ) { $0.text(0) }
  }

  private static func remove(run: String, _ connection: borrowing Connection) throws {
    for kind in [Holder.Kind.runInput, .runOutput] { try Holder(kind, run).letGo(connection) }
    for table in ["events", "tasks", "attempts", "deliveries"] {
      try connection.run("DELETE FROM \(table) WHERE run = $1", [.text(run)])
    }
    try connection.run("DELETE FROM runs WHERE id = $1", [.text(run)])
  }

  /// An alias that names a result which is gone answers nothing.
  private static func removeAliases(
    of keys: Set<String>, _ connection: borrowing Connection
  ) throws {
    guard !keys.isEmpty else { return }
    let aliases = try connection.query("SELECT key, results FROM aliases") {
      ($0.text(0), $0.text(1))
    }
    for (alias, results) in aliases
    where try DigestList.decode(results).contains(where: { keys.contains($0.hex) }) {
      try connection.run("DELETE FROM aliases WHERE key = $1", [.text(alias)])
    }
  }
}

extension CollectionState {
  fileprivate init(
    _ connection: borrowing Connection, _ stored: [Digest: StoredFile]
  ) throws {
    runs = try connection.query(
      "SELECT id, pipeline, state, created_at, changed_at FROM runs ORDER BY number"
    ) { row in
      Run(
        id: row.text(0), pipeline: row.text(1), state: RunState(rawValue: row.text(2)) ?? .running,
        createdAt: row.integer(3), changedAt: row.integer(4))
    }
    let lastUses = try connection.query("SELECT key, used_at FROM results") {
      ($0.text(0), $0.integer(1))
    }
    results = Dictionary(uniqueKeysWithValues: lastUses)
    keysInUse = Set(
      try connection.query(
        """
        SELECT tasks.key FROM runs JOIN tasks ON tasks.run = runs.id
        WHERE runs.state IN ('queued', 'running', 'interrupted') AND tasks.key IS NOT NULL
        UNION SELECT results.key FROM results JOIN runs ON runs.id = results.run
        WHERE runs.state IN ('queued', 'running', 'interrupted')
        """
      ) { $0.text(0) })
    let rows = try connection.query("SELECT kind, holder, digest FROM artifact_refs") {
      ($0.text(0), $0.text(1), $0.text(2))
    }
    references = try rows.map { kind, name, digest in
      (Holder(try Holder.Kind(column: kind), name), digest)
    }
    for (digest, file) in stored {
      files[digest.hex] = File(byteCount: file.byteCount, putAt: file.putAt, isListed: false)
    }
    for digest in try connection.query("SELECT digest FROM artifacts", row: { $0.text(0) }) {
      files[digest, default: File(byteCount: 0, putAt: 0, isListed: true)].isListed = true
    }
  }
}

extension SQLJournal {
  /// Digests of files that something in the journal needs and the store does not have. Empty, unless somebody else
  /// removed them: to check the books.
  package func missingFiles() async throws -> [Digest] {
    let rows = try await read { connection in
      try connection.query(
        """
        SELECT DISTINCT artifacts.digest, artifacts.bytes, artifacts.state FROM artifacts
        JOIN artifact_refs ON artifact_refs.digest = artifacts.digest
        """
      ) { ($0.text(0), $0.integer(1), $0.text(2)) }
    }
    var missing: [Digest] = []
    for (hex, byteCount, state) in rows {
      let digest = try decoding { try Digest(column: hex) }
      let reference = FileReference(digest: digest, byteCount: byteCount, name: "")
      if await !artifacts.contains(reference) || state != "live" { missing.append(digest) }
    }
    return missing
  }
}
