/// A database file: one connection that writes, on a thread of its own, and one that only reads, on another, so that
/// reads do not wait for the disk.
///
/// Never open one file twice for writing, not even in one process: up to SQLite 3.51.2 two connections that write and
/// check-point at the same time can damage the file (https://sqlite.org/wal.html#walresetbug).
///
/// Bodies are synchronous, so that no `await` can sit inside a transaction.
public final class Database: Sendable {
  /// What a write promises when it returns.
  public enum Durability: Sendable {
    /// On disk.
    case full
    /// May be lost when the machine dies, not when the process does.
    case relaxed
  }

  private let reader: DatabaseReader
  private let writer: DatabaseWriter

  /// Opens the file and brings it to the newest form: `migrations` are run once each, in order, the version is
  /// kept in the file (`PRAGMA user_version`).
  public init(path: String, migrations: [String]) throws(SQLiteError) {
    writer = try DatabaseWriter(path: path, migrations: migrations)
    reader = try DatabaseReader(path: path)
  }

  /// Sees one state of the file from beginning to end, with every write that has returned.
  public func read<Success: Sendable>(
    _ body: @Sendable (borrowing Connection) throws -> Success
  ) async throws -> Success {
    try await reader.read(body)
  }

  /// All of `body` happens, or nothing of it.
  ///
  /// Writes that arrive while another is brought to disk share the next transaction, and its one wait for the disk. A
  /// body that throws takes nothing with it; one whose transaction fails for another's sake is run a second time.
  @discardableResult
  public func write<Success: Sendable>(
    _ durability: Durability = .full,
    _ body: @escaping @Sendable (borrowing Connection) throws -> Success
  ) async throws -> Success {
    let write = Write(durability, body)
    writer.enqueue(write)
    await writer.commitWaiting(until: write)
    return try write.outcome()
  }
}
