/// What the inputs of a run were written as.
struct InputNodes: Sendable {
  private let assignments: AssignmentText?
  private let texts: InputTexts?
  private let file: Node?
  /// The texts that places refer to, by the file that they name.
  let sources: [SourceText]

  init(_ texts: InputTexts?) {
    self.texts = texts
    var sources: [SourceText] = []
    var assignments: AssignmentText?
    if let arguments = texts?.arguments, !arguments.isEmpty {
      let text = AssignmentText(
        arguments.map { ($0.path, $0.text) }, file: PipelineGraph.argumentsFile)
      sources.append(text.source)
      assignments = text
    }
    self.assignments = assignments
    if let given = texts?.file {
      let text = SourceText(given.text, file: given.name)
      sources.append(text)
      file = NodeReader.read(text).root
    } else {
      file = nil
    }
    self.sources = sources
  }

  /// What was written for an input: on the command line, else in the input file; nil when it was not given.
  func node(for input: String) -> Node? {
    guard let assignments, let arguments = texts?.arguments else { return file?[input] }
    let given = arguments.indices.filter { arguments[$0].path == input }
    guard !given.isEmpty else { return file?[input] }
    let nodes = given.map { index in
      guard AssignmentText.isCollection(arguments[index].text) else {
        return assignments.scalar(index)
      }
      return assignments.yaml(index).root ?? assignments.scalar(index)
    }
    guard nodes.count > 1 else { return nodes[0] }
    return Node(.sequence(nodes.flatMap { $0.items ?? [$0] }), range: nodes[0].range)
  }
}
