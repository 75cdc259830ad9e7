import Foundation
import Pipeline

/// `videocraft run`: from a pipeline file and inputs to files in a folder.
struct RunCommand: Command {
  static let name = "run"
  static let summary = "Runs a pipeline and puts its outputs into a folder."
  static let operands = "FILE"
  static let operandCount = 1...1
  static let options = [
    OptionSpec(
      name: "input", short: "i", value: "NAME=VALUE", summary: "gives an input; may be repeated"),
    OptionSpec(
      name: "input-file", value: "FILE",
      summary: "a YAML file with inputs; its paths are relative to it"),
    OptionSpec(
      name: "output", short: "o", value: "DIR", summary: "where outputs go (videocraft-output/NAME)"
    ),
    OptionSpec(
      name: "set", value: "PATH=VALUE",
      summary: "changes the pipeline, such as stages.captions.with.size=60"),
    OptionSpec(name: "until", value: "STAGE", summary: "runs only this stage and what it needs"),
    OptionSpec(
      name: "from", value: "STAGE", summary: "runs this stage again although its result is known"),
    OptionSpec(name: "refresh", summary: "runs every stage again"),
    OptionSpec(
      name: "format", value: "FORM", summary: "auto, bars, lines or json (one event per line)",
      choices: ["auto", "bars", "lines", "json"]),
    DataOptions.dataFolder,
    DataOptions.cores,
  ]

  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let registry = Wiring.registry()
    let overrides = try arguments.all("set").map { try Self.pair($0, option: "--set") }
    let file = try PipelineFile.load(
      arguments.operands[0], overrides: overrides.map { (path: $0.0, text: $0.1) },
      registry: registry)
    console.showDiagnostics(of: file)
    guard let graph = file.graph, !file.hasErrors else { return .wrong }
    guard let (inputs, folder) = try bindInputs(of: graph, console: console) else { return .wrong }
    let request = try request(graph, file: file, inputs: inputs, folder: folder)
    let host = try Wiring.host(
      dataFolder: arguments.value(DataOptions.dataFolder.name),
      cores: try DataOptions.cores(in: arguments))
    return try await perform(request, host: host, console: console)
  }

  private func perform(
    _ request: RunRequest, host: Wiring.Host, console: Console
  ) async throws -> ExitCode {
    let display = display(for: request.graph, console: console)
    let result = try await Interrupt.cancelling {
      try await host.engine.run(request, onEvent: { display.show($0) })
    }
    display.finish()
    let outputs = URL(
      fileURLWithPath: arguments.value("output") ?? "videocraft-output/\(request.graph.name)")
    var written: [OutputWriter.Written] = []
    if result.state == .completed {
      written = try await OutputWriter(artifacts: host.artifacts, folder: outputs)
        .write(result.outputs)
    }
    if arguments.value("format") != "json" {
      console.out(RunSummary.text(for: result, outputs: written))
    }
    switch result.state {
    case .completed: return .done
    case .cancelled, .interrupted: return .interrupted
    case .failed: return result.hasWrongInputs ? .wrong : .failed
    }
  }

  private func display(for graph: PipelineGraph, console: Console) -> any ProgressDisplay {
    switch arguments.value("format") ?? "auto" {
    case "json": JSONDisplay(console: console)
    case "bars": BarDisplay(stages: graph.stages.map(\.id), console: console)
    case "auto" where console.isInteractive:
      BarDisplay(stages: graph.stages.map(\.id), console: console)
    default: LineDisplay(console: console)
    }
  }

  private func bindInputs(
    of graph: PipelineGraph, console: Console
  ) throws -> (values: [String: Value], folder: URL)? {
    var folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    var file: (text: String, name: String)?
    if let path = arguments.value("input-file") {
      let url = URL(fileURLWithPath: path)
      guard let text = try? String(contentsOf: url, encoding: .utf8) else {
        throw UsageError("the input file `\(path)` cannot be read as UTF-8 text")
      }
      file = (text, path)
      folder = url.deletingLastPathComponent()
    }
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    let given = try self.arguments.all("input").map { text in
      let (name, value) = try Self.pair(text, option: "-i")
      return (name: name, text: Self.located(value, of: name, in: graph, here: here))
    }
    let bound = graph.bindInputs(arguments: given, file: file)
    var sources = file.map { [$0.name: $0.text] } ?? [:]
    sources[PipelineGraph.argumentsFile] = PipelineGraph.argumentsText(given)
    console.show(bound.diagnostics, sources: sources)
    if bound.diagnostics.hasErrors { return nil }
    return (bound.values, folder)
  }

  /// A path given on the command line is relative to where the command was called, not to the input file.
  private static func located(
    _ text: String, of name: String, in graph: PipelineGraph, here: URL
  ) -> String {
    guard let input = graph.inputs.first(where: { $0.name == name }), input.type.isFile else {
      return text
    }
    return text.hasPrefix("/") ? text : here.appendingPathComponent(text).standardizedFileURL.path
  }

  private func request(
    _ graph: PipelineGraph, file: PipelineFile, inputs: [String: Value], folder: URL
  ) throws -> RunRequest {
    let names = graph.stages.map(\.id)
    for option in ["until", "from"] {
      guard let stage = arguments.value(option), !names.contains(stage) else { continue }
      let near = Spelling.nearest(to: stage, among: names).map { "; did you mean `\($0)`?" } ?? ""
      throw UsageError(
        "`--\(option)`: the pipeline has no stage `\(stage)`\(near) (it has \(names.joined(separator: ", ")))"
      )
    }
    let refreshed = arguments.has("refresh") ? names : graph.following(arguments.value("from"))
    return RunRequest(
      graph: graph, source: file.source, inputs: inputs, inputFolder: folder,
      refreshed: Set(refreshed), until: arguments.value("until"))
  }

  private static func pair(_ text: String, option: String) throws -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw UsageError("`\(option)` needs NAME=VALUE, not `\(text)`")
    }
    return (String(parts[0]), String(parts[1]))
  }
}

extension PipelineGraph {
  /// A stage and all that depend on it; none for nil.
  fileprivate func following(_ first: String?) -> [String] {
    guard let first else { return [] }
    var found = [first]
    for node in stages where node.dependencies.contains(where: { found.contains($0) }) {
      found.append(node.id)
    }
    return found
  }
}
