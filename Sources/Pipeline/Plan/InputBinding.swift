extension PipelineGraph {
  /// What diagnostics about arguments name as their file.
  public static let argumentsFile = "--input"

  /// The text that lines and columns of diagnostics about arguments refer to.
  public static func argumentsText(_ arguments: [(name: String, text: String)]) -> String {
    AssignmentText.text(arguments)
  }

  /// Decodes the inputs of a run by their declared types.
  ///
  /// - Parameters:
  ///   - arguments: from the command line. They win over the file. A list may be given item by
  ///     item; lists, maps
  ///     and `json` in `[ ]` or `{ }` are read as YAML, which JSON is.
  ///   - file: a YAML or JSON map from input to value. It is data: `${{ }}` means nothing in it.
  /// - Returns: values of every input that was given or has a default, converted and within bounds.
  ///   Relative paths in arguments and file stay as they are. With errors among the diagnostics
  ///   they are incomplete.
  public func bindInputs(
    arguments: [(name: String, text: String)] = [], file: (text: String, name: String)? = nil
  ) -> (values: [String: Value], diagnostics: [Diagnostic]) {
    var binding = InputBinding(inputs)
    if let file { binding.read(SourceText(file.text, file: file.name)) }
    binding.read(arguments)
    binding.complete()
    return (binding.values, binding.diagnostics.sorted)
  }
}

private struct InputBinding {
  private let inputs: [InputDeclaration]
  private(set) var values: [String: Value] = [:]
  private(set) var diagnostics = Diagnostics()
  /// Given, rightly or wrongly.
  private var given: Set<String> = []

  init(_ inputs: [InputDeclaration]) { self.inputs = inputs }

  mutating func read(_ source: SourceText) {
    let (root, problems) = NodeReader.read(source)
    diagnostics.add(problems)
    guard let root, !root.isNull else { return }
    guard let entries = root.entries else {
      diagnostics.error(
        "type-mismatch", "an input file is a map from input to value, found \(root.kind)",
        at: root.range)
      return
    }
    for entry in entries {
      guard let input = input(entry.name, at: entry.key.range) else { continue }
      given.insert(input.name)
      decode(entry.value, as: input)
    }
  }

  mutating func read(_ arguments: [(name: String, text: String)]) {
    let assignments = AssignmentText(arguments, file: PipelineGraph.argumentsFile)
    var indices: [String: [Int]] = [:]
    var order: [String] = []
    for (index, argument) in arguments.enumerated() {
      guard let input = input(argument.name, at: assignments.nameRange(index)) else { continue }
      if indices[input.name] == nil { order.append(input.name) }
      indices[input.name, default: []].append(index)
    }
    for name in order {
      guard let input = inputs.first(where: { $0.name == name }), let indices = indices[name] else {
        continue
      }
      given.insert(name)
      values[name] = nil
      read(indices, of: assignments, texts: indices.map { arguments[$0].text }, as: input)
    }
  }

  private mutating func read(
    _ indices: [Int], of assignments: AssignmentText, texts: [String], as input: InputDeclaration
  ) {
    let isList = if case .list = input.type.unwrapped { true } else { false }
    if indices.count > 1, !isList {
      diagnostics.error(
        "duplicate-input", "input `\(input.name)` is given twice",
        at: assignments.nameRange(indices[1]))
      return
    }
    var nodes: [Node] = []
    for (index, text) in zip(indices, texts) {
      guard input.type.isCollection, AssignmentText.isCollection(text) else {
        nodes.append(assignments.scalar(index, isText: input.type.isTexts))
        continue
      }
      let (root, problems) = assignments.yaml(index)
      diagnostics.add(problems)
      guard let root else { return }
      nodes.append(root)
    }
    guard nodes.count > 1 else {
      decode(nodes[0], as: input)
      return
    }
    let items = nodes.flatMap { $0.items ?? [$0] }
    decode(Node(.sequence(items), range: nodes[0].range), as: input)
  }

  private mutating func input(_ name: String, at range: SourceRange) -> InputDeclaration? {
    if let input = inputs.first(where: { $0.name == name }) { return input }
    let names = inputs.map(\.name)
    let diagnostic = Diagnostic(
      "unknown-input", "this pipeline has no input `\(name.shortened)`", at: range)
    if let near = Suggestion.nearest(to: name, among: names) {
      diagnostics.add(
        diagnostic.suggesting(near, detail: inputs.first { $0.name == near }?.field.constraint))
    } else {
      diagnostics.add(
        diagnostic.noting(
          names.isEmpty ? "it has no inputs" : "its inputs are \(Suggestion.list(names))"))
    }
    return nil
  }

  private mutating func decode(_ node: Node, as input: InputDeclaration) {
    var decoder = FieldDecoder(scope: nil)
    // Written as nothing: as if it were not there.
    if node.isNull(for: input.type), !input.isRequired { return }
    let template = decoder.decode(node, as: input.field)
    diagnostics.add(decoder.diagnostics)
    if let value = template?.literalValue, value != .null { values[input.name] = value }
  }

  /// Defaults, and what is missing.
  mutating func complete() {
    for input in inputs where values[input.name] == nil {
      if let value = input.defaultValue {
        values[input.name] = value
      } else if input.isRequired, !given.contains(input.name) {
        let diagnostic = Diagnostic(
          "missing-input", "input `\(input.name)` is required (\(input.field.constraint))",
          at: input.location)
        diagnostics.add(
          input.summary.isEmpty ? diagnostic : diagnostic.noting(input.summary))
      }
    }
  }
}

extension ValueType {
  /// Text, or a list of it.
  fileprivate var isTexts: Bool {
    unwrapped == .text || unwrapped == .list(.text)
  }

  /// What text in brackets can be read as.
  fileprivate var isCollection: Bool {
    switch unwrapped {
    case .list, .map, .record, .json: true
    default: false
    }
  }
}
