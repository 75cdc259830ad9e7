import YAML

/// Reads one YAML document into nodes.
struct NodeReader: ~Copyable {
  private var parser: YAMLParser
  private let source: SourceText
  private var diagnostics = Diagnostics()
  private var anchors: [String: Anchor] = [:]
  private var openAnchors: Set<String> = []
  private var nodeCount = 0

  private struct Anchor {
    var node: Node
    var range: SourceRange
    var isUsed = false
  }

  /// The tree is not worth reading on; the reason is among the diagnostics.
  private struct Abandoned: Error {}

  /// The root of the document; nil when the text is not YAML, exceeds the limits, or is empty.
  static func read(_ source: SourceText) -> (root: Node?, diagnostics: [Diagnostic]) {
    let size = source.byteCount
    guard size <= NodeLimits.byteCount else {
      return (nil, [tooLarge(size, in: source)])
    }
    do {
      var reader = NodeReader(parser: try YAMLParser(source.index), source: source)
      let root = reader.readStream()
      return (root, reader.diagnostics.all)
    } catch {
      return (nil, [SyntaxErrors.diagnostic(error, in: source)])
    }
  }

  private init(parser: consuming YAMLParser, source: SourceText) {
    self.parser = parser
    self.source = source
  }

  private static func tooLarge(_ size: Int, in source: SourceText) -> Diagnostic {
    Diagnostic(
      "too-large", "the file has \(size) bytes; at most \(NodeLimits.byteCount) are read",
      at: SourceRange(file: source.file, start: source.position(0), end: source.position(0)))
  }

  private mutating func readStream() -> Node? {
    do {
      guard let start = try documentStart() else { return nil }
      let root = try node(try next(), depth: 0)
      try documentEnd(after: start)
      for (name, anchor) in anchors.sorted(by: { $0.key < $1.key }) where !anchor.isUsed {
        diagnostics.add(unusedAnchor(name, at: anchor.range))
      }
      return root
    } catch let error as YAMLError {
      diagnostics.add(SyntaxErrors.diagnostic(error, in: source))
    } catch {}
    return nil
  }

  private mutating func next() throws -> YAMLEvent { try parser.next() }

  private mutating func documentStart() throws -> YAMLEvent? {
    while true {
      let event = try next()
      switch event.kind {
      case .streamEnd:
        diagnostics.error(
          "empty-file", "there is nothing in this file", at: range(event.start, event.start))
        return nil
      case .documentStart(let hasDirectives):
        if hasDirectives {
          diagnostics.error(
            "unsupported-yaml", "YAML directives (`%…`) are not used in pipeline files",
            at: range(event.start, event.end))
        }
        return event
      default: continue
      }
    }
  }

  private mutating func documentEnd(after start: YAMLEvent) throws {
    _ = try next()
    let event = try next()
    guard case .documentStart = event.kind else { return }
    diagnostics.error(
      "multiple-documents", "a file holds one document; a second one begins here",
      at: range(event.start, event.end))
    throw Abandoned()
  }

  private mutating func node(_ event: YAMLEvent, depth: Int) throws -> Node {
    try count(1, at: event)
    switch event.kind {
    case .scalar(let scalar):
      try count(scalar.text.utf8.count / 256, at: event)
      let begin = open(scalar.properties, of: event)
      let node = Node(
        .scalar(.init(text: scalar.text, style: scalar.style, source: source, begin: begin)),
        range: source.range(begin..<max(begin, contentEnd(of: event, style: scalar.style))))
      return close(node, scalar.properties, of: event)
    case .alias(let name): return try alias(name, event, depth: depth)
    case .sequenceStart(let properties):
      try checkDepth(depth + 1, at: event)
      let begin = open(properties, of: event)
      return close(try sequence(from: begin, depth: depth + 1), properties, of: event)
    case .mappingStart(let properties):
      try checkDepth(depth + 1, at: event)
      let begin = open(properties, of: event)
      return close(try mapping(from: begin, depth: depth + 1), properties, of: event)
    default: throw Abandoned()
    }
  }

  private mutating func sequence(from begin: Int, depth: Int) throws -> Node {
    var items: [Node] = []
    while true {
      let event = try next()
      if event.kind == .sequenceEnd {
        let end = collectionEnd(event, lastChild: items.last, from: begin)
        return Node(.sequence(items), range: source.range(begin..<end))
      }
      items.append(try node(event, depth: depth))
    }
  }

  private mutating func mapping(from begin: Int, depth: Int) throws -> Node {
    var entries: [Node.Entry] = []
    var first: [String: SourceRange] = [:]
    var isBroken = false
    while true {
      let event = try next()
      if event.kind == .mappingEnd {
        let end = collectionEnd(event, lastChild: entries.last?.value, from: begin)
        var node = Node(.mapping(entries), range: source.range(begin..<end))
        node.isBroken = isBroken
        return node
      }
      let key = try node(event, depth: depth)
      let value = try node(try next(), depth: depth)
      guard let name = key.scalar?.text else {
        if !key.isBroken { diagnostics.add(complexKey(key, in: begin)) }
        isBroken = true
        continue
      }
      if let earlier = first[name] {
        diagnostics.add(
          Diagnostic("duplicate-key", "the key `\(name)` is here twice", at: key.range)
            .noting("the first one is here", at: earlier))
      } else {
        first[name] = key.range
        entries.append(Node.Entry(key: key, value: value))
      }
    }
  }

