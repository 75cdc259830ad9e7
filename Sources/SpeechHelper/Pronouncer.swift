import Flite
import PocketSphinx
import Speech

/// How the words of a script are spoken: flite's front end reads numbers and abbreviations and knows or guesses every
/// pronunciation, the recogniser's dictionary adds other ones.
struct Pronouncer: ~Copyable {
  /// One spoken word of the script. A written word may have several: `23`.
  struct Unit {
    /// Which word of the script.
    let token: Int
    /// At least one, none of them empty.
    let pronunciations: [[String]]
  }

  private let voice: FliteVoice

  /// So many words are read at once: enough to tell what an abbreviation means.
  private static let wordsAtOnce = 40
  private static let longestWord = 250

  init() throws(SpeechFault) {
    do { voice = try FliteVoice(.kal16) } catch {
      throw SpeechFault(.engineFailed, "flite: \(error)")
    }
  }

  /// In order; words that are not spoken have no unit.
  func units(
    of words: [String], dictionary: borrowing SphinxDecoder
  ) throws(SpeechFault) -> [Unit] {
    var units: [Unit] = []
    for start in stride(from: 0, to: words.count, by: Self.wordsAtOnce) {
      let part = words[start..<min(start + Self.wordsAtOnce, words.count)]
        .map { $0.count > Self.longestWord ? "" : $0 }
      let sentence = SpokenSentence(english: part)
      guard !sentence.text.isEmpty else { continue }
      let tokens: [FliteVoice.Token]
      do { tokens = try voice.analyse(sentence.text) } catch {
        throw SpeechFault(.engineFailed, "flite: \(error)")
      }
      for (word, spoken) in FliteTokens(tokens, in: sentence).words {
        for spokenWord in spoken {
          let ways = Self.pronunciations(of: spokenWord, dictionary)
          if !ways.isEmpty { units.append(Unit(token: start + word, pronunciations: ways)) }
        }
      }
    }
    return units
  }

  private static func pronunciations(
    of word: FliteVoice.Word, _ dictionary: borrowing SphinxDecoder
  ) -> [[String]] {
    let own = word.phones.map { $0 == "ax" ? "AH" : $0.uppercased() }
    var ways = dictionary.pronunciations(of: word.text)
    if !ways.contains(own) { ways.insert(own, at: 0) }
    return ways.filter { !$0.isEmpty && $0.allSatisfy(SpeechModel.phones.contains) }
  }
}
