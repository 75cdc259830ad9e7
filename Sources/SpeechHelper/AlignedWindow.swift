import PocketSphinx
import Speech

/// What was found in one window of a sound.
struct AlignedWindow {
  struct Unit {
    /// Which unit of the script.
    var index: Int
    /// Milliseconds from the beginning of the whole sound.
    var time: Range<Int>
    /// Per frame.
    var score: Double
  }

  let time: Range<Int>
  /// In rising order.
  private(set) var units: [Unit]
  /// Where the next window may begin.
  private(set) var end: Int

  init(time: Range<Int>, units: [Unit]) {
    self.time = time
    self.units = units
    end = time.upperBound
  }

  init(
    time: Range<Int>, segments: [SphinxDecoder.Segment], _ tolerance: ScriptGrammar.Tolerance
  ) {
    // Scores are relative to the best sound that the grammar allows at that moment.
    let handicap = tolerance == .none ? 0 : Self.toleranceHandicap
    let units = segments.compactMap { segment -> Unit? in
      guard let index = ScriptGrammar.unit(of: segment.word) else { return nil }
      let score = segment.score / Double(max(segment.frameCount, 1)) + handicap
      return Unit(
        index: index,
        time: time.lowerBound + segment.start * 10..<time.lowerBound + segment.end * 10,
        score: score)
    }
    self.init(time: time, units: units)
  }

  /// How much lower the same words score where any sound is allowed: 13 to 20 was measured.
  private static let toleranceHandicap = 15.0
  /// Score per frame below which a word was not understood.
  private static let doubtful = -45.0
  /// The same for a whole window.
  private static let rejected = -40.0

  /// Whether the sound seems to be what a strict grammar made of it.
  func fits(_ activity: SpeechActivity) -> Bool {
    let doubtfulCount = units.count { $0.score < Self.doubtful }
    return score > Self.rejected && doubtfulCount * 5 <= units.count && coverage(activity) > 0.7
  }

  /// The unit after the last one found.
  var nextUnit: Int? { units.last.map { $0.index + 1 } }

  /// Mean over the frames of all units; very low without any.
  var score: Double { Self.score(units) }

  static func score(_ units: [Unit]) -> Double {
    let frames = units.reduce(0) { $0 + $1.time.count }
    guard frames > 0 else { return -1000 }
    return units.reduce(0) { $0 + $1.score * Double($1.time.count) } / Double(frames)
  }

  /// How much of the speech is in words of the script, 0 to 1.
  func coverage(_ activity: SpeechActivity) -> Double {
    let all = activity.speechDuration(in: time)
    guard all > 0 else { return 1 }
    let covered = units.reduce(0) { $0 + activity.speechDuration(in: $1.time) }
    return Double(covered) / Double(all)
  }

  /// Without what comes after the last long pause between two units: near the end of the window the decoder guesses.
  func cutAtPause(atLeast pause: Int) -> AlignedWindow {
    var cut = self
    for (index, unit) in units.enumerated().dropFirst().reversed() {
      let before = units[index - 1].time.upperBound
      if unit.time.lowerBound - before >= pause {
        cut.units = Array(units[..<index])
        cut.end = (before + unit.time.lowerBound) / 2
        return cut
      }
    }
    // No pause: two thirds of the words are safe.
    let kept = units.count * 2 / 3
    if kept > 0, kept < units.count {
      cut.units = Array(units[..<kept])
      cut.end = units[kept].time.lowerBound
    } else {
      cut.end = units.last?.time.upperBound ?? time.upperBound - 1000
    }
    return cut
  }
}
