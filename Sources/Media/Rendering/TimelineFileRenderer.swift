public import Pipeline

/// Makes one file of a film with the usual encoding: for stages and outputs that need bytes.
public struct TimelineFileRenderer: TimelineRendering {
  public init() {}

  public var cacheVersion: Int { 2 }

  public func render(
    _ timeline: Timeline, _ context: StageContext
  ) async throws -> FileReference {
    let film = try context.preview?.cut(timeline) ?? timeline
    let container: Container = film.hasPicture ? .mp4 : .m4a
    let name = "film.\(container.fileExtension)"
    let file = context.newFile(name)
    _ = try await context.render(
      film, encoding: context.wantedEncoding(Encoding(), for: film),
      outputs: [.file(file, container)])
    return try await context.store(file, as: name)
  }

  public func parts(
    of timeline: Timeline, _ context: StageContext
  ) async throws -> [PlannedPart] {
    let film = try context.preview?.cut(timeline) ?? timeline
    return try await context.parts(
      of: film, encoding: context.wantedEncoding(Encoding(), for: film))
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
