import FFmpeg
public import Foundation
public import Pipeline
public import Threads

/// Renders films: the only place where encoded video is made.
///
/// Every picture is decoded once, every frame encoded once, and the same packets go to all outputs. The work is spread
/// over threads with bounded links between them, so memory does not depend on the film's length.
public struct TimelineRenderer: Sendable {
  let makeOverlays: OverlayMaker

  /// - Parameter overlays: draws the film's captions.
  public init(overlays: @escaping OverlayMaker) { makeOverlays = overlays }

  /// Renders in one go; blocks until the film is made. Outputs appear when it returns; after a throw there are none.
  ///
  /// - Parameter sources: where each of `timeline.sources` can be read.
  /// - Parameter threads: how many the encoder may keep busy.
  /// - Parameter progress: called from another thread, never twice at once.
  public func render(
    _ timeline: Timeline, encoding: Encoding = Encoding(), sources: [Digest: URL],
    outputs: [RenderOutput], metadata: FilmMetadata = .none, threads: Int,
    cancellation: CancellationFlag,
    progress: @escaping @Sendable (RenderProgress) -> Void = { _ in }
  ) throws(MediaError) -> RenderReport {
    try timeline.validateForRendering()
    try encoding.validate(for: timeline)
    try outputs.validate(for: timeline, encoding)
    let resources = RenderResources(
      timeline, sources: SourceFiles(sources), makeOverlays: makeOverlays,
      cancellation: cancellation)
    let plan = try RenderPlan(
      timeline, encoding: encoding, divided: false, inventory: resources.inventory)
    let render = UndividedRender(
      plan: plan, resources: resources, outputs: outputs, metadata: metadata,
      threads: max(1, threads),
      meter: RenderMeter(timeline, renditions: plan.renditions.count, report: progress),
      workers: RenderWorkers(cancellation: cancellation))
    do { return try render.run() } catch { throw MediaError(rendering: error) }
  }
}

extension MediaError {
  /// What to report for anything that ended a render.
  init(rendering error: any Error) {
    switch error {
    case let error as MediaError: self = error
    case let error as FFmpegError: self.init(writing: "the film", error)
    case is CancellationError: self = .cancelled
    default:
      let staged = StageError(wrapping: error)
      self.init(.failed, staged.message, cause: staged.cause)
    }
  }
}

extension [RenderOutput] {
  /// Throws where an output cannot hold the film.
  func validate(for timeline: Timeline, _ encoding: Encoding) throws(MediaError) {
    for case .file(_, let container, let rendition) in self {
      if timeline.hasPicture, !container.holdsPictures {
        throw MediaError(
          .unusable, "an `\(container.rawValue)` file holds sound alone; choose `mp4` for this film"
        )
      }
      if let rendition, !encoding.renditions.contains(where: { $0.name == rendition }) {
        throw MediaError(
          .unusable,
          "a file is to hold the rendition `\(rendition)`, but there are only "
            + encoding.renditions.map { "`\($0.name)`" }.joined(separator: ", "))
      }
    }
  }
}

extension Timeline {
  /// Throws where the film cannot be made whatever its sources are.
  func validateForRendering() throws(MediaError) {
    guard duration > .zero else {
      throw MediaError(.unusable, "the film has no length; give it at least one scene")
    }
    guard duration.seconds <= 24 * 3600 else {
      throw MediaError(.tooLarge, "the film lasts longer than a day")
    }
    guard hasPicture || hasSound else {
      throw MediaError(.unusable, "there is nothing to see or hear in the film")
    }
    let size = canvas.size
    guard size.width % 2 == 0, size.height % 2 == 0, size.width >= 16, size.height >= 16,
      size.width <= 8192, size.height <= 8192
    else {
      throw MediaError(
        .unusable, "a film of \(size) pixels cannot be coded: sides must be even, 16 to 8192")
    }
    guard (1...240).contains(canvas.frameRate.framesPerSecond),
      canvas.frameRate.numerator <= Int(Int32.max), canvas.frameRate.denominator <= Int(Int32.max)
    else {
      throw MediaError(
        .unusable, "\(canvas.frameRate.framesPerSecond) frames per second are not within 1 to 240")
    }
    guard Self.sampleRates.contains(canvas.sampleRate) else {
      throw MediaError(
        .unusable, "sound cannot be coded at \(canvas.sampleRate) samples per second")
    }
    try validateLooks()
  }

  /// What AAC knows and films use.
  private static let sampleRates: Set<Int> = [
    8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000,
  ]
}
