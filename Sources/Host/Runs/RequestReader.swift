import Foundation
import Pipeline

/// Reads the pipeline, the inputs and the options of a command line into a request to run it.
struct RequestReader: Sendable {
  let arguments: Arguments
  let registry: StageRegistry

  /// Nil when something is wrong; the console has then been told what.
  func read(_ console: Console) throws -> RunRequest? {
    let overrides = try arguments.all("set").map { try Self.pair($0, option: "--set") }
    var file = try load(overrides)
    // The names of the stages are known only now.
    let more = file.graph.map(stageOverrides) ?? []
    if !more.isEmpty { file = try load(overrides + more) }
    console.showDiagnostics(of: file)
    guard let graph = file.graph, !file.hasErrors else { return nil }
    guard let inputs = try bindInputs(of: graph, console) else { return nil }
    var request = try request(graph, file: file, inputs: inputs.values, folder: inputs.folder)
    request.inputTexts = inputs.texts
    return request
  }

  private func load(_ overrides: [(String, String)]) throws -> PipelineFile {
    try PipelineFile.load(
      arguments.operands[0], overlays: arguments.all(PipelineOptions.overlay.name),
      overrides: overrides.map { (path: $0.0, text: $0.1) }, registry: registry)
  }

  /// What holds for every stage is written into the pipeline, so that the run keeps it when it is continued.
  private func stageOverrides(of graph: PipelineGraph) -> [(String, String)] {
    guard arguments.value("cache") == "off" else { return [] }
    return graph.stages.map { ("stages.\($0.id).cache", "off") }
  }

  private func bindInputs(
    of graph: PipelineGraph, _ console: Console
  ) throws -> (values: [String: Value], folder: URL, texts: InputTexts)? {
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    var folder = here
    var file: (text: String, name: String)?
    if let path = arguments.value("input-file") {
      let url = URL(fileURLWithPath: path)
      guard let text = try? String(contentsOf: url, encoding: .utf8) else {
        throw UsageError("the input file `\(path)` cannot be read as UTF-8 text")
      }
      file = (text, path)
      folder = url.deletingLastPathComponent()
    }
    let given = try arguments.all("input").map { text in
      let (name, value) = try Self.pair(text, option: "-i")
      return (name: name, text: Self.located(value, of: name, in: graph, here: here))
    }
    let bound = graph.bindInputs(arguments: given, file: file)
    var sources: [String?: String] = file.map { [$0.name: $0.text] } ?? [:]
    sources[PipelineGraph.argumentsFile] = PipelineGraph.argumentsText(given)
    console.show(bound.diagnostics, sources: sources)
    if bound.diagnostics.hasErrors { return nil }
    let written = try arguments.all("input").map { text in
      let (name, value) = try Self.pair(text, option: "-i")
      return PipelineSource.Override(path: name, text: value)
    }
    let texts = InputTexts(
      arguments: written,
      file: file.map { PipelineSource.File(name: $0.name, text: $0.text) })
    return (bound.values, folder, texts)
  }

  /// A path given on the command line is relative to where the command was called, not to the input file.
  private static func located(
    _ text: String, of name: String, in graph: PipelineGraph, here: URL
  ) -> String {
    guard let input = graph.inputs.first(where: { $0.name == name }), input.type.isFile else {
      return text
    }
    return text.hasPrefix("/") || SourceAddress(text) != nil
      ? text : here.appendingPathComponent(text).standardizedFileURL.path
  }

  private func request(
    _ graph: PipelineGraph, file: PipelineFile, inputs: [String: Value], folder: URL
  ) throws -> RunRequest {
    let names = graph.stages.map(\.id)
    for option in ["until", "from"] {
      if let stage = arguments.value(option) {
        try Self.check(stage, option: option, among: names)
      }
    }
    let isRefreshed = arguments.has("refresh") || arguments.value("cache") == "refresh"
    let refreshed = isRefreshed ? names : arguments.value("from").map(graph.following) ?? []
    return RunRequest(
      graph: graph, source: file.source, inputs: inputs, inputFolder: folder,
      refreshed: Set(refreshed), until: arguments.value("until"), preview: try preview(),
      priority: try arguments.number("priority", in: -100...100))
  }

  /// Nil for whole films.
  private func preview() throws -> FilmPreview? {
    var preview = FilmPreview()
    if let text = arguments.value("preview") {
      guard let stretch = FilmPreview.Stretch(text) else {
        throw UsageError(
          "`--preview` is a stretch of a film such as \(FilmPreview.Stretch.forms), not `\(text)`")
      }
      preview.stretch = stretch
    }
    if let text = arguments.value("scale") {
      guard let scale = FilmPreview.Scale(text) else {
        throw UsageError("`--scale` is \(FilmPreview.Scale.forms), not `\(text)`")
      }
      preview.scale = scale
    }
    return preview == FilmPreview() ? nil : preview
  }

  static func check(_ stage: String, option: String, among names: [String]) throws {
    guard !names.contains(stage) else { return }
    let near = Spelling.nearest(to: stage, among: names).map { "; did you mean `\($0)`?" } ?? ""
    throw UsageError(
      "`--\(option)`: the pipeline has no stage `\(stage)`\(near) (it has \(names.joined(separator: ", ")))"
    )
  }

  private static func pair(_ text: String, option: String) throws -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw UsageError("`\(option)` needs NAME=VALUE, not `\(text)`")
    }
    return (String(parts[0]), String(parts[1]))
  }
}
