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
  /// Speech that is not in the script.
  private(set) var others: [Range<Int>]
  /// Where the next window may begin.
  private(set) var end: Int

  init(time: Range<Int>, units: [Unit], others: [Range<Int>]) {
    self.time = time
    self.units = units
    self.others = others
    end = time.upperBound
  }

  init(time: Range<Int>, segments: [SphinxDecoder.Segment]) {
    var units: [Unit] = []
    var others: [Range<Int>] = []
    for segment in segments {
      let span = time.lowerBound + segment.start * 10..<time.lowerBound + segment.end * 10
      if let index = ScriptGrammar.unit(of: segment.word) {
        let score = segment.score / Double(max(segment.frameCount, 1))
        units.append(Unit(index: index, time: span, score: score))
      } else if ScriptGrammar.isGarbage(segment.word) {
        others.append(span)
      }
    }
    self.init(time: time, units: units, others: others)
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

  /// How much of the speech between the first and the last unit is in words of the script, 0 to 1.
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
