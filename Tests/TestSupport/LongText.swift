#if canImport(Testing)
  public import Testing

  /// A text as a test's argument, of which only the beginning is printed.
  public struct LongText: Sendable, ExpressibleByStringInterpolation, CustomTestStringConvertible {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.text = text }

    public var testDescription: String {
      text.count > 80 ? "\(text.prefix(80))… (\(text.count) characters)" : text
    }
  }
#endif
