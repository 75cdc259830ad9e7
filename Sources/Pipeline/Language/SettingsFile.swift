import YAML

/// A YAML or JSON map of settings of declared types: what is data and no pipeline, such as a host's configuration or a
/// request to it.
public enum SettingsFile {
  /// What was read, as far as it was right.
  public struct Reading: Sendable {
    /// Of every setting that was given, converted and within its bounds.
    public var values: [String: Value] = [:]
    /// How each member was written, in lines that can be read for themselves.
    public var texts: [String: String] = [:]
    public var diagnostics: [Diagnostic] = []

    public var hasErrors: Bool { diagnostics.hasErrors }
  }

  /// - Parameters:
  ///   - file: what diagnostics call the text; nil for a text without a name.
  ///   - owner: what has these settings, for messages, such as `the configuration`.
  public static func read(
    _ text: String, file: String? = nil, as fields: [FieldDescription], owner: String
  ) -> Reading {
    var reading = Reading()
    var found = Diagnostics()
    let source = SourceText(text, file: file)
    let (root, problems) = NodeReader.read(source)
    found.add(problems)
    if let root, !root.isNull {
      if let entries = root.entries {
        var decoder = FieldDecoder(scope: nil)
        let members = decoder.decodeMembers(entries, of: fields, owner: owner, at: root.range)
        found.add(decoder.diagnostics)
        for (name, member) in members { reading.values[name] = member.literalValue }
        for entry in entries { reading.texts[entry.name] = source.text(of: entry.value) }
      } else {
        found.error("type-mismatch", "\(owner) is a map, found \(root.kind)", at: root.range)
      }
    }
    reading.diagnostics = found.sorted
    return reading
  }
}

extension SourceText {
  /// The first line keeps its indentation, because those that follow have theirs.
  fileprivate func text(of node: Node) -> String {
    let bytes = index.bytes
    let start = min(max(node.range.start.offset, 0), bytes.count)
    let end = min(max(node.range.end.offset, start), bytes.count)
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    guard text.contains("\n"), !text.hasPrefix("{"), !text.hasPrefix("[") else { return text }
    return String(repeating: " ", count: max(0, node.range.start.column - 1)) + text
  }
}
