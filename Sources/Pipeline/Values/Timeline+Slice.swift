extension Timeline {
  /// What is seen in some frames, as a film of its own that begins with the first of them.
  ///
  /// Nothing else is in it, and times count from its beginning, so that stretches that look alike are equal wherever
  /// they are in a film. Drawing a slice gives the very pictures that drawing the whole film gives.
  ///
  /// - Parameter isStill: whether a source shows the same picture at all times.
  public func slice<Failure: Error>(
    _ frames: Range<Int>, isStill: (FileReference) throws(Failure) -> Bool
  ) throws(Failure) -> Timeline {
    let window = SliceWindow(frames: frames, rate: canvas.frameRate)
    var slice = self
    slice.duration = canvas.frameRate.time(ofFrame: frames.count)
    slice.tracks = []
    // What cannot be seen must not make two stretches different.
    slice.canvas.sampleRate = Canvas(size: canvas.size).sampleRate
    slice.loudness = nil
    slice.marks = []
    slice.layers = []
    for layer in layers {
      var seen = layer
      seen.clips = []
      for clip in layer.clips {
        let looksTheSame = if let file = clip.source.file { try isStill(file) } else { true }
        if let part = window.part(of: clip, isStill: looksTheSame) { seen.clips.append(part) }
      }
      if !seen.clips.isEmpty { slice.layers.append(seen) }
    }
    slice.captions = captions.compactMap { window.part(of: $0) }
    return slice
  }
}

/// Some frames of a film, and the clock that begins with the first of them.
private struct SliceWindow {
  let frames: Range<Int>
  let rate: FrameRate

  private var start: MediaTime { rate.time(ofFrame: frames.lowerBound) }

  /// `time` on the slice's clock, so that it lies between the same frames as before: where frames do not fall on whole
  /// ticks, a difference of two times is not always the time of the difference.
  private func local(_ time: MediaTime) -> MediaTime {
    let next = rate.frameCount(in: max(time, .zero))
    guard next > frames.lowerBound else { return time - start }
    let gap = rate.time(ofFrame: next) - time
    return rate.time(ofFrame: next - frames.lowerBound) - gap
  }

  // MARK: Clips

  /// Nil when nothing of it is seen.
  func part(of clip: Clip, isStill: Bool) -> Clip? {
    let first = max(frames.lowerBound, rate.frameCount(in: max(clip.at, .zero)))
    let end = min(frames.upperBound, rate.frameCount(in: max(clip.end, .zero)))
    guard first < end else { return nil }
    var part = clip
    if isStill {
      part.sourceStart = .zero
      part.loops = false
    }
    if rate.time(ofFrame: first) >= clip.at + (clip.enter?.duration ?? .zero) { part.enter = nil }
    if rate.time(ofFrame: end - 1) <= clip.end - (clip.leave?.duration ?? .zero) {
      part.leave = nil
    }
    // Of a clip whose look depends on its own clock, that clock must stay.
    let keepsClock = part.hasClockOfItsOwn
    let isTrimmed = !keepsClock && part.enter == nil && !part.loops
    part.at = isTrimmed ? rate.time(ofFrame: first - frames.lowerBound) : local(clip.at)
    if isTrimmed, !isStill { part.sourceStart += rate.time(ofFrame: first) - clip.at }
    let isCut = !keepsClock && part.leave == nil
    let partEnd = isCut ? rate.time(ofFrame: end - frames.lowerBound) : local(clip.end)
    part.duration = partEnd - part.at
    return part
  }

  // MARK: Captions

  /// Nil when nothing of the layer is seen. Its cues keep their words, seen or not: they decide where the others stand.
  func part(of layer: CaptionLayer) -> CaptionLayer? {
    let clock = layer.clock ?? .zero
    let first = (start + clock).milliseconds
    let last = (rate.time(ofFrame: frames.upperBound - 1) + clock).milliseconds
    let cues = influencing(layer.captions.cues, first: first, last: last)
    guard let earliest = cues.map(\.earliest).min() else { return nil }
    // Captions are drawn in hundredths of a second: moved by anything else, they would be rounded in another way.
    let origin = max(0, min(first, earliest)) / 10 * 10
    let begin = start + clock - MediaTime(milliseconds: origin)
    var part = layer
    part.clock = begin == .zero ? nil : begin
    part.captions = Captions(cues: cues.map { $0.moved(by: -origin) })
    return part
  }

  /// Cues that are seen, those that these made way for when they appeared, and so on.
  private func influencing(_ cues: [Cue], first: Int, last: Int) -> [Cue] {
    let spans = cues.map(\.drawn)
    var chosen = Set(
      spans.indices.filter { spans[$0].lowerBound <= last && spans[$0].upperBound > first })
    var added = Array(chosen)
    while let index = added.popLast() {
      for other in spans.indices
      where !chosen.contains(other) && spans[other].lowerBound <= last
        && spans[other].overlaps(spans[index])
      {
        chosen.insert(other)
        added.append(other)
      }
    }
    return chosen.sorted().map { cues[$0] }
  }
}

extension Cue {
  /// From when to when it is drawn, in milliseconds that are whole hundredths of a second.
  fileprivate var drawn: Range<Int> {
    let first = (max(0, start) + 5) / 10 * 10
    return first..<max(first, (max(0, end) + 5) / 10 * 10)
  }

  fileprivate var earliest: Int {
    lines.joined().reduce(start) { min($0, $1.start ?? $0) }
  }

  fileprivate func moved(by milliseconds: Int) -> Cue {
    Cue(
      start: start + milliseconds, end: end + milliseconds,
      lines: lines.map { line in
        line.map { word in
          Word(
            text: word.text, start: word.start.map { $0 + milliseconds },
            end: word.end.map { $0 + milliseconds })
        }
      })
  }
}

extension CaptionLayer {
  /// Some of its cues are on the screen together. Where each stands then depends on which came first.
  public var hasOverlappingCues: Bool {
    var end = Int.min
    for span in captions.cues.map(\.drawn).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if span.lowerBound < end { return true }
      end = max(end, span.upperBound)
    }
    return false
  }
}

extension Clip {
  /// Its look changes with the time since it came in by more than its transitions and its source do. Anything that is
  /// not known here counts, so that a new property can make slices less alike but never wrong.
  fileprivate var hasClockOfItsOwn: Bool {
    var plain = Clip(
      source: source, at: at, duration: duration, sourceStart: sourceStart, loops: loops,
      fit: fit, frame: frame, opacity: opacity, enter: enter, leave: leave)
    // These are the same at all times.
    plain.border = border
    plain.key = key
    plain.effects = effects
    return self != plain
  }
}
