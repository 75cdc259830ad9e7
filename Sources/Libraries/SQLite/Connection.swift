import CSQLite

/// One connection. It belongs to one thread at a time; `Database` sees to that.
public struct Connection: ~Copyable {
  private let handle: OpaquePointer

  private init(owning handle: OpaquePointer) { self.handle = handle }

  deinit { sqlite3_close_v2(handle) }

  /// Opens the file for reading and writing, made if it is not there.
  public static func open(_ path: String) throws(SQLiteError) -> Connection {
    var handle: OpaquePointer?
    let flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(handle)  // "Whether or not an error occurs … resources should be released"
      throw SQLiteError(code: code, function: "sqlite3_open_v2", message: message)
    }
    return Connection(owning: handle)
  }

  /// Runs statements that give no rows.
  public func execute(_ sql: String) throws(SQLiteError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code, "sqlite3_exec") }
  }

  /// Runs one statement; gives `body` every row.
  public func query<Row>(
    _ sql: String, _ values: [SQLValue] = [],
    row body: (borrowing Statement) throws(SQLiteError) -> Row
  ) throws(SQLiteError) -> [Row] {
    let statement = try prepare(sql)
    try statement.bind(values)
    var rows: [Row] = []
    while try statement.step() { rows.append(try body(statement)) }
    return rows
  }

  /// Runs one statement whose rows are of no interest. Returns how many rows it changed.
  @discardableResult
  public func run(_ sql: String, _ values: [SQLValue] = []) throws(SQLiteError) -> Int {
    _ = try query(sql, values) { _ in }
    return Int(sqlite3_changes(handle))
  }

  private func prepare(_ sql: String) throws(SQLiteError) -> Statement {
    var raw: OpaquePointer?
    let code = sqlite3_prepare_v2(handle, sql, -1, &raw, nil)
    guard code == SQLITE_OK, let raw else { throw error(code, "sqlite3_prepare_v2") }
    return Statement(owning: raw)
  }

  private func error(_ code: Int32, _ function: String) -> SQLiteError {
    SQLiteError(code: code, function: function, message: String(cString: sqlite3_errmsg(handle)))
  }
}

/// A value of a statement.
public enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int)
  case text(String)
}

/// A prepared statement on its current row.
public struct Statement: ~Copyable {
  private let raw: OpaquePointer

  fileprivate init(owning raw: OpaquePointer) { self.raw = raw }

  deinit { sqlite3_finalize(raw) }

  fileprivate func bind(_ values: [SQLValue]) throws(SQLiteError) {
    for (index, value) in values.enumerated() {
      let position = Int32(index + 1)
      let code =
        switch value {
        case .null: sqlite3_bind_null(raw, position)
        case .integer(let integer): sqlite3_bind_int64(raw, position, Int64(integer))
        case .text(let text): vc_sqlite3_bind_text(raw, position, text, Int32(text.utf8.count))
        }
      guard code == SQLITE_OK else { throw error(code, "sqlite3_bind") }
    }
  }

  fileprivate func step() throws(SQLiteError) -> Bool {
    let code = sqlite3_step(raw)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw error(code, "sqlite3_step")
    }
  }

  /// Column `index`, from 0; zero for NULL.
  public func integer(_ index: Int32) -> Int { Int(sqlite3_column_int64(raw, index)) }

  /// Column `index`, from 0; empty for NULL.
  public func text(_ index: Int32) -> String {
    guard let bytes = sqlite3_column_text(raw, index) else { return "" }
    let count = Int(sqlite3_column_bytes(raw, index))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  private func error(_ code: Int32, _ function: String) -> SQLiteError {
    let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(raw)))
    return SQLiteError(code: code, function: function, message: message)
  }
}
