import Flite
import Speech

/// A voice of flite: English.
struct FliteSpeaker: ~Copyable, Speaker {
  let sampleRate = 16_000
  private let voice: FliteVoice
  private let speed: Double
  private let pitch: Double

  init(_ request: SynthesisRequest) throws(SpeechFault) {
    guard let name = FliteVoice.Name(rawValue: request.voice) else {
      throw SpeechFault(.unknownVoice, "flite has no voice `\(request.voice)`")
    }
    do { voice = try FliteVoice(name) } catch {
      throw SpeechFault(.engineFailed, "flite: \(error)")
    }
    speed = request.speed
    pitch = request.pitch
  }

  func speak(_ words: [String]) throws(SpeechFault) -> SpokenPiece? {
    let sentence = SpokenSentence(english: words)
    guard sentence.text.contains(where: { $0.isLetter || $0.isNumber || $0.isSymbol }) else {
      return nil
    }
    let speech: FliteVoice.Speech
    do { speech = try voice.speak(sentence.text, speed: speed, semitones: pitch) } catch {
      throw SpeechFault(.engineFailed, "flite: \(error)")
    }
    guard speech.sampleRate == sampleRate else {
      throw SpeechFault(.engineFailed, "flite spoke at \(speech.sampleRate) Hz")
    }
    let found = FliteTokens(speech.tokens, in: sentence).words.map { token, spoken in
      SpokenPiece.Word(
        token: token, start: sample(spoken.first?.start), end: sample(spoken.last?.end))
    }
    return found.isEmpty ? nil : SpokenPiece(samples: speech.samples, words: found)
  }

  private func sample(_ seconds: Double?) -> Int {
    Int(((seconds ?? 0) * Double(sampleRate)).rounded())
  }
}

/// Flite's tokens by the written word that they stand for.
struct FliteTokens {
  /// In rising order of `word`; words that are not spoken are left out.
  let words: [(word: Int, spoken: [FliteVoice.Word])]

  init(_ tokens: [FliteVoice.Token], in sentence: SpokenSentence) {
    var words: [(word: Int, spoken: [FliteVoice.Word])] = []
    for token in tokens where !token.words.isEmpty {
      // The text is ASCII, so bytes are scalars. One back from the end is the space behind the token, or its last
      // letter at the end of the text; two back is in the token or in the space before it.
      guard let word = sentence.word(at: max(0, token.end - 2)) else { continue }
      if let last = words.last, last.word == word {
        words[words.count - 1].spoken += token.words
      } else if word > words.last?.word ?? -1 {
        words.append((word, token.words))
      }
    }
    self.words = words
  }
}
