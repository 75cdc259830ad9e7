/// One word after `videocraft`.
protocol Command: Sendable {
  static var name: String { get }
  static var summary: String { get }
  /// What stands between the name and the options, such as `FILE`; empty for none.
  static var operands: String { get }
  /// The least and the most number of operands.
  static var operandCount: ClosedRange<Int> { get }
  static var options: [OptionSpec] { get }

  init(_ arguments: Arguments) throws
  func run(_ console: Console) async throws -> ExitCode
}

extension Command {
  static var operands: String { "" }
  static var operandCount: ClosedRange<Int> { 0...0 }
  static var options: [OptionSpec] { [] }
}

/// One option of a command.
struct OptionSpec: Sendable {
  var name: String
  var short: String?
  /// Such as `DIR`; nil for an option without a value.
  var value: String?
  var summary: String
  /// Words that the value must be one of; empty for any.
  var choices: [String] = []
}

/// A command line that does not fit.
struct UsageError: Error {
  var message: String
  init(_ message: String) { self.message = message }
}
