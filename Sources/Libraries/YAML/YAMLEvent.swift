/// One step of reading a YAML stream, in the order of the text.
public struct YAMLEvent: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case streamStart
    case streamEnd
    /// `hasDirectives`: `%YAML` or `%TAG` came before.
    case documentStart(hasDirectives: Bool)
    case documentEnd
    /// The name without `*`.
    case alias(String)
    case scalar(Scalar)
    case sequenceStart(Properties)
    case sequenceEnd
    case mappingStart(Properties)
    case mappingEnd
  }

  /// What can stand before a node.
  public struct Properties: Sendable, Hashable {
    /// The name without `&`; nil without one.
    public var anchor: String?
    /// The full tag; nil without one.
    public var tag: String?

    public init(anchor: String? = nil, tag: String? = nil) {
      self.anchor = anchor
      self.tag = tag
    }
  }

  public struct Scalar: Sendable, Hashable {
    /// Escapes resolved and lines folded; never interpreted.
    public var text: String
    public var style: Style
    public var properties: Properties

    public init(text: String, style: Style, properties: Properties = Properties()) {
      self.text = text
      self.style = style
      self.properties = properties
    }
  }

  public enum Style: Sendable, Hashable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  public var kind: Kind
  /// Where it begins, the anchor and tag included.
  public var start: YAMLMark
  /// Just after it. The end of a block collection is wherever the next thing begins.
  public var end: YAMLMark
}
