/// The name of something that must not be written down, such as a key of a service: a type for settings.
///
/// A stage gets the text with `StageContext.reveal`. The text is in no value, journal, digest or message; a result's
/// key has the name.
public struct Secret: ValueRepresentable {
  public static let valueType = ValueType.secret
  public let name: String

  public init(name: String) { self.name = name }

  public init(value: Value) throws(ValueError) {
    guard case .secret(let name) = value else { throw .mismatch(expected: .secret, found: value) }
    self.name = name
  }

  public var value: Value { .secret(name) }
}
