import CSQLite

/// One connection. It belongs to one thread at a time; `Database` sees to that.
public struct Connection: ~Copyable {
  enum Access {
    /// The file is made if it is not there.
    case readWrite
    /// Cannot change anything, nor bring the file up to date from its log.
    case readOnly
  }

  /// How long to wait for a program that looks into the file, in milliseconds.
  private static let patience: Int32 = 5000

  private let handle: OpaquePointer
  private let statements = StatementCache()

  private init(owning handle: OpaquePointer) { self.handle = handle }

  // Statements that are still cached end after this: "If sqlite3_close_v2() is called with unfinalized prepared
  // statements … it returns SQLITE_OK and the deallocation of resources is deferred".
  deinit { sqlite3_close_v2(handle) }

  static func open(_ path: String, _ access: Access) throws(SQLiteError) -> Connection {
    var handle: OpaquePointer?
    let mode =
      switch access {
      case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .readOnly: SQLITE_OPEN_READONLY
      }
    let code = sqlite3_open_v2(
      path, &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let handle else {
      let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(handle)  // "Whether or not an error occurs … resources should be released"
      throw SQLiteError(code: code, function: "sqlite3_open_v2", message: message)
    }
    sqlite3_busy_timeout(handle, patience)
    return Connection(owning: handle)
  }

  /// False outside of transactions, and after an error for which SQLite rolled back by itself.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Runs statements that give no rows; they are not kept prepared.
  public func execute(_ sql: String) throws(SQLiteError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code, "sqlite3_exec") }
  }

  /// Runs one statement; gives `body` every row. The statement stays prepared for the next time, so `sql` should
  /// be one of a limited number of texts.
  ///
  /// - Parameter values: of `$1`, `$2` and so on, wherever in the text they are.
  public func query<Row>(
    _ sql: String, _ values: [SQLValue] = [],
    row body: (borrowing Statement) throws(SQLiteError) -> Row
  ) throws(SQLiteError) -> [Row] {
    let cached = if let idle = statements.take(sql) { idle } else { try prepare(sql) }
    let rows: [Row]
    do throws(SQLiteError) {
      try cached.statement.bind(values)
      rows = try cached.statement.rows(body)
    } catch {
      cached.statement.reset()
      throw error
    }
    cached.statement.reset()
    statements.put(cached, for: sql)
    return rows
  }

  /// Runs one statement whose rows are of no interest. Returns how many rows it changed.
  @discardableResult
  public func run(_ sql: String, _ values: [SQLValue] = []) throws(SQLiteError) -> Int {
    _ = try query(sql, values) { _ in }
    return Int(sqlite3_changes(handle))
  }

  private func prepare(_ sql: String) throws(SQLiteError) -> CachedStatement {
    var raw: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &raw, nil)
    guard code == SQLITE_OK, let raw else { throw error(code, "sqlite3_prepare_v3") }
    return CachedStatement(Statement(owning: raw))
  }

  private func error(_ code: Int32, _ function: String) -> SQLiteError {
    SQLiteError(code: code, function: function, message: String(cString: sqlite3_errmsg(handle)))
  }
}
