import Foundation
public import Pipeline
import Threads

extension StageContext {
  /// The film that a video is: itself, or one that shows the file.
  public func film(of video: Video) async throws -> Timeline {
    switch video {
    case .timeline(let timeline): return timeline
    case .file(let file):
      let info = try await MediaProbe.probe(try await open(file), as: file.name)
      return try Timeline(ofFile: file, info: info)
    }
  }

  /// Renders with all the cores of the task, reporting frames; what was odd about the sources becomes warnings.
  ///
  /// The film is made of parts (`RenderPlan`) that are kept, so that what was rendered before, by this attempt or any
  /// other, is not rendered again.
  ///
  /// - Parameters:
  ///   - metadata: what the outputs say about the film, besides what made it.
  ///   - segmentReady: called for each HLS segment as soon as it can be played, from another thread.
  public func render(
    _ timeline: Timeline, encoding: Encoding, outputs: [RenderOutput],
    metadata: FilmMetadata = .none,
    segmentReady: @escaping @Sendable (ReadySegment) -> Void = { _ in }
  ) async throws -> RenderReport {
    try timeline.validateForRendering()
    try encoding.validate(for: timeline)
    try outputs.validate(for: timeline, encoding)
    let metadata = try metadata.saying(provenance, of: timeline)
    let report = try await withCancellationFlag { cancellation in
      let (plan, resources) = try await planned(timeline, encoding: encoding, cancellation)
      let meter = RenderMeter(timeline, renditions: plan.renditions.count) { progress in
        let now = StageProgress(progress)
        self.progress(now.done, of: now.total, unit: now.unit, phase: now.phase)
      }
      return try await DividedRender(
        plan: plan, resources: resources, outputs: outputs, metadata: metadata, meter: meter,
        context: self,
        ready: segmentReady, cancellation: cancellation
      ).run()
    }
    for warning in report.warnings { warn(warning) }
    log(
      "\(report.encodedFrames) frames encoded, of which \(report.composedFrames) were put together and "
        + "\(report.repeatedFrames) repeated; \(report.renderedChunks) of \(report.chunks) chunks rendered; "
        + "\(report.samples) samples mixed")
    return report
  }

  /// The parts of which the film will be rendered. Looks at every source.
  public func renderPlan(of timeline: Timeline, encoding: Encoding) async throws -> RenderPlan {
    try await withCancellationFlag { cancellation in
      try await planned(timeline, encoding: encoding, cancellation).plan
    }
  }

  private func planned(
    _ timeline: Timeline, encoding: Encoding, _ cancellation: CancellationFlag
  ) async throws -> (plan: RenderPlan, resources: RenderResources) {
    var sources: [Digest: URL] = [:]
    for file in timeline.sources { sources[file.digest] = try await open(file) }
    let resources = RenderResources(
      timeline, sources: SourceFiles(sources),
      makeOverlays: TimelineRenderer.withCaptions.makeOverlays, cancellation: cancellation)
    let plan = try await BlockingThread.run("plan") { () throws(MediaError) in
      try RenderPlan(
        timeline, encoding: encoding, divided: true, inventory: resources.inventory)
    }
    return (plan, resources)
  }
}
