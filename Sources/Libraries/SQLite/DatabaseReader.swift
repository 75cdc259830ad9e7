import Threads

/// The connection that only reads.
actor DatabaseReader {
  private let thread: SerialThread
  private let connection: Connection

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// - Parameter version: what the file's must be; nil for any.
  init(path: String, version: Int? = nil) throws(SQLiteError) {
    thread = SerialThread(name: "sqlite-read")
    connection = try Connection.open(path, .readOnly)
    try connection.execute("PRAGMA query_only=ON")
    if let version { try Self.check(connection, version) }
  }

  private static func check(
    _ connection: borrowing Connection, _ version: Int
  ) throws(SQLiteError) {
    let found = try connection.query("PRAGMA user_version") { $0.integer(0) }.first ?? 0
    guard found != version else { return }
    throw SQLiteError(
      code: found > version ? SQLiteError.newerFormat : SQLiteError.olderFormat,
      function: "open", message: "the file has format \(found), not \(version)")
  }

  func read<Success: Sendable>(
    _ body: @Sendable (borrowing Connection) throws -> Success
  ) throws -> Success {
    try connection.run("BEGIN")
    // Nothing was changed, so there is nothing to lose when it cannot be ended; the next BEGIN would say so.
    defer { _ = try? connection.run("COMMIT") }
    return try body(connection)
  }
}
