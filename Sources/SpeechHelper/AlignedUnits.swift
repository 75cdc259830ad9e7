import PocketSphinx
import Speech

/// The units found so far, put together to written words at the end.
struct AlignedUnits {
  private let units: [Pronouncer.Unit]
  private let activity: SpeechActivity
  private var found: [AlignedWindow.Unit] = []

  /// Share of the script's units that must be in the sound.
  private static let smallestShare = 0.5
  /// Share of the speech that must be in the script. A wrong script covers 0.2 to 0.3 by chance, half of the right
  /// one 0.6.
  private static let smallestCoverage = 0.45
  /// Milliseconds of speech after which a script can be seen to be wrong.
  private static let enoughSpeech = 30_000
  private static let hopelessCoverage = 0.25

  init(_ units: [Pronouncer.Unit], activity: SpeechActivity) {
    self.units = units
    self.activity = activity
  }

  /// Takes over the units of a window. Throws when so little was found up to `time` that it is no use to go on.
  mutating func append(_ window: AlignedWindow, upTo time: Int) throws(SpeechFault) {
    found += window.units
    let speech = activity.speechDuration(in: 0..<time)
    if speech >= Self.enoughSpeech, Double(covered) < Self.hopelessCoverage * Double(speech) {
      throw mismatch
    }
  }

  /// Milliseconds of speech in words of the script.
  private var covered: Int { found.reduce(0) { $0 + activity.speechDuration(in: $1.time) } }

  private var mismatch: SpeechFault {
    SpeechFault(
      .scriptMismatch,
      "the script is not what is said in the sound: \(found.count) of its \(units.count) words were "
        + "found, in \(covered) of \(activity.speechDuration) ms of speech")
  }

  func script() throws(SpeechFault) -> AlignedScript {
    let covered = covered
    let share = Double(found.count) / Double(units.count)
    let coverage = Double(covered) / Double(max(activity.speechDuration, 1))
    guard share >= Self.smallestShare, coverage >= Self.smallestCoverage else { throw mismatch }
    return AlignedScript(
      words: words(), score: AlignedWindow.score(found),
      unscripted: max(0, activity.speechDuration - covered))
  }

  private func words() -> [TimedToken] {
    var words: [TimedToken] = []
    for unit in found {
      let token = units[unit.index].token
      let confidence = Self.confidence(unit.score)
      if let last = words.last, last.token == token {
        words[words.count - 1].end = unit.time.upperBound
        words[words.count - 1].confidence = min(last.confidence ?? 1, confidence)
      } else {
        words.append(
          TimedToken(
            token: token, start: unit.time.lowerBound, end: unit.time.upperBound,
            confidence: confidence))
      }
    }
    return words
  }

  /// −10 and better is certain, −60 is not to be believed.
  private static func confidence(_ score: Double) -> Double {
    min(max((score + 60) / 50, 0), 1)
  }
}
