import Threads

/// The connection that only reads.
actor DatabaseReader {
  private let thread: SerialThread
  private let connection: Connection

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  init(path: String) throws(SQLiteError) {
    thread = SerialThread(name: "sqlite-read")
    connection = try Connection.open(path, .readOnly)
    try connection.execute("PRAGMA query_only=ON")
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
