import Pipeline

/// Which clips have to be drawn in which frames of a film.
struct Schedule {
  /// A clip with the frames in which something of it may be seen.
  struct Entry {
    let clip: Clip
    /// Position from bottom (0) to top.
    let level: Int
    /// In rising order, never empty.
    let frames: [Range<Int>]

    var first: Int { frames[0].lowerBound }
    var end: Int { frames[frames.count - 1].upperBound }

    func isNeeded(in frame: Int) -> Bool {
      var low = 0
      var high = frames.count
      while low < high {
        let middle = (low + high) / 2
        if frames[middle].upperBound <= frame { low = middle + 1 } else { high = middle }
      }
      return low < frames.count && frames[low].contains(frame)
    }
  }

  /// In order of the first frame, then from bottom to top.
  let entries: [Entry]

  /// - Parameter isOpaque: whether a file's pictures hide everything below them. May be wrong only by saying no.
  init(
    _ timeline: Timeline, isOpaque: (FileReference) throws(MediaError) -> Bool
  ) throws(MediaError) {
    let rate = timeline.canvas.frameRate
    let clips = timeline.layers.flatMap(\.clips)
    var hidden = FrameSet()
    var entries: [Entry] = []
    for (level, clip) in clips.enumerated().reversed() {
      let shown = Self.frames(from: clip.at, to: clip.end, at: rate, of: timeline.frameCount)
      let needed = hidden.missing(from: shown)
      if !needed.isEmpty { entries.append(Entry(clip: clip, level: level, frames: needed)) }
      guard !needed.isEmpty, clip.covers(timeline.canvas.size) else { continue }
      let solid: Bool
      switch clip.source {
      case .colour(let colour): solid = colour.alpha == 255
      case .gradient(let gradient): solid = gradient.isOpaque
      case .file(let file): solid = try isOpaque(file)
      case .text: solid = false
      }
      if solid {
        hidden.insert(
          Self.frames(
            from: clip.at + (clip.enter?.duration ?? .zero),
            to: clip.end - (clip.leave?.duration ?? .zero), at: rate, of: timeline.frameCount))
      }
    }
    self.entries = entries.sorted { ($0.first, $0.level) < ($1.first, $1.level) }
  }

  /// The frames whose time lies in `start..<end`.
  private static func frames(
    from start: MediaTime, to end: MediaTime, at rate: FrameRate, of count: Int
  ) -> Range<Int> {
    let first = min(max(0, rate.frameCount(in: max(start, .zero))), count)
    let last = min(max(0, rate.frameCount(in: max(end, .zero))), count)
    return first..<max(first, last)
  }
}

extension Clip {
  /// Nothing below is seen, if its own picture is opaque. May be wrong only by saying no.
  fileprivate func covers(_ canvas: PixelSize) -> Bool {
    guard opacity >= 1, opacityKeys == nil, path == nil, key == nil else { return false }
    guard fit == .cover || fit == .stretch || fit == .blur, (border?.radius ?? 0) <= 0 else {
      return false
    }
    guard let frame else { return true }
    return frame.x <= 0 && frame.y <= 0 && frame.x + frame.width >= canvas.width
      && frame.y + frame.height >= canvas.height
  }
}

/// A set of frame numbers as disjoint ranges in rising order.
struct FrameSet {
  private var ranges: [Range<Int>] = []

  mutating func insert(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    var merged = range
    var kept: [Range<Int>] = []
    for other in ranges {
      if other.upperBound < merged.lowerBound || other.lowerBound > merged.upperBound {
        kept.append(other)
      } else {
        merged =
          min(other.lowerBound, merged.lowerBound)..<max(other.upperBound, merged.upperBound)
      }
    }
    kept.append(merged)
    ranges = kept.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// What of `range` is not in the set.
  func missing(from range: Range<Int>) -> [Range<Int>] {
    var rest: [Range<Int>] = []
    var start = range.lowerBound
    for other in ranges where other.upperBound > start && other.lowerBound < range.upperBound {
      if other.lowerBound > start { rest.append(start..<other.lowerBound) }
      start = max(start, other.upperBound)
    }
    if start < range.upperBound { rest.append(start..<range.upperBound) }
    return rest
  }
}
