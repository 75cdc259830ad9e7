import Threads

/// A database file with its one connection, on a thread of its own.
///
/// Bodies are synchronous, so that no `await` can sit inside a transaction.
public actor Database {
  /// What a write promises when it returns.
  public enum Durability: Sendable {
    /// On disk.
    case full
    /// May be lost when the machine dies, not when the process does.
    case relaxed
  }

  private let thread: SerialThread
  private let connection: Connection
  private var current = Durability.full

  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Opens the file and brings it to the newest form: `migrations` are run once each, in order, the version is
  /// kept in the file (`PRAGMA user_version`).
  public init(path: String, migrations: [String]) throws(SQLiteError) {
    thread = SerialThread(name: "sqlite")
    connection = try Connection.open(path)
    try connection.execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
    let version = try connection.query("PRAGMA user_version") { $0.integer(0) }.first ?? 0
    guard version <= migrations.count else {
      throw SQLiteError(
        code: 1, function: "migrate",
        message: "the file was written by a newer version of VideoCraft (format \(version))")
    }
    for (index, migration) in migrations.enumerated().dropFirst(version) {
      try connection.execute(
        "BEGIN IMMEDIATE; \(migration); PRAGMA user_version=\(index + 1); COMMIT")
    }
  }

  public func read<Result: Sendable>(
    _ body: (borrowing Connection) throws -> Result
  ) throws -> Result {
    try body(connection)
  }

  /// All of `body` happens, or nothing of it.
  @discardableResult
  public func write<Result: Sendable>(
    _ durability: Durability = .full, _ body: (borrowing Connection) throws -> Result
  ) throws -> Result {
    if durability != current {
      try connection.execute("PRAGMA synchronous=\(durability == .full ? "FULL" : "NORMAL")")
      current = durability
    }
    try connection.execute("BEGIN IMMEDIATE")
    do {
      let result = try body(connection)
      try connection.execute("COMMIT")
      return result
    } catch {
      // After some errors SQLite has rolled back by itself; then this says so and nothing is lost.
      try? connection.execute("ROLLBACK")
      throw error
    }
  }
}
