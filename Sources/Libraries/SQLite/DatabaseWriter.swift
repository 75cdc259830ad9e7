import Threads

/// The connection that writes, and the writes that wait for it.
actor DatabaseWriter {
  /// How many writes share a transaction at most, so that none waits for too many others.
  private static let groupSize = 512

  private let waiting = Locked<[any PendingWrite]>([])
  private let thread: SerialThread
  private let connection: Connection
  private var current = Database.Durability.full

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  init(path: String, migrations: [String]) throws(SQLiteError) {
    thread = SerialThread(name: "sqlite")
    connection = try Connection.open(path, .readWrite)
    try connection.execute(
      """
      PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
      PRAGMA journal_size_limit=67108864
      """)
    try Self.migrate(connection, migrations)
  }

  private static func migrate(
    _ connection: borrowing Connection, _ migrations: [String]
  ) throws(SQLiteError) {
    let version = try connection.query("PRAGMA user_version") { $0.integer(0) }.first ?? 0
    guard version <= migrations.count else {
      throw SQLiteError(
        code: SQLiteError.newerFormat, function: "migrate",
        message: "the file was written by a newer version of VideoCraft (format \(version))")
    }
    for (index, migration) in migrations.enumerated().dropFirst(version) {
      try connection.execute(
        "BEGIN IMMEDIATE; \(migration); PRAGMA user_version=\(index + 1); COMMIT")
    }
  }

  nonisolated func enqueue(_ write: any PendingWrite) { waiting.withLock { $0.append(write) } }

  /// Commits what waits, group by group, until `write` is done. Each caller puts its write in the list and then comes
  /// here, and the first to come takes along whoever is behind it.
  func commitWaiting(until write: any PendingWrite) {
    while !write.isOver {
      let group = waiting.withLock { writes in
        let group = Array(writes.prefix(Self.groupSize))
        writes.removeFirst(group.count)
        return group
      }
      guard let first = group.first else { return }
      if group.count == 1 { commitAlone(first) } else { commit(group) }
    }
  }

  private func commit(_ group: [any PendingWrite]) {
    do {
      try use(group.contains { $0.durability == .full } ? .full : .relaxed)
      try connection.run("BEGIN IMMEDIATE")
      for write in group { try perform(write) }
      try connection.run("COMMIT")
      for write in group { write.succeed() }
    } catch {
      rollBack()
      for write in group where !write.isOver { commitAlone(write) }
    }
  }

  /// Runs one write of a group. Throws when the transaction is gone with it.
  private func perform(_ write: any PendingWrite) throws {
    try connection.run("SAVEPOINT one")
    do {
      try write.perform(on: connection)
      try connection.run("RELEASE one")
    } catch {
      guard connection.isInTransaction else { throw error }
      try connection.run("ROLLBACK TO one")
      try connection.run("RELEASE one")
      write.fail(error)
    }
  }

  private func commitAlone(_ write: any PendingWrite) {
    do {
      try use(write.durability)
      try connection.run("BEGIN IMMEDIATE")
      try write.perform(on: connection)
      try connection.run("COMMIT")
      write.succeed()
    } catch {
      rollBack()
      write.fail(error)
    }
  }

  /// Only ever called outside of transactions, where SQLite accepts it.
  private func use(_ durability: Database.Durability) throws(SQLiteError) {
    guard durability != current else { return }
    try connection.execute("PRAGMA synchronous=\(durability == .full ? "FULL" : "NORMAL")")
    current = durability
  }

  private func rollBack() {
    // If this fails too, the next BEGIN says so.
    if connection.isInTransaction { _ = try? connection.run("ROLLBACK") }
  }
}
