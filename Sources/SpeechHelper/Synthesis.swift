import Speech

/// Speaks the sentences of a request one by one and joins them with silence in one file.
struct Synthesis {
  private let request: SynthesisRequest
  private let writer: MessageWriter

  /// Characters; a longer word is no word, and engines take very long over it.
  private static let longestWord = 250

  init(_ request: SynthesisRequest, writer: MessageWriter) throws(SpeechFault) {
    self.request = request
    self.writer = writer
    guard (0.5...2).contains(request.speed) else {
      throw SpeechFault(.badRequest, "the speed \(request.speed) is not between 0.5 and 2")
    }
    guard (-8...8).contains(request.pitch) else {
      throw SpeechFault(.badRequest, "the pitch \(request.pitch) is not between -8 and 8 semitones")
    }
    for word in request.sentences.lazy.flatMap(\.tokens) where word.count > Self.longestWord {
      throw SpeechFault(
        .wordTooLong,
        "the word `\(word.prefix(20))…` has \(word.count) characters; at most \(Self.longestWord) can be spoken"
      )
    }
  }

  func perform() throws(SpeechFault) -> SynthesisedSound {
    switch request.engine {
    case .flite: try perform(with: try FliteSpeaker(request))
    case .espeak: try perform(with: try ESpeakSpeaker.open(request))
    }
  }

  private func perform(
    with speaker: borrowing some Speaker & ~Copyable
  ) throws(SpeechFault) -> SynthesisedSound {
    let rate = speaker.sampleRate
    let file = try Self.writing { () throws(WaveError) in
      try WaveFileWriter(request.output, sampleRate: rate)
    }
    var hasSound = false
    for (index, sentence) in request.sentences.enumerated() {
      var message = SynthesisedSentence(index: index, words: [])
      if let piece = try speaker.speak(sentence.tokens)?.trimmed(sampleRate: rate) {
        hasSound = true
        message.words = Self.times(piece, after: file.sampleCount, rate)
        try Self.writing { () throws(WaveError) in
          try file.append(piece.samples)
          try file.appendSilence(sampleCount: sentence.pause * rate / 1000)
        }
      }
      writer.send(SpeechMessage(sentence: message))
    }
    guard hasSound else { throw SpeechFault(.nothingToSay, "nothing in the text can be spoken") }
    try Self.writing { () throws(WaveError) in try file.close() }
    return SynthesisedSound(sampleRate: rate, sampleCount: file.sampleCount)
  }

  private static func times(
    _ piece: SpokenPiece, after offset: Int, _ sampleRate: Int
  ) -> [TimedToken] {
    piece.words.map { word in
      TimedToken(
        token: word.token, start: (offset + word.start) * 1000 / sampleRate,
        end: (offset + word.end) * 1000 / sampleRate)
    }
  }

  private static func writing<Result>(
    _ body: () throws(WaveError) -> Result
  ) throws(SpeechFault) -> Result {
    do { return try body() } catch { throw SpeechFault(.outputFailed, error.description) }
  }
}
