/// A call of PocketSphinx that failed. Its reasons go to standard error only.
public struct SphinxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The C function.
  public let function: String
  public let message: String

  public init(function: String, message: String) {
    self.function = function
    self.message = message
  }

  public var description: String { "\(function): \(message)" }
}
