import CSQLite

/// A value of a statement.
public enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int)
  case text(String)

  /// NULL for nil.
  public init(_ integer: Int?) { self = integer.map(SQLValue.integer) ?? .null }
  /// NULL for nil.
  public init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }
}

/// A prepared statement on its current row.
public struct Statement: ~Copyable {
  private let raw: OpaquePointer
  /// Of each parameter, in SQLite's order, the number after its `$`. SQLite takes `$2` for a name and counts
  /// parameters by where they first appear.
  private let numbers: [Int]

  init(owning raw: OpaquePointer) {
    self.raw = raw
    let count = sqlite3_bind_parameter_count(raw)
    numbers = (0..<count).map { index in
      guard let name = sqlite3_bind_parameter_name(raw, index + 1) else { return Int(index + 1) }
      return Int(String(cString: name).dropFirst()) ?? Int(index + 1)
    }
  }

  deinit { sqlite3_finalize(raw) }

  func bind(_ values: [SQLValue]) throws(SQLiteError) {
    for (index, number) in numbers.enumerated() {
      guard values.indices.contains(number - 1) else {
        throw SQLiteError(
          code: SQLITE_RANGE, function: "bind",
          message: "there is no value for `$\(number)` among \(values.count)")
      }
      let position = Int32(index + 1)
      let code =
        switch values[number - 1] {
        case .null: sqlite3_bind_null(raw, position)
        case .integer(let integer): sqlite3_bind_int64(raw, position, Int64(integer))
        case .text(let text): vc_sqlite3_bind_text(raw, position, text, Int32(text.utf8.count))
        }
      guard code == SQLITE_OK else { throw error(code, "sqlite3_bind") }
    }
  }

  func rows<Row>(
    _ body: (borrowing Statement) throws(SQLiteError) -> Row
  ) throws(SQLiteError) -> [Row] {
    var rows: [Row] = []
    while try step() { rows.append(try body(self)) }
    return rows
  }

  /// Ends the execution, which would else keep the transaction open, and forgets the values. What it returns is the
  /// error of the last step, already thrown.
  func reset() {
    sqlite3_reset(raw)
    sqlite3_clear_bindings(raw)
  }

  private func step() throws(SQLiteError) -> Bool {
    let code = sqlite3_step(raw)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw error(code, "sqlite3_step")
    }
  }

  /// Column `index`, from 0; zero for NULL.
  public func integer(_ index: Int32) -> Int { Int(sqlite3_column_int64(raw, index)) }

  public func optionalInteger(_ index: Int32) -> Int? {
    isNull(index) ? nil : integer(index)
  }

  /// Column `index`, from 0; empty for NULL.
  public func text(_ index: Int32) -> String {
    guard let bytes = sqlite3_column_text(raw, index) else { return "" }
    let count = Int(sqlite3_column_bytes(raw, index))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  public func optionalText(_ index: Int32) -> String? {
    isNull(index) ? nil : text(index)
  }

  private func isNull(_ index: Int32) -> Bool { sqlite3_column_type(raw, index) == SQLITE_NULL }

  private func error(_ code: Int32, _ function: String) -> SQLiteError {
    let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(raw)))
    return SQLiteError(code: code, function: function, message: message)
  }
}

final class CachedStatement {
  let statement: Statement
  init(_ statement: consuming Statement) { self.statement = statement }
}

/// Statements that are prepared and not in use, by their text. It belongs to one connection, thus to one thread.
final class StatementCache {
  private static let capacity = 128
  private var idle: [String: CachedStatement] = [:]

  /// Nil when there is none, or when it is in use: a query within a query of the same text prepares its own.
  func take(_ sql: String) -> CachedStatement? { idle.removeValue(forKey: sql) }

  func put(_ statement: CachedStatement, for sql: String) {
    if idle.count >= Self.capacity { idle.removeAll() }
    idle[sql] = statement
  }
}
