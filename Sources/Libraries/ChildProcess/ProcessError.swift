/// Why a child process could not be started, spoken to or waited for.
public struct ProcessError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// The program is not there or may not be run.
    case cannotStart
    /// It ended, or closed its input, before it answered.
    case ended(ProcessExit?)
    case timedOut
    case cancelled
    /// A system call failed.
    case system
    /// It sent a line that is too long or is not what was agreed.
    case unreadable
  }

  public var reason: Reason
  /// The program's name, without its folder.
  public var program: String
  public var message: String
  /// The last lines of its standard error; empty when it said nothing.
  public var errorTail: String

  public init(_ reason: Reason, program: String, message: String, errorTail: String = "") {
    self.reason = reason
    self.program = program
    self.message = message
    self.errorTail = errorTail
  }

  public var description: String { "\(program): \(message)" }
}

/// How a process ended.
public enum ProcessExit: Sendable, Hashable, CustomStringConvertible {
  case code(Int)
  case signal(Int)

  public var description: String {
    switch self {
    case .code(let code): "ended with code \(code)"
    case .signal(let signal): "was ended by signal \(signal)"
    }
  }
}
