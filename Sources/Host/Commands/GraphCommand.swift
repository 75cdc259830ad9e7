import Pipeline

/// `videocraft graph`: what feeds what.
struct GraphCommand: Command {
  static let name = "graph"
  static let summary = "Draws the checked graph of a pipeline as Mermaid or DOT text."
  static let operands = "FILE"
  static let operandCount = 1...1
  static let options = [
    PipelineOptions.overlay,
    OptionSpec(
      name: "format", value: "FORM", summary: "mermaid or dot", choices: ["mermaid", "dot"]),
  ]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let file = try PipelineFile.load(
      arguments.operands[0], overlays: arguments.all(PipelineOptions.overlay.name),
      registry: Wiring.registry(arguments))
    console.showDiagnostics(of: file)
    guard let graph = file.graph, !file.hasErrors else { return .wrong }
    console.out(arguments.value("format") == "dot" ? graph.dot() : graph.mermaid())
    return .done
  }
}
