public import Pipeline

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
  public func render(
    _ timeline: Timeline, encoding: Encoding, outputs: [RenderOutput]
  ) async throws -> RenderReport {
    let report = try await TimelineRenderer.withCaptions.render(
      timeline, encoding: encoding, outputs: outputs, threads: cores,
      open: { try await open($0) },
      progress: { progress in
        let now = StageProgress(progress)
        self.progress(now.done, of: now.total, unit: now.unit, phase: now.phase)
      })
    for warning in report.warnings { warn(warning) }
    log(
      "\(report.encodedFrames) frames encoded, of which \(report.composedFrames) were put together and "
        + "\(report.repeatedFrames) repeated; \(report.samples) samples mixed")
    return report
  }
}
