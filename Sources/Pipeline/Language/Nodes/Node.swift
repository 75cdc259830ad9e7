import YAML

/// A piece of YAML with its place. Scalars are raw text: what they mean is decided by whoever
/// declared the field.
struct Node: Sendable {
  indirect enum Content: Sendable {
    case scalar(Scalar)
    case sequence([Node])
    case mapping([Entry])
  }

  struct Scalar: Sendable {
    /// Escapes resolved and lines folded.
    var text: String
    var style: YAMLEvent.Style
    var source: SourceText
    /// Where its first character stands, behind any anchor.
    var begin: Int

    var isPlain: Bool { style == .plain }
  }

  /// Keys are scalars.
  struct Entry: Sendable {
    var key: Node
    var value: Node
    var name: String { key.scalar?.text ?? "" }
  }

  var content: Content
  var range: SourceRange
  /// Nodes in it, itself included and aliases expanded; a long text counts as one for every 256
  /// bytes, so that what reading costs is bounded too.
  var count: Int
  /// Levels of collections in it; 0 for a scalar.
  var height: Int

  /// A key of it is no text, which has been reported: nothing more is said about it.
  var isBroken = false

  init(_ content: Content, range: SourceRange) {
    self.content = content
    self.range = range
    let children: [Node] =
      switch content {
      case .scalar: []
      case .sequence(let items): items
      case .mapping(let entries): entries.flatMap { [$0.key, $0.value] }
      }
    var own = 1
    if case .scalar(let scalar) = content { own += scalar.text.utf8.count / 256 }
    count = own + children.reduce(0) { $0 + $1.count }
    if case .scalar = content {
      height = 0
    } else {
      height = 1 + (children.map(\.height).max() ?? 0)
    }
  }

  var scalar: Scalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  var items: [Node]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// The value of a key of a mapping; nil when there is none or this is no mapping.
  subscript(name: String) -> Node? { entries?.first { $0.name == name }?.value }

  /// Nothing was written, or an unquoted `null` or `~`.
  var isNull: Bool {
    guard let scalar, scalar.isPlain else { return false }
    return ["", "~", "null"].contains(scalar.text)
  }

  /// Nothing for a field of this type: a text that must be there can be the word `null`, but not
  /// nothing at all.
  func isNull(for type: ValueType) -> Bool {
    type == .text ? isNull && scalar?.text.isEmpty == true : isNull
  }

  /// For messages: `list`, `map`, or the text itself.
  var kind: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a map"
    case .scalar(let scalar): isNull ? "nothing" : "`\(scalar.text.shortened)`"
    }
  }
}

extension String {
  /// At most 60 characters on one line, for quoting in messages.
  var shortened: String {
    let line = prefix { !$0.isNewline }
    return line.count < count || line.count > 60 ? "\(line.prefix(59))…" : self
  }
}
