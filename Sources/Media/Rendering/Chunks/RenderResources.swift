import Pipeline
import Threads

/// What the parts of one film share while they are rendered, so that nothing is looked at, decoded or scaled twice.
final class RenderResources: Sendable {
  let canvas: Canvas
  let sources: SourceFiles
  let inventory: SourceInventory
  let stills: StillCache
  let counters = RenderCounters()
  let makeOverlays: OverlayMaker

  init(
    _ timeline: Timeline, sources: SourceFiles, makeOverlays: @escaping OverlayMaker,
    cancellation: CancellationFlag
  ) {
    canvas = timeline.canvas
    self.sources = sources
    self.makeOverlays = makeOverlays
    inventory = SourceInventory(sources, cancellation: cancellation)
    stills = StillCache(
      canvas: timeline.canvas.size, sources: sources, cancellation: cancellation)
  }

  /// Once everything is done.
  var report: RenderReport {
    var report = counters.report
    report.decodedPictures.merge(stills.decodedCounts) { $0 + $1 }
    return report
  }
}
