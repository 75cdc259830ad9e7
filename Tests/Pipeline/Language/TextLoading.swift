import Pipeline

extension PipelineGraph {
  /// Loads a text, for tests that care for nothing else.
  static func load(
    text: String, file: String? = nil, overlays: [(name: String, text: String)] = [],
    overrides: [(path: String, text: String)] = [], registry: StageRegistry
  ) -> (graph: PipelineGraph?, diagnostics: [Diagnostic]) {
    load(
      PipelineSource(
        .init(name: file, text: text),
        overlays: overlays.map { .init(name: $0.name, text: $0.text) },
        overrides: overrides.map { .init(path: $0.path, text: $0.text) }),
      registry: registry)
  }
}
