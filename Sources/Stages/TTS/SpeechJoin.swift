import Foundation
import Pipeline
import Speech
import Threads

/// Joins spoken sentences with the wanted silences: counted in samples, so that nothing drifts, and faded at their
/// ends, so that nothing clicks.
struct SpeechJoin: Sendable {
  let pieces: [SpeechScript.Piece]
  /// One for each piece; nil for one that nobody speaks.
  let sentences: [TimedSentence?]
  let options: TTS.Options
  let language: String
  let provider: String
  let context: StageContext

  static let sampleRate = AnsweredSound.sampleRate
  /// Silence that is left at the ends of a sentence, in samples: 30 and 60 ms.
  private static let lead = sampleRate * 30 / 1000
  private static let trail = sampleRate * 60 / 1000
  /// 5 ms.
  private static let fade = sampleRate * 5 / 1000
  /// −52 dBFS.
  private static let quiet = 82
  private static let tail = 150

  func join() async throws -> SpokenText {
    var files: [URL?] = []
    for sentence in sentences {
      if let sentence {
        files.append(try await context.open(sentence.sound))
      } else {
        files.append(nil)
      }
    }
    let output = context.newFile("joined.wav")
    let words = try await BlockingThread.run("tts join") { [files] in
      try join(files, to: output)
    }
    return SpokenText(
      file: output, words: words, language: language, timing: timing, provider: provider,
      isFinished: true)
  }

  /// The least exact of all sentences.
  private var timing: Transcript.Timing {
    let order: [Transcript.Timing] = [.estimate, .alignment, .provider]
    let found = Set(sentences.compactMap { $0?.timing })
    return order.first { found.contains($0) } ?? .estimate
  }

  private func join(_ files: [URL?], to output: URL) throws -> [Transcript.Word] {
    let writer = try WaveFileWriter(output.path, sampleRate: Self.sampleRate)
    var script = WrittenTimes()
    let last = sentences.lastIndex { $0 != nil }
    for (index, piece) in pieces.enumerated() {
      guard let sentence = sentences[index], let file = files[index] else {
        script.append(piece.written.words, times: [], after: 0)
        continue
      }
      let samples = try WaveFile(contentsOf: file.path).samples
      let kept = Self.trimmed(samples)
      let offset = writer.sampleCount
      try writer.append(Self.faded(samples[kept]))
      script.append(
        piece.written.words, times: Self.moved(sentence.words, into: kept),
        after: Self.milliseconds(offset), within: 0..<max(1, Self.milliseconds(kept.count)))
      let gap = index == last ? Self.tail : pause(after: piece)
      try writer.appendSilence(sampleCount: gap * Self.sampleRate / 1000)
    }
    try writer.close()
    return script.words.map { Transcript.Word(text: $0.text, start: $0.start, end: $0.end) }
  }

  private static func milliseconds(_ samples: Int) -> Int {
    (samples * 1000 + sampleRate / 2) / sampleRate
  }

  private func pause(after piece: SpeechScript.Piece) -> Int {
    switch piece.written.ending {
    case .clause: 80
    case .sentence: MediaTime(options.sentenceGap).milliseconds
    case .paragraph: MediaTime(options.paragraphGap).milliseconds
    }
  }

  /// Without the silence that services put before and after.
  static func trimmed(_ samples: [Int16]) -> Range<Int> {
    guard let first = samples.firstIndex(where: { abs(Int($0)) > quiet }),
      let last = samples.lastIndex(where: { abs(Int($0)) > quiet })
    else { return 0..<samples.count }
    return max(0, first - lead)..<min(samples.count, last + 1 + trail)
  }

  static func faded(_ samples: ArraySlice<Int16>) -> [Int16] {
    var result = Array(samples)
    let length = min(fade, result.count / 2)
    for index in 0..<length {
      let gain = 0.5 - 0.5 * cos(Double.pi * (Double(index) + 0.5) / Double(length))
      for place in [index, result.count - 1 - index] {
        result[place] = Int16((Double(result[place]) * gain).rounded())
      }
    }
    return result
  }

  private static func moved(_ words: [TimedToken], into kept: Range<Int>) -> [TimedToken] {
    let shift = milliseconds(kept.lowerBound)
    let limit = milliseconds(kept.count)
    return words.map { word in
      var word = word
      word.start = min(max(0, word.start - shift), limit)
      word.end = min(max(word.start, word.end - shift), limit)
      return word
    }
  }
}
