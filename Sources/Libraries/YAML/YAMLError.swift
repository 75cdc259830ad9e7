/// What libyaml found wrong with a text.
public struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Code: Sendable, Hashable {
    case memory
    /// Bytes that are not UTF-8, or a character that YAML does not allow.
    case encoding
    case syntax
  }

  public var code: Code
  /// libyaml's words, such as `did not find expected key`.
  public var message: String
  public var mark: YAMLMark
  /// libyaml's words for what it was doing, such as `while parsing a block mapping`.
  public var context: String?
  /// Where that began.
  public var contextMark: YAMLMark?

  public var description: String {
    let place = "line \(mark.line), column \(mark.column): \(message)"
    return context.map { "\(place) \($0)" } ?? place
  }
}
