import PocketSphinx
import Speech

/// The units found so far, put together to written words at the end.
struct AlignedUnits {
  private let units: [Pronouncer.Unit]
  private let activity: SpeechActivity
  private var found: [AlignedWindow.Unit] = []

  /// Below this mean score the script is not what is said.
  private static let wrongScript = -40.0
  /// Share of the script's units that must be in the sound.
  private static let smallestShare = 0.5

  init(_ units: [Pronouncer.Unit], activity: SpeechActivity) {
    self.units = units
    self.activity = activity
  }

  mutating func append(_ more: [AlignedWindow.Unit]) { found += more }

  func script() throws(SpeechFault) -> AlignedScript {
    let score = AlignedWindow.score(found)
    let share = Double(found.count) / Double(units.count)
    guard share >= Self.smallestShare, score > Self.wrongScript else {
      throw SpeechFault(
        .scriptMismatch,
        "the script is not what is said in the sound: \(found.count) of its \(units.count) words were "
          + "found, with a score of \(Int(score)) where \(Int(Self.wrongScript)) is the least")
    }
    let covered = found.reduce(0) { $0 + activity.speechDuration(in: $1.time) }
    return AlignedScript(
      words: words(), score: score, unscripted: max(0, activity.speechDuration - covered))
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
