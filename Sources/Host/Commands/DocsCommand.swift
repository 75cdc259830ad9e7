import Pipeline

/// `videocraft docs`: one stage in full.
struct DocsCommand: Command {
  static let name = "docs"
  static let summary = "Describes a stage: its settings, inputs, outputs and an example."
  static let operands = "STAGE"
  static let operandCount = 1...1
  static let options = [
    OptionSpec(
      name: "format", value: "FORM", summary: "text or markdown", choices: ["text", "markdown"])
  ]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let registry = Wiring.registry(arguments)
    let name = arguments.operands[0]
    guard let stage = registry[name] else {
      let near = Spelling.nearest(to: name, among: registry.names)
      console.err(
        "videocraft docs: there is no stage `\(name)`"
          + (near.map { "; did you mean `\($0)`?" } ?? "")
          + "\nStages: \(registry.names.joined(separator: ", "))\n")
      return .wrong
    }
    let isMarkdown = arguments.value("format") == "markdown"
    console.out(
      isMarkdown ? StageDocumentation.markdown(stage) : StageDocumentation.terminal(stage))
    return .done
  }
}
