/// What the inputs of a run were written as.
struct InputNodes: Sendable {
  private var nodes: [String: Node] = [:]
  /// The texts that places refer to, by the file that they name.
  private(set) var sources: [SourceText] = []

  init(_ texts: InputTexts?) {
    if let given = texts?.file {
      let text = SourceText(given.text, file: given.name)
      sources.append(text)
      for entry in NodeReader.read(text).root?.entries ?? [] { nodes[entry.name] = entry.value }
    }
    guard let arguments = texts?.arguments, !arguments.isEmpty else { return }
    let assignments = AssignmentText(
      arguments.map { ($0.path, $0.text) }, file: PipelineGraph.argumentsFile)
    sources.append(assignments.source)
    var given: [String: [Node]] = [:]
    for (index, argument) in arguments.enumerated() {
      let read =
        AssignmentText.isCollection(argument.text) ? assignments.yaml(index).root : nil
      given[argument.path, default: []].append(read ?? assignments.scalar(index))
    }
    for (name, values) in given {
      nodes[name] =
        values.count == 1
        ? values[0]
        : Node(.sequence(values.flatMap { $0.items ?? [$0] }), range: values[0].range)
    }
  }

  /// What was written for an input: on the command line, else in the input file; nil when it was not given.
  func node(for input: String) -> Node? { nodes[input] }
}
