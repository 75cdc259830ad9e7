import YAML

/// `name=text` assignments from outside any file, as one text with a line for each, so that
/// diagnostics about them have a place.
struct AssignmentText: Sendable {
  let source: SourceText
  private let assignments: [(name: String, text: String)]

  init(_ assignments: [(name: String, text: String)], file: String) {
    self.assignments = assignments
    source = SourceText(Self.text(assignments), file: file)
  }

  /// A value of several lines is shown on one.
  static func text(_ assignments: [(name: String, text: String)]) -> String {
    assignments.map { "\($0.name)=\(String($0.text.map { $0.isNewline ? " " : $0 }))" }
      .joined(separator: "\n")
  }

  /// Where the name of assignment `index` (from 0) begins.
  func nameOffset(_ index: Int) -> Int { source.index.lineStart(index + 1) }

  func nameRange(_ index: Int) -> SourceRange {
    let begin = nameOffset(index)
    return source.range(begin..<(begin + assignments[index].name.utf8.count))
  }

  /// The raw text of an assignment as a scalar.
  /// - Parameter isText: even an empty one and `null` are text.
  func scalar(_ index: Int, isText: Bool = false) -> Node {
    let begin = nameRange(index).end.offset + 1
    let end = begin + source.index.line(index + 1).count - (begin - nameOffset(index))
    return Node(
      .scalar(
        .init(
          text: assignments[index].text, style: isText ? .doubleQuoted : .plain, source: source,
          begin: begin)),
      range: source.range(begin..<max(begin, end)))
  }

  /// The text of an assignment read as YAML.
  func yaml(_ index: Int) -> (root: Node?, diagnostics: [Diagnostic]) {
    let begin = nameRange(index).end.offset + 1
    let bytes = source.index.bytes
    // What stands before it is blanked out, so that libyaml's marks are right as they are.
    let blank = bytes[..<begin].map { $0 == 0x0A ? $0 : 0x20 }
    let end = nameOffset(index) + source.index.line(index + 1).count
    return NodeReader.read(SourceText(blank + bytes[begin..<end], file: source.file))
  }

  /// Whether a text wants to be read as YAML: it begins with `[` or `{`.
  static func isCollection(_ text: String) -> Bool {
    let first = text.first { $0 != " " }
    return first == "[" || first == "{"
  }
}
