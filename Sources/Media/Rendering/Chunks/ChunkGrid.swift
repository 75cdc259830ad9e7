import Pipeline

/// Where a film is cut into chunks that are encoded by themselves, and where IDR frames stand in them.
///
/// Both depend on the film's length, its frame rate and the segments only: never on the machine, so that whoever
/// renders the film again finds the same chunks.
struct ChunkGrid: Sendable, Hashable {
  /// The frames of each chunk, in playing order; they follow each other without a gap.
  let chunks: [Range<Int>]
  /// Frames that are IDR frames, rising; every chunk begins with one.
  let keyframes: [Int]

  /// Seconds between IDR frames where segments allow it: what players seek to, and what segments can begin with.
  private static let usualInterval = MediaTime(milliseconds: 4000)
  /// A chunk costs a seek in every source and the start of an encoder, so it should not be short.
  private static let chunkLength = MediaTime(milliseconds: 8000)
  /// The first chunk decides how soon playing can begin, the last ones how long cores stand idle at the end.
  private static let shortLength = MediaTime(milliseconds: 4000)
  private static let shortAtStart = MediaTime(milliseconds: 4000)
  private static let shortAtEnd = MediaTime(milliseconds: 12_000)

  init(_ encoding: Encoding, frameCount: Int, at rate: FrameRate) {
    let interval = Self.keyframeInterval(for: encoding.segmentDuration)
    keyframes = Self.starts(every: interval, frameCount: frameCount, at: rate)
    let film = rate.time(ofFrame: frameCount)
    var chunks: [Range<Int>] = []
    var first = 0
    while first < keyframes.count {
      let time = rate.time(ofFrame: keyframes[first])
      let isShort = time < Self.shortAtStart || film - time <= Self.shortAtEnd
      let length = isShort ? Self.shortLength : Self.chunkLength
      let next = min(first + max(1, Int(length.ticks / interval.ticks)), keyframes.count)
      let end = next < keyframes.count ? keyframes[next] : frameCount
      chunks.append(keyframes[first]..<end)
      first = next
    }
    self.chunks = chunks
  }

  /// The whole film as one chunk.
  init(undivided encoding: Encoding, frameCount: Int, at rate: FrameRate) {
    let interval = Self.keyframeInterval(for: encoding.segmentDuration)
    keyframes = Self.starts(every: interval, frameCount: frameCount, at: rate)
    chunks = frameCount > 0 ? [0..<frameCount] : []
  }

  /// IDR frames within a chunk, counted from its first frame.
  func keyframes(in chunk: Range<Int>) -> [Int] {
    keyframes.filter(chunk.contains).map { $0 - chunk.lowerBound }
  }

  /// Segments of any multiple of four seconds share their chunks; others have an IDR frame where each begins.
  static func keyframeInterval(for segment: MediaTime) -> MediaTime {
    segment.ticks % usualInterval.ticks == 0 ? usualInterval : segment
  }

  /// The first frame at or after each multiple of `interval`.
  private static func starts(
    every interval: MediaTime, frameCount: Int, at rate: FrameRate
  ) -> [Int] {
    var starts: [Int] = []
    var time = MediaTime.zero
    while true {
      let frame = rate.frameCount(in: time)
      guard frame < frameCount else { return starts }
      if frame != starts.last { starts.append(frame) }
      time += interval
    }
  }
}
