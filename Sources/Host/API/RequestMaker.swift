import Foundation
import HTTPTypes
import Pipeline

/// Makes requests for the engine of what clients send, with everything in them checked.
struct RequestMaker: Sendable {
  let pipelines: PipelineFolder
  let registry: StageRegistry
  let files: ClientFiles
  /// What relative paths of clients are relative to: a folder with nothing in it.
  let clientFolder: URL

  /// A pipeline that somebody named or sent.
  struct Checked: Sendable {
    var source: PipelineSource
    /// Nil when something is wrong.
    var graph: PipelineGraph?
    var diagnostics: [DiagnosticReport]
  }

  /// Throws for the name of a pipeline that is not there; what is wrong with one that is comes back.
  func check(_ document: RunDocument) throws(APIError) -> Checked {
    let base: PipelineSource
    if let name = document.pipeline {
      guard let entry = pipelines.entry(named: name), let loaded = entry.pipeline else {
        throw unknown(name)
      }
      // It was checked when it was read.
      if document.overrides.isEmpty, !entry.isStale {
        return Checked(
          source: loaded.source, graph: loaded.graph,
          diagnostics: BodyText.reports(
            entry.diagnostics.map(\.withoutFolders), about: loaded.source.file.text,
            isJSON: false, root: ["definition"]))
      }
      base = loaded.source
    } else if let definition = document.definition {
      base = PipelineSource(definition)
    } else {
      throw .invalid("there is no pipeline in the request")
    }
    var source = base
    source.overrides += document.overrides
    let (graph, diagnostics) = PipelineGraph.load(source, registry: registry)
    let isOwn = document.definition != nil
    let reports = BodyText.reports(
      diagnostics.map(\.withoutFolders),
      about: source.file.text, isJSON: isOwn && document.isJSON && source.file.text.hasPrefix("{"),
      root: document.isBare ? [] : ["definition"])
    return Checked(
      source: source, graph: diagnostics.hasErrors ? nil : graph, diagnostics: reports)
  }

  private func unknown(_ name: String) -> APIError {
    var problem = Diagnostic(
      "unknown-pipeline", "there is no pipeline `\(name.prefix(80))` on this host", at: nil)
    problem.suggestion = Spelling.nearest(to: name, among: pipelines.names())
    problem.hint = problem.suggestion.map { "did you mean `\($0)`?" }
    let message = problem.hint.map { "\(problem.message); \($0)" } ?? problem.message
    return .invalid(message, [DiagnosticReport(problem, path: "pipeline")])
  }

  /// Throws every problem of the pipeline, else of the inputs, at once.
  func request(_ document: RunDocument, for caller: Caller) async throws -> RunRequest {
    guard document.pipeline != nil && document.overrides.isEmpty || caller.may(.definePipelines)
    else {
      throw APIError(
        .forbidden, .insufficientScope,
        "a key with the scope `\(Scope.definePipelines.rawValue)` is needed to send or change pipelines"
      )
    }
    let checked = try check(document)
    guard let graph = checked.graph else {
      throw APIError(
        .badRequest, .invalidPipeline, "the pipeline has errors", diagnostics: checked.diagnostics)
    }
    let inputs = try await inputs(of: graph, document)
    for (option, stage) in [("until", document.until), ("from", document.from)] {
      guard let stage, graph[stage: stage] == nil else { continue }
      let near = Spelling.nearest(to: stage, among: graph.stages.map(\.id))
      throw APIError.invalid(
        "`\(option)`: the pipeline has no stage `\(stage.prefix(80))`"
          + (near.map { "; did you mean `\($0)`?" } ?? ""))
    }
    let refreshed =
      document.refresh ? graph.stages.map(\.id) : document.from.map(graph.following) ?? []
    return RunRequest(
      graph: graph, source: checked.source, inputs: inputs, inputFolder: clientFolder,
      refreshed: Set(refreshed), until: document.until, priority: document.priority)
  }

  private func inputs(
    of graph: PipelineGraph, _ document: RunDocument
  ) async throws -> [String: Value] {
    let bound = graph.bindInputs(file: document.inputs.map { (text: $0, name: Self.inputsFile) })
    var problems = Self.reports(bound.diagnostics.filter { $0.severity == .error }, document)
    var values = bound.values
    if problems.isEmpty {
      let (resolved, found) = await files.resolve(values, of: graph)
      values = resolved
      problems += found
    }
    guard problems.isEmpty else {
      throw APIError.invalid(
        "the inputs cannot be used: \(problems[0].diagnostic.message)", problems)
    }
    return values
  }

  /// What was given wrongly first, then what is missing, which is blamed on where it is declared.
  private static func reports(
    _ diagnostics: [Diagnostic], _ document: RunDocument
  ) -> [DiagnosticReport] {
    let given = diagnostics.filter { $0.file == inputsFile }
    let missing = diagnostics.filter { $0.file != inputsFile }
      .map { DiagnosticReport($0.withoutFolders, path: "inputs") }
    return BodyText.reports(
      given, about: document.inputs ?? "", isJSON: document.isJSON, root: ["inputs"]) + missing
  }

  private static let inputsFile = "inputs"
}
