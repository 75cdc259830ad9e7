import Foundation
import Pipeline

/// A pipeline file that was read and checked, with everything that is wrong with it.
struct PipelineFile: Sendable {
  /// As the user wrote it.
  let name: String
  let source: PipelineSource
  let graph: PipelineGraph?
  let diagnostics: [Diagnostic]

  /// Throws only when there is no such file; what is wrong inside becomes diagnostics.
  static func load(
    _ path: String, overrides: [(path: String, text: String)], registry: StageRegistry
  ) throws -> PipelineFile {
    let url = URL(fileURLWithPath: path)
    let bytes: Data
    do {
      bytes = try Data(contentsOf: url)
    } catch {
      throw UsageError("the pipeline file `\(path)` cannot be read: \(reason(error, url))")
    }
    let (definition, problems) = PipelineDefinition.parse(
      bytes: [UInt8](bytes), file: path, overrides: overrides)
    let checked = definition.map { PipelineGraph.check($0, registry: registry) }
    return PipelineFile(
      name: path,
      source: PipelineSource(
        .init(name: path, text: String(decoding: bytes, as: UTF8.self)),
        overrides: overrides.map { .init(path: $0.path, text: $0.text) }),
      graph: checked?.graph,
      diagnostics: problems + (checked?.diagnostics ?? []))
  }

  var hasErrors: Bool { diagnostics.hasErrors }

  private static func reason(_ error: any Error, _ url: URL) -> String {
    FileManager.default.fileExists(atPath: url.path)
      ? error.localizedDescription : "there is no such file"
  }
}

extension Console {
  /// Prints diagnostics the way a person reads them, each with the line that it is about.
  func show(_ diagnostics: [Diagnostic], sources: [String: String]) {
    guard !diagnostics.isEmpty else { return }
    err(DiagnosticRenderer(sources: sources, colour: usesColour).render(diagnostics) + "\n")
  }

  func showDiagnostics(of file: PipelineFile) {
    show(file.diagnostics, sources: [file.name: file.source.file.text])
  }
}
