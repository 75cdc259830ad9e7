import YAML

/// Values from the command line that replace values of the file before it is read.
struct NodeOverrides {
  private let overrides: [PipelineSource.Override]
  private let assignments: AssignmentText
  private var source: SourceText { assignments.source }
  private(set) var diagnostics: [Diagnostic] = []

  init(_ overrides: [PipelineSource.Override]) {
    self.overrides = overrides
    assignments = AssignmentText(
      overrides.map { (name: $0.path, text: $0.text) }, file: PipelineSource.overridesFile)
  }

  /// A step of a path and where it stands in its line.
  private struct Step {
    var name: String
    var range: SourceRange
  }

  mutating func apply(to root: Node) -> Node {
    var root = root
    for (number, override) in overrides.enumerated() {
      guard let steps = steps(of: override.path, from: assignments.nameOffset(number)),
        let value = value(number)
      else { continue }
      if let changed = set(steps[...], in: root, to: value, behind: "") { root = changed }
    }
    return root
  }

  /// `a.b[2].c` and `a.b.2.c` are the same.
  private mutating func steps(of path: String, from begin: Int) -> [Step]? {
    var steps: [Step] = []
    var name: [UInt8] = []
    let bytes = Array(path.utf8)
    for (offset, byte) in (bytes + [UInt8(ascii: ".")]).enumerated() {
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "["):
        if name.isEmpty, offset > 0, bytes[offset - 1] == UInt8(ascii: "]") { continue }
        let place = source.range((begin + offset - name.count)..<(begin + offset))
        steps.append(Step(name: String(decoding: name, as: UTF8.self), range: place))
        name = []
      case UInt8(ascii: "]"):
        let place = source.range((begin + offset - name.count)..<(begin + offset))
        steps.append(Step(name: String(decoding: name, as: UTF8.self), range: place))
        name = []
      default: name.append(byte)
      }
    }
    guard !steps.contains(where: \.name.isEmpty) else {
      diagnostics.append(
        Diagnostic(
          "invalid-path", "`\(path)` is not a path",
          at: source.range(begin..<(begin + bytes.count)),
          hint: "expected such as `stages.captions.with.size`"))
      return nil
    }
    return steps
  }

  /// Text in `[ ]` or `{ }` is read as YAML; anything else is the raw text of a scalar.
  private mutating func value(_ index: Int) -> Node? {
    guard AssignmentText.isCollection(overrides[index].text) else {
      return assignments.scalar(index)
    }
    let (node, problems) = assignments.yaml(index)
    diagnostics += problems
    return node
  }

  /// Nil when the path leads nowhere, which is reported.
  private mutating func set(
    _ steps: ArraySlice<Step>, in node: Node, to value: Node, behind path: String
  ) -> Node? {
    guard let step = steps.first else { return value }
    let rest = steps.dropFirst()
    switch node.content {
    case .mapping(var entries):
      let inner = path.isEmpty ? step.name : "\(path).\(step.name)"
      if let index = entries.firstIndex(where: { $0.name == step.name }) {
        guard let changed = set(rest, in: entries[index].value, to: value, behind: inner) else {
          return nil
        }
        entries[index].value = changed
      } else {
        guard mayAdd(step, to: entries, at: path),
          let made = set(rest, in: Node(.mapping([]), range: step.range), to: value, behind: inner)
        else { return nil }
        entries.append(Node.Entry(key: key(step), value: made))
      }
      return Node(.mapping(entries), range: node.range)
    case .sequence(var items):
      guard let index = Int(step.name), items.indices.contains(index),
        let changed = set(rest, in: items[index], to: value, behind: "\(path)[\(index)]")
      else {
        diagnostics.append(
          Diagnostic(
            "unknown-path", "`\(path)` is a list of \(items.count); it has no `\(step.name)`",
            at: step.range))
        return nil
      }
      items[index] = changed
      return Node(.sequence(items), range: node.range)
    case .scalar:
      if node.isNull {
        return set(steps, in: Node(.mapping([]), range: step.range), to: value, behind: path)
      }
      diagnostics.append(
        Diagnostic(
          "unknown-path", "`\(path)` is \(node.kind) and has no members", at: step.range))
      return nil
    }
  }

  private func key(_ step: Step) -> Node {
    Node(
      .scalar(
        .init(text: step.name, style: .plain, source: source, begin: step.range.start.offset)),
      range: step.range)
  }

  /// Stages and inputs must be there already; other keys are checked like the file's own.
  private mutating func mayAdd(_ step: Step, to entries: [Node.Entry], at path: String) -> Bool {
    guard path == "stages" || path == "inputs" else { return true }
    let names = entries.map(\.name)
    let diagnostic = Diagnostic(
      "unknown-path", "there is no `\(step.name)` in `\(path)`", at: step.range)
    let near = Suggestion.nearest(to: step.name, among: names)
    diagnostics.append(
      near == nil
        ? diagnostic.noting("there are \(Suggestion.list(names))") : diagnostic.suggesting(near))
    return false
  }
}
