import CSQLite

/// What SQLite said.
public struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Said of a file whose version is higher than the number of migrations; no code of SQLite's.
  static let newerFormat: Int32 = -1

  /// The extended result code (https://www.sqlite.org/rescode.html).
  public var code: Int32
  /// The C function that failed.
  public var function: String
  public var message: String

  public init(code: Int32, function: String, message: String) {
    self.code = code
    self.function = function
    self.message = message
  }

  /// The code without its extension.
  public var primaryCode: Int32 { code & 0xFF }
  public var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }

  /// What is wrong, as far as somebody can do something about it.
  public var kind: Kind {
    switch primaryCode {
    case _ where code == Self.newerFormat: .newerFormat
    case SQLITE_FULL: .diskFull
    case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
    case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .notAccessible
    case SQLITE_BUSY, SQLITE_LOCKED: .busy
    case SQLITE_IOERR: .unreadable
    default: .other
    }
  }

  public enum Kind: Sendable, Hashable {
    case diskFull
    /// Not a database, or not a sound one.
    case damaged
    case newerFormat
    /// It may not be opened or written.
    case notAccessible
    /// Another program holds it.
    case busy
    /// The disk or its driver refuses.
    case unreadable
    case other
  }

  public var description: String { "\(function): \(message) (code \(code))" }
}
