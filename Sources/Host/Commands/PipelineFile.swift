import Foundation
import Pipeline

/// A pipeline file that was read and checked, with everything that is wrong with it.
struct PipelineFile: Sendable {
  let url: URL
  let text: String
  let graph: PipelineGraph?
  var diagnostics: [Diagnostic]

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
    let parsed = PipelineDefinition.parse(bytes: [UInt8](bytes), file: path, overrides: overrides)
    var diagnostics = parsed.diagnostics
    var graph: PipelineGraph?
    if let definition = parsed.definition {
      let checked = PipelineGraph.check(definition, registry: registry)
      graph = checked.graph
      diagnostics += checked.diagnostics
    }
    return PipelineFile(
      url: url, text: String(decoding: bytes, as: UTF8.self), graph: graph, diagnostics: diagnostics
    )
  }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  private static func reason(_ error: any Error, _ url: URL) -> String {
    FileManager.default.fileExists(atPath: url.path)
      ? error.localizedDescription : "there is no such file"
  }
}

extension Console {
  /// Prints diagnostics the way a person reads them.
  func show(_ diagnostics: [Diagnostic], of file: PipelineFile) {
    let renderer = DiagnosticRenderer(colour: usesColour)
    for diagnostic in diagnostics {
      err(renderer.render(diagnostic, sources: [diagnostic.file: file.text]) + "\n")
    }
  }
}
