import Foundation

/// A program to start.
public struct Command: Sendable, Hashable {
  /// A path; the search path is not looked at.
  public var executable: String
  public var arguments: [String]
  /// All that the child sees; nothing else is inherited.
  public var environment: [String: String]
  /// Nil for our own.
  public var directory: String?
  /// The longest line it may send, in bytes.
  public var lineLimit: Int
  /// How much of its standard error is kept, in bytes.
  public var errorTailLimit = 64 << 10

  public init(
    _ executable: String, arguments: [String] = [],
    environment: [String: String] = Command.inheritedEnvironment(), directory: String? = nil,
    lineLimit: Int = 4 << 20
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.lineLimit = lineLimit
  }

  /// The program's name, for messages.
  public var name: String { (executable as NSString).lastPathComponent }

  /// Variables of ours that say where and in which language we run, and those in `names`: no keys, no secrets.
  public static func inheritedEnvironment(and names: [String] = []) -> [String: String] {
    let allowed = Set(["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"] + names)
    return ProcessInfo.processInfo.environment.filter { allowed.contains($0.key) }
  }
}
