import Foundation
import Pipeline

/// `videocraft lint`: everything that is wrong with pipeline files, before anything runs.
struct LintCommand: Command {
  static let name = "lint"
  static let summary = "Checks pipeline files and shows every problem at its place."
  static let operands = "FILE…"
  static let operandCount = 1...Int.max
  static let options = [
    OptionSpec(name: "format", value: "FORM", summary: "human or json", choices: ["human", "json"])
  ]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let registry = Wiring.registry()
    let files = try arguments.operands.map {
      try PipelineFile.load($0, overrides: [], registry: registry)
    }
    let all = files.flatMap(\.diagnostics)
    if arguments.value("format") == "json" {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      console.out(String(decoding: try encoder.encode(all), as: UTF8.self) + "\n")
    } else {
      for file in files { console.showDiagnostics(of: file) }
      let count = "\(files.count) \(files.count == 1 ? "file" : "files") checked"
      console.err(
        "\(count): \(all.isEmpty ? "nothing to report" : DiagnosticRenderer.summary(all))\n")
    }
    return files.contains(where: \.hasErrors) ? .wrong : .done
  }
}

/// `videocraft graph`: what feeds what.
struct GraphCommand: Command {
  static let name = "graph"
  static let summary = "Draws the checked graph of a pipeline as Mermaid or DOT text."
  static let operands = "FILE"
  static let operandCount = 1...1
  static let options = [
    OptionSpec(
      name: "format", value: "FORM", summary: "mermaid or dot", choices: ["mermaid", "dot"])
  ]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let file = try PipelineFile.load(
      arguments.operands[0], overrides: [], registry: Wiring.registry())
    console.showDiagnostics(of: file)
    guard let graph = file.graph, !file.hasErrors else { return .wrong }
    console.out(arguments.value("format") == "dot" ? graph.dot() : graph.mermaid())
    return .done
  }
}

/// `videocraft stages`: what `uses` can name.
struct StagesCommand: Command {
  static let name = "stages"
  static let summary = "Lists the stages that pipelines can use."

  init(_ arguments: Arguments) {}

  func run(_ console: Console) async throws -> ExitCode {
    let stages = Wiring.registry().all
    let width = stages.map(\.info.name.count).max() ?? 0
    for stage in stages {
      let flow = "\(ports(stage.inputs)) → \(ports(stage.outputs))"
      console.out(
        "\(stage.info.name.padded(to: width))  \(stage.info.version)  \(stage.info.summary)\n")
      console.out("\(String(repeating: " ", count: width + 2))\(flow)\n")
    }
    return .done
  }

  private func ports(_ ports: [FieldDescription]) -> String {
    if ports.isEmpty { return "nothing" }
    return ports.map { "\($0.name): \($0.type)\($0.isRequired ? "" : "?")" }.joined(separator: ", ")
  }
}

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
    let registry = Wiring.registry()
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

/// `videocraft schema`: for editors.
struct SchemaCommand: Command {
  static let name = "schema"
  static let summary = "Prints the JSON Schema of pipeline files, for completion in editors."

  init(_ arguments: Arguments) {}

  func run(_ console: Console) async throws -> ExitCode {
    console.out(try PipelineSchema.json(Wiring.registry()) + "\n")
    return .done
  }
}
