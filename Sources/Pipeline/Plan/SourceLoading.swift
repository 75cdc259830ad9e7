extension PipelineGraph {
  /// Reads and checks a pipeline.
  static func load(
    _ source: PipelineSource, registry: StageRegistry
  ) -> (graph: PipelineGraph?, diagnostics: [Diagnostic]) {
    load(
      text: source.file.text, file: source.file.name,
      overrides: source.overrides.map { (path: $0.path, text: $0.text) }, registry: registry)
  }
}
