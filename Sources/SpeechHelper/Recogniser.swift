import PocketSphinx
import Speech

/// Writes down English speech, cut at pauses: the decoder gets slower and worse on long sounds.
struct Recogniser {
  private let sound: PreparedSound
  private let writer: MessageWriter

  /// Milliseconds.
  private static let usualChunk = 12_000
  private static let longestChunk = 20_000
  private static let shortestPause = 250

  init(_ request: RecognitionRequest, writer: MessageWriter) throws(SpeechFault) {
    sound = try PreparedSound(path: request.audio)
    self.writer = writer
  }

  func perform() throws(SpeechFault) -> RecognisedSpeech {
    let decoder = try ModelFolder.decoder(for: .dictation)
    var words: [SpokenWord] = []
    for chunk in chunks() {
      do {
        let segments = try decoder.decode(sound[chunk]) ?? []
        words += segments.filter { !$0.isFiller }.map { Self.word($0, after: chunk.lowerBound) }
      } catch {
        throw SpeechFault(.engineFailed, "PocketSphinx: \(error)")
      }
      writer.send(
        SpeechMessage(progress: SpeechProgress(done: chunk.upperBound, total: sound.duration)))
    }
    return RecognisedSpeech(words: words)
  }

  private static func word(
    _ segment: SphinxDecoder.Segment, after offset: Int
  ) -> SpokenWord {
    SpokenWord(
      text: segment.word, start: offset + segment.start * 10, end: offset + segment.end * 10,
      confidence: segment.probability)
  }

  /// Times with speech in them, in milliseconds.
  private func chunks() -> [Range<Int>] {
    let cuts = sound.activity.pauses(atLeast: Self.shortestPause)
      .map { ($0.lowerBound + $0.upperBound) / 2 }
    var chunks: [Range<Int>] = []
    var start = 0
    while start < sound.duration {
      let within = cuts.filter { $0 > start && $0 <= start + Self.longestChunk }
      let cut =
        within.last { $0 <= start + Self.usualChunk } ?? within.first
        ?? start + Self.longestChunk
      let end = sound.duration - start <= Self.usualChunk ? sound.duration : min(cut, sound.duration)
      if sound.activity.speechDuration(in: start..<end) > 0 { chunks.append(start..<end) }
      start = end
    }
    return chunks
  }
}
