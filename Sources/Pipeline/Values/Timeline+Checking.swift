extension Timeline {
  /// What is wrong with a film that came from elsewhere: numbers that no film can have, with which nobody can work. Nil
  /// when there is nothing.
  public var flaw: String? {
    if let flaw = canvas.flaw { return "its canvas: \(flaw)" }
    if !(MediaTime.zero...Self.longest).contains(duration) { return "its duration is impossible" }
    if layers.count > Self.most || tracks.count > Self.most || captions.count > Self.most {
      return "it has more than \(Self.most) layers, tracks or captions"
    }
    for (index, layer) in layers.enumerated() {
      for (number, clip) in layer.clips.enumerated() {
        if let flaw = clip.flaw { return "layers[\(index)].clips[\(number)]: \(flaw)" }
      }
    }
    for (index, track) in tracks.enumerated() {
      if let duck = track.duck, !duck.isPossible { return "tracks[\(index)].duck is impossible" }
      for (number, clip) in track.clips.enumerated() where !clip.isPossible {
        return "tracks[\(index)].clips[\(number)] has impossible numbers"
      }
    }
    for (index, layer) in captions.enumerated() where !layer.isPossible {
      return "captions[\(index)] has impossible numbers"
    }
    return nil
  }

  /// Eleven days.
  fileprivate static let longest = MediaTime(seconds: 1e6)
  private static let most = 10_000
}

extension MediaTime {
  fileprivate var isPossible: Bool {
    (-Timeline.longest.ticks...Timeline.longest.ticks).contains(ticks)
  }
  fileprivate var isLength: Bool { ticks >= 0 && isPossible }
}

extension Double {
  fileprivate var isPossible: Bool { isFinite && magnitude <= 1e9 }
}

extension Canvas {
  fileprivate var flaw: String? {
    let sides = 2...16_384
    if !sides.contains(size.width) || !sides.contains(size.height) { return "a side is 2 to 16384" }
    if size.width % 2 != 0 || size.height % 2 != 0 { return "both sides are even" }
    let parts = 1...100_000
    if !parts.contains(frameRate.numerator) || !parts.contains(frameRate.denominator) {
      return "a frame rate is a fraction of numbers from 1 to 100000"
    }
    if !(8000...384_000).contains(sampleRate) { return "a sample rate is 8000 to 384000" }
    return nil
  }
}

extension PixelRect {
  fileprivate var isPossible: Bool {
    let places = -1_000_000...1_000_000
    return places.contains(x) && places.contains(y) && (0...1_000_000).contains(width)
      && (0...1_000_000).contains(height)
  }
}

extension Area {
  fileprivate var isPossible: Bool {
    x.isPossible && y.isPossible && width.isPossible && height.isPossible
  }
}

extension Clip {
  fileprivate var flaw: String? {
    if !at.isPossible || !duration.isLength || !sourceStart.isPossible {
      return "a time is impossible"
    }
    if let frame, !frame.isPossible { return "its frame is impossible" }
    if !(0...1).contains(opacity) { return "`opacity` is 0 to 1" }
    if let speed, !(0.001...1000).contains(speed) { return "`speed` is 0.001 to 1000" }
    for transition in [enter, leave] {
      guard let transition else { continue }
      if !transition.duration.isLength || transition.area?.isPossible == false {
        return "a transition is impossible"
      }
    }
    if let motion, !motion.from.isPossible || !motion.to.isPossible {
      return "its motion is impossible"
    }
    let isOrdered = path.map { Self.areOrdered($0.map(\.at)) } ?? true
    if !isOrdered || !(opacityKeys.map { Self.areOrdered($0.map(\.at)) } ?? true) {
      return "keyframes come in the order of their times"
    }
    if path?.contains(where: { !$0.value.isPossible }) == true { return "its path is impossible" }
    return nil
  }

  fileprivate static func areOrdered(_ times: [MediaTime]) -> Bool {
    times.allSatisfy(\.isPossible) && zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
  }
}

extension AudioClip {
  fileprivate var isPossible: Bool {
    at.isPossible && duration.isLength && sourceStart.isPossible && gain.isPossible
      && fadeIn.isLength && fadeOut.isLength && (speed.map { (0.001...1000).contains($0) } ?? true)
      && (gainKeys.map { Clip.areOrdered($0.map(\.at)) } ?? true)
  }
}

extension Duck {
  fileprivate var isPossible: Bool { by.isPossible && attack.isLength && release.isLength }
}

extension CaptionLayer {
  fileprivate var isPossible: Bool {
    captions.flaw == nil && (clock?.isPossible ?? true) && style.size.isPossible
      && style.outlineWidth.isPossible && style.shadowOffset.isPossible
  }
}

extension Captions {
  /// The same for captions: nil when there is nothing wrong with them.
  public var flaw: String? {
    for (index, cue) in cues.enumerated() {
      let times =
        [cue.start, cue.end]
        + cue.lines.flatMap { $0.flatMap { [$0.start, $0.end] } }
        .compactMap(\.self)
      if times.contains(where: { $0.magnitude > 1_000_000_000 }) {
        return "cues[\(index)] has an impossible time"
      }
    }
    return nil
  }
}

extension Transcript {
  /// The same for a transcript: nil when there is nothing wrong with it.
  public var flaw: String? {
    for (index, word) in words.enumerated()
    where word.start.magnitude > 1_000_000_000 || word.end.magnitude > 1_000_000_000 {
      return "words[\(index)] has an impossible time"
    }
    return nil
  }
}
