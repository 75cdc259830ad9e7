public import Pipeline
import Threads

/// How far a render is.
public struct RenderProgress: Sendable, Hashable {
  /// Frames that are encoded, in all renditions; 0 in a film without a picture.
  public var frames: Int
  public var frameCount: Int
  /// Sound that is encoded.
  public var sound: MediaTime
  /// While the loudness is measured: how much was listened to, which may come to several times the film's length.
  public var measured: MediaTime?
  public var duration: MediaTime

  /// 0 to 1.
  public var share: Double {
    if frameCount > 0 { return Double(frames) / Double(frameCount) }
    return duration > .zero ? min(sound.seconds / duration.seconds, 1) : 0
  }
}

/// What a render did.
public struct RenderReport: Sendable, Hashable {
  public var frameCount = 0
  /// Into how many chunks the pictures were divided, over all renditions.
  public var chunks = 0
  /// How many of them were rendered now; the others were there already.
  public var renderedChunks = 0
  /// Frames that went through an encoder, over all encoders.
  public var encodedFrames = 0
  /// Frames that were put together from several pictures.
  public var composedFrames = 0
  /// Frames that were equal to the one before and were sent again without any work.
  public var repeatedFrames = 0
  /// How many video encoders were opened.
  public var videoEncoders = 0
  /// Samples per channel that were mixed.
  public var samples = 0
  /// How many pictures of each source were decoded, those only passed over included.
  public var decodedPictures: [Digest: Int] = [:]
  /// What the author should know although the film was made.
  public var warnings: [String] = []
  /// In the order of the outputs asked for.
  public var packages: [RenderedPackage] = []

  public init() {}
}

/// The report while it is being written, by several threads.
final class RenderCounters: Sendable {
  private let state = Locked(RenderReport())

  func update(_ change: (inout RenderReport) -> Void) {
    state.withLock { report in change(&report) }
  }

  var report: RenderReport { state.withLock { $0 } }

  func decoded(_ file: FileReference, pictures: Int, damagedPackets: Int) {
    update { report in
      report.decodedPictures[file.digest, default: 0] += pictures
      guard damagedPackets > 0 else { return }
      let warning = "`\(file.name)` is damaged: some of its pictures were left out"
      if !report.warnings.contains(warning) { report.warnings.append(warning) }
    }
  }
}
