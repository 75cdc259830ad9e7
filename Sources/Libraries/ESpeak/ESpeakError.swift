/// A call of espeak-ng that failed.
public struct ESpeakError: Error, Sendable, Hashable, CustomStringConvertible {
  /// `espeak_ERROR`; nil where a call has no code.
  public let code: Int?
  /// The C function.
  public let function: String
  public let message: String

  public var description: String { "\(function): \(message)" }
}
