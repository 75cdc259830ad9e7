/// Which stages of a run make films of a stretch alone.
struct PreviewRules: Sendable {
  private let preview: FilmPreview?
  private let makers: Set<String>

  init(_ preview: FilmPreview?, _ graph: PipelineGraph) {
    self.preview = preview
    makers = preview == nil ? [] : graph.previewMakers
  }

  /// Nil for a stage that works as ever.
  subscript(stage id: String) -> FilmPreview? { makers.contains(id) ? preview : nil }

  /// What results of a stage are kept under: a preview says little about what the whole costs.
  func module(of node: StageNode) -> String {
    self[stage: node.id] == nil ? node.spec.info.name : "\(node.spec.info.name)/preview"
  }

  /// Of the films that are rendered only because they are outputs.
  var ofOutputs: FilmPreview? { preview }
}

extension PipelineGraph {
  /// The stages whose films people look at. One whose film becomes part of another film is not among them: a stretch
  /// is cut once.
  fileprivate var previewMakers: Set<String> {
    let rendered = Set(outputs.filter { $0.type.unwrapped == .video }.flatMap(\.dependencies))
    // Stages after which a film is cut, itself included.
    var cutLater: Set<String> = []
    var makers: Set<String> = []
    for node in stages.reversed() {
      let isCutLater = stages.contains {
        cutLater.contains($0.id) && $0.sources.contains(node.id)
      }
      let makesFilm = node.spec.info.isForeseeable && rendered.contains(node.id)
      if node.spec.info.makesPreviews, !isCutLater { makers.insert(node.id) }
      if isCutLater || makesFilm || node.spec.info.makesPreviews { cutLater.insert(node.id) }
    }
    return makers
  }
}
