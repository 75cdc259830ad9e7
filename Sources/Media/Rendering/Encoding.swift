public import Pipeline

/// How a film is encoded: H.264 High with 4:2:0 bt709 pictures, and stereo AAC-LC.
public struct Encoding: Sendable, Hashable, Codable {
  /// x264's balance of speed and size.
  public enum Preset: String, FieldChoice {
    case ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow

    public static let summaries: [String: String] = [
      "ultrafast": "fastest, by far the largest",
      "veryfast": "a good balance for most films",
      "medium": "about half as fast again, some percent smaller",
      "veryslow": "smallest, many times slower",
    ]
  }

  /// Constant rate factor: 0 shows no difference at all, 18 looks like the source, 51 is worst.
  public var quality: Double
  public var preset: Preset
  /// How long the segments of a stream are. Each begins with an IDR frame, and a closed group of pictures.
  public var segmentDuration: MediaTime
  public var audioBitsPerSecond: Int

  public init(
    quality: Double = 20, preset: Preset = .veryfast,
    segmentDuration: MediaTime = MediaTime(milliseconds: 4000), audioBitsPerSecond: Int = 160_000
  ) {
    self.quality = quality
    self.preset = preset
    self.segmentDuration = segmentDuration
    self.audioBitsPerSecond = audioBitsPerSecond
  }
}

extension Encoding {
  /// Throws where encoders would refuse it or films would come out wrong.
  func validate() throws(MediaError) {
    guard (0...51).contains(quality) else {
      throw MediaError(.unusable, "the quality \(quality) is not within 0 to 51")
    }
    guard (0.5...60).contains(segmentDuration.seconds) else {
      throw MediaError(
        .unusable, "segments of \(segmentDuration.seconds) s are not within 0.5 s to 60 s")
    }
    guard (32_000...512_000).contains(audioBitsPerSecond) else {
      throw MediaError(
        .unusable, "\(audioBitsPerSecond) bits per second of sound are not within 32k to 512k")
    }
  }

  /// More frames than any group has, so that only the grid makes keyframes.
  func longestGroup(at rate: FrameRate) -> Int {
    let interval = ChunkGrid.keyframeInterval(for: segmentDuration)
    return Int((interval.seconds * rate.framesPerSecond).rounded(.up)) + 2
  }
}
