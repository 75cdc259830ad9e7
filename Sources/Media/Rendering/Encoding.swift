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

  /// What is made of one film: each frame is put together once and then encoded in each of them. At least one.
  public var renditions: [Rendition]
  public var preset: Preset
  /// How long the segments of a stream are. Each begins with an IDR frame, and a closed group of pictures, at the same
  /// times in all renditions.
  public var segmentDuration: MediaTime
  public var audioBitsPerSecond: Int

  public init(
    renditions: [Rendition], preset: Preset = .veryfast,
    segmentDuration: MediaTime = MediaTime(milliseconds: 4000), audioBitsPerSecond: Int = 160_000
  ) {
    self.renditions = renditions
    self.preset = preset
    self.segmentDuration = segmentDuration
    self.audioBitsPerSecond = audioBitsPerSecond
  }

  /// One rendition.
  ///
  /// - Parameter height: lines of the picture, even, at most the film's; nil: the film's own size.
  public init(
    quality: Double = 20, height: Int? = nil, preset: Preset = .veryfast,
    segmentDuration: MediaTime = MediaTime(milliseconds: 4000), audioBitsPerSecond: Int = 160_000
  ) {
    self.init(
      renditions: [Rendition(height: height, quality: quality)], preset: preset,
      segmentDuration: segmentDuration, audioBitsPerSecond: audioBitsPerSecond)
  }
}

extension Encoding {
  /// Throws where encoders would refuse it or films would come out wrong.
  func validate(for timeline: Timeline) throws(MediaError) {
    guard !renditions.isEmpty, renditions.count <= 12 else {
      throw MediaError(.unusable, "a film has 1 to 12 renditions, not \(renditions.count)")
    }
    if timeline.hasPicture {
      for rendition in renditions { try rendition.validate(for: timeline.canvas.size) }
    }
    let names = renditions.map { $0.name.lowercased() }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw MediaError(
        .unusable, "two renditions are called `\(twice)`; give one of them another name")
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
