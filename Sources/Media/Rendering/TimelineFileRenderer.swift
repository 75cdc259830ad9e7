public import Foundation
public import Pipeline

/// Makes one file of a film with the usual encoding: for stages and outputs that need bytes.
public struct TimelineFileRenderer: TimelineRendering {
  public init() {}

  public func render(
    _ timeline: Timeline, in folder: URL, cores: Int,
    open: @Sendable (FileReference) async throws -> URL,
    progress: @escaping @Sendable (StageProgress) -> Void
  ) async throws -> URL {
    let container: Container = timeline.hasPicture ? .mp4 : .m4a
    let file = folder.appendingPathComponent("film.\(container.fileExtension)")
    _ = try await TimelineRenderer.withCaptions.render(
      timeline, outputs: [.file(file, container)], threads: cores, open: open
    ) { progress(StageProgress($0)) }
    return file
  }
}

extension TimelineRenderer {
  /// The renderer that everybody uses: captions are drawn by libass.
  public static let withCaptions = TimelineRenderer { captions, canvas in
    try CaptionPainter(captions, canvas: canvas)
  }
}

extension StageProgress {
  /// Frames of a film with pictures, else seconds of its sound.
  public init(_ progress: RenderProgress) {
    if progress.frameCount > 0 {
      self.init(
        done: Double(progress.frames), total: Double(progress.frameCount), unit: .frames,
        phase: "render")
    } else {
      self.init(
        done: progress.sound.seconds, total: progress.duration.seconds, unit: .seconds,
        phase: "render")
    }
  }
}