  private func complexKey(_ key: Node, in begin: Int) -> Diagnostic {
    var diagnostic = Diagnostic(
      "complex-key", "a key must be text, found \(key.kind)", at: key.range,
      hint: "does a template need quotes?")
    let bytes = source.index.bytes[begin...].prefix { $0 != 0x0A && $0 != 0x0D }
    if bytes.starts(with: "{{".utf8), !bytes.contains(UInt8(ascii: "\"")),
      let end = String(decoding: bytes, as: UTF8.self).firstRange(of: "}}")
    {
      let line = String(decoding: bytes, as: UTF8.self)
      let template = line[..<end.upperBound]
      diagnostic.fix = .init(
        range: source.range(begin..<(begin + template.utf8.count)), replacement: "\"$\(template)\"")
    }
    return diagnostic.noting("a template is written in quotes and with a `$`: \"${{ … }}\"")
  }

  private mutating func alias(_ name: String, _ event: YAMLEvent, depth: Int) throws -> Node {
    let place = range(event.start, event.end)
    guard let anchor = anchors[name] else {
      let message =
        openAnchors.contains(name)
        ? "the alias `*\(name)` stands inside what it names"
        : "there is no anchor `&\(name)` before this alias"
      diagnostics.add(
        Diagnostic("unknown-anchor", message, at: place)
          .suggesting(Suggestion.nearest(to: name, among: anchors.keys.sorted()).map { "*\($0)" }))
      throw Abandoned()
    }
    anchors[name]?.isUsed = true
    try count(anchor.node.count - 1, at: event)
    try checkDepth(depth + anchor.node.height, at: event)
    return anchor.node
  }

  private mutating func count(_ added: Int, at event: YAMLEvent) throws {
    nodeCount += added
    guard nodeCount > NodeLimits.nodeCount else { return }
    diagnostics.add(
      Diagnostic(
        "too-many-nodes",
        "there are more than \(NodeLimits.nodeCount) values in this file, aliases counted as what they name",
        at: range(event.start, event.end)))
    throw Abandoned()
  }

  private mutating func checkDepth(_ depth: Int, at event: YAMLEvent) throws {
    guard depth > NodeLimits.depth else { return }
    diagnostics.error(
      "too-deep", "lists and maps are nested more than \(NodeLimits.depth) levels deep",
      at: range(event.start, event.end))
    throw Abandoned()
  }

  /// Handles what stands before a node and returns where the node itself begins.
  private mutating func open(_ properties: YAMLEvent.Properties, of event: YAMLEvent) -> Int {
    if let tag = properties.tag {
      diagnostics.add(
        Diagnostic(
          "unsupported-yaml", "tags such as `\(tag.shortTag)` are not used in pipeline files",
          at: range(event.start, event.end)
        ).noting("a value has the type that its field declares"))
    }
    if let anchor = properties.anchor { openAnchors.insert(anchor) }
    guard properties.anchor != nil || properties.tag != nil else { return event.start.offset }
    return contentStart(after: event.start.offset)
  }

  private mutating func close(
    _ node: Node, _ properties: YAMLEvent.Properties, of event: YAMLEvent
  ) -> Node {
    guard let name = properties.anchor else { return node }
    openAnchors.remove(name)
    let place = source.range(event.start.offset..<(event.start.offset + name.utf8.count + 1))
    if let earlier = anchors[name], !earlier.isUsed {
      diagnostics.add(unusedAnchor(name, at: earlier.range))
    }
    anchors[name] = Anchor(node: node, range: place)
    return node
  }

  /// Mended by taking it away, with the space behind it.
  private func unusedAnchor(_ name: String, at range: SourceRange) -> Diagnostic {
    var diagnostic = Diagnostic(
      "unused-anchor", "the anchor `&\(name)` is never used", at: range, severity: .warning)
    let bytes = source.index.bytes
    var end = range.end.offset
    while end < bytes.count, bytes[end] == 0x20 { end += 1 }
    diagnostic.fix = .init(range: source.range(range.start.offset..<end), replacement: "")
    return diagnostic
  }

  /// Behind anchors and tags, white space and comments.
  private func contentStart(after offset: Int) -> Int {
    let bytes = source.index.bytes
    var offset = offset
    var isComment = false
    var isProperty = false
    while offset < bytes.count {
      let byte = bytes[offset]
      let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
      if isComment {
        isComment = byte != 0x0A && byte != 0x0D
      } else if isProperty {
        isProperty = !isSpace && !",]}".utf8.contains(byte)
        if !isProperty, !isSpace { return offset }
      } else if byte == UInt8(ascii: "#") {
        isComment = true
      } else if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!") {
        isProperty = true
      } else if !isSpace {
        return offset
      }
      offset += 1
    }
    return offset
  }

  /// libyaml ends a block scalar behind the line feeds that follow it.
  private func contentEnd(of event: YAMLEvent, style: YAMLEvent.Style) -> Int {
    guard style == .literal || style == .folded else { return event.end.offset }
    let bytes = source.index.bytes
    var end = event.end.offset
    while end > event.start.offset, [0x20, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
    return end
  }

  /// A flow collection ends with its bracket; a block collection with its last child.
  private func collectionEnd(_ event: YAMLEvent, lastChild: Node?, from begin: Int) -> Int {
    if event.end.offset > event.start.offset { return event.end.offset }
    return max(begin, lastChild?.range.end.offset ?? begin)
  }

  private func range(_ start: YAMLMark, _ end: YAMLMark) -> SourceRange {
    SourceRange(file: source.file, start: SourcePosition(start), end: SourcePosition(end))
  }
}

extension String {
  /// `!!str` for libyaml's long form.
  fileprivate var shortTag: String {
    let long = "tag:yaml.org,2002:"
    return hasPrefix(long) ? "!!\(dropFirst(long.count))" : self
  }
}
