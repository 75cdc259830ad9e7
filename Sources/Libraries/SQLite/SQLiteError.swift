/// What SQLite said.
public struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
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
  public var isDiskFull: Bool { primaryCode == 13 }
  public var isConstraint: Bool { primaryCode == 19 }

  public var description: String { "\(function): \(message) (code \(code))" }
}
