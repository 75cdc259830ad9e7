import ESpeak
import Speech

/// espeak-ng: any of its languages.
struct ESpeakSpeaker: ~Copyable, Speaker {
  let sampleRate: Int
  private let session: ESpeakSession

  static func open(_ request: SynthesisRequest) throws(SpeechFault) -> ESpeakSpeaker {
    let speaker = ESpeakSpeaker(try start())
    try speaker.choose(request)
    return speaker
  }

  private init(_ session: consuming ESpeakSession) {
    sampleRate = session.sampleRate
    self.session = session
  }

  private static func start() throws(SpeechFault) -> ESpeakSession {
    do { return try ESpeakSession() } catch {
      throw SpeechFault(.missingData, "espeak-ng: \(error)")
    }
  }

  private func choose(_ request: SynthesisRequest) throws(SpeechFault) {
    let parts = request.voice.split(separator: "+", maxSplits: 1).map(String.init)
    guard let wanted = parts.first, let voice = ESpeakVoice.find(wanted, among: session.voices())
    else { throw SpeechFault(.unknownVoice, "espeak-ng has no voice `\(request.voice)`") }
    let variant = parts.count > 1 ? parts[1] : nil
    let variants = session.variants()
    if let variant, !variants.contains(variant) {
      throw SpeechFault(
        .unknownVoice,
        "espeak-ng has no variant `+\(variant)`; there are \(variants.sorted().joined(separator: ", "))")
    }
    do {
      try session.use(voice, variant: variant, speed: request.speed, semitones: request.pitch)
    } catch {
      throw SpeechFault(.engineFailed, "espeak-ng: \(error)")
    }
  }

  func speak(_ words: [String]) throws(SpeechFault) -> SpokenPiece? {
    guard words.contains(where: { WrittenWords.isSpeakable($0) }) else { return nil }
    let sentence = SpokenSentence(words: words)
    let speech: ESpeakSession.Speech
    do { speech = try session.speak(sentence.text) } catch {
      throw SpeechFault(.engineFailed, "espeak-ng: \(error)")
    }
    let found = Self.place(speech, in: sentence)
    return found.isEmpty ? nil : SpokenPiece(samples: speech.samples, words: found)
  }

  /// Numbers report several words, some of them behind their text, and question marks report words backwards: the
  /// first report of each word counts, and what does not go forward is left out.
  private static func place(
    _ speech: ESpeakSession.Speech, in sentence: SpokenSentence
  ) -> [SpokenPiece.Word] {
    var words: [SpokenPiece.Word] = []
    for event in speech.words where event.length > 0 && event.position >= 0 {
      guard let token = sentence.word(at: event.position) else { continue }
      if let last = words.last {
        if token == last.token { words[words.count - 1].end = max(last.end, event.end) }
        guard token > last.token, event.start >= last.start else { continue }
      }
      words.append(SpokenPiece.Word(token: token, start: event.start, end: event.end))
    }
    return words
  }
}
