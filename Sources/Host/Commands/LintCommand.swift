import Foundation
import Pipeline

/// `videocraft lint`: everything that is wrong with pipeline files, before anything runs.
struct LintCommand: Command {
  static let name = "lint"
  static let summary = "Checks pipeline files and shows every problem at its place."
  static let operands = "FILE…"
  static let operandCount = 1...Int.max
  static let options = [
    OptionSpec(
      name: "format", value: "FORM", summary: "human, json or sarif",
      choices: ["human", "json", "sarif"]),
    PipelineOptions.overlay,
  ]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let registry = Wiring.registry(arguments)
    let overlays = arguments.all(PipelineOptions.overlay.name)
    let files = try arguments.operands.map {
      try PipelineFile.load($0, overlays: overlays, registry: registry)
    }
    let all = files.flatMap(\.diagnostics)
    switch arguments.value("format") {
    case "json":
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      console.out(String(decoding: try encoder.encode(all), as: UTF8.self) + "\n")
    case "sarif": console.out(try SARIF.log(of: all, version: Videocraft.version))
    default:
      for file in files { console.showDiagnostics(of: file) }
      let count = "\(files.count) \(files.count == 1 ? "file" : "files") checked"
      console.err(
        "\(count): \(all.isEmpty ? "nothing to report" : DiagnosticRenderer.summary(all))\n")
    }
    return files.contains(where: \.hasErrors) ? .wrong : .done
  }
}
