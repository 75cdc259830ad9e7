/// A call of flite that failed. It gives no reasons.
public struct FliteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The C function.
  public let function: String
  public let message: String

  public var description: String { "\(function): \(message)" }
}
