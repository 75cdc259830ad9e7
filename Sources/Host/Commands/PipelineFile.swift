import Foundation
import Pipeline

/// A pipeline file that was read and checked with its overlays, and everything that is wrong with them.
struct PipelineFile: Sendable {
  let source: PipelineSource
  /// Nil when something is wrong.
  let graph: PipelineGraph?
  let diagnostics: [Diagnostic]

  /// Throws only when there is no such file; what is wrong inside becomes diagnostics.
  static func load(
    _ path: String, overlays: [String] = [], overrides: [(path: String, text: String)] = [],
    registry: StageRegistry
  ) throws -> PipelineFile {
    var problems: [Diagnostic] = []
    let files = try ([path] + overlays).map { name in
      let bytes = try bytes(of: name, isOverlay: name != path)
      let (file, found) = PipelineSource.File.decode(bytes, name: name)
      problems += found
      return file ?? .init(name: name, text: String(decoding: bytes, as: UTF8.self))
    }
    let source = PipelineSource(
      files[0], overlays: Array(files.dropFirst()),
      overrides: overrides.map { .init(path: $0.path, text: $0.text) })
    guard problems.isEmpty else {
      return PipelineFile(source: source, graph: nil, diagnostics: problems)
    }
    let (graph, diagnostics) = PipelineGraph.load(source, registry: registry)
    return PipelineFile(source: source, graph: graph, diagnostics: diagnostics)
  }

  private static func bytes(of path: String, isOverlay: Bool) throws -> [UInt8] {
    let url = URL(fileURLWithPath: path)
    do {
      return [UInt8](try Data(contentsOf: url))
    } catch {
      throw UsageError(
        "the \(isOverlay ? "overlay" : "pipeline file") `\(path)` cannot be read: \(reason(error, url))"
      )
    }
  }

  var hasErrors: Bool { diagnostics.hasErrors }

  private static func reason(_ error: any Error, _ url: URL) -> String {
    FileManager.default.fileExists(atPath: url.path)
      ? error.localizedDescription : "there is no such file"
  }
}

extension Console {
  /// Prints diagnostics the way a person reads them, each with the line that it is about.
  func show(_ diagnostics: [Diagnostic], sources: [String?: String]) {
    guard !diagnostics.isEmpty else { return }
    err(DiagnosticRenderer(sources: sources, colour: usesColour).render(diagnostics) + "\n")
  }

  func showDiagnostics(of file: PipelineFile) {
    show(file.diagnostics, sources: file.source.texts)
  }
}

/// Options of every command that reads a pipeline file.
enum PipelineOptions {
  static let overlay = OptionSpec(
    name: "overlay", short: "f", value: "FILE",
    summary: "lays a file over the pipeline: maps are merged, ~ removes; may be repeated")
}
