import Pipeline
import Testing

/// A pipeline around the few lines that a rule is about.
enum RuleBench {
  static func source(
    top: String = "", stages: String = "a: { uses: count }", overlays: [String] = [],
    overrides: [(String, String)] = []
  ) -> PipelineSource {
    let body = stages.split(separator: "\n", omittingEmptySubsequences: false)
      .map { "  \($0)" }.joined(separator: "\n")
    let text = "version: 1\nname: demo\n\(top)\(top.isEmpty ? "" : "\n")stages:\n\(body)\n"
    return PipelineSource(
      .init(name: "p.yaml", text: text),
      overlays: overlays.enumerated().map { .init(name: "o\($0 + 1).yaml", text: $1) },
      overrides: overrides.map { .init(path: $0.0, text: $0.1) })
  }

  static func load(_ source: PipelineSource) -> (graph: PipelineGraph?, diagnostics: [Diagnostic]) {
    PipelineGraph.load(source, registry: FakeStages.registry)
  }

  /// The codes of all that is said, warnings about what is unused left out.
  static func codes(_ source: PipelineSource) -> [String] {
    load(source).diagnostics.map(\.code).filter { !["unused-stage", "unused-input"].contains($0) }
  }

  /// A graph in which nothing is wrong.
  static func graph(_ source: PipelineSource) throws -> PipelineGraph {
    let (graph, diagnostics) = load(source)
    let shown = DiagnosticRenderer(sources: source.texts).render(diagnostics)
    return try #require(graph, "\(shown)")
  }

  static func file(_ name: String) -> Value {
    .file(
      FileReference(
        digest: Digest(of: name.utf8), byteCount: 1, mediaType: "video/mp4", name: name))
  }
}
