import Foundation
import Media
import Pipeline
import Speech
import SpeechClient
import SpeechProviders
import Threads

/// A sentence with the times of its written words.
struct TimedSentence: Sendable {
  var sound: FileReference
  /// From the beginning of the sound, in rising order.
  var words: [TimedToken]
  var timing: Transcript.Timing
}

/// Finds out when the words of a bought sentence sound: from what the provider said, else by alignment, else from
/// pauses.
struct SentenceTimes: Sendable {
  let piece: SpeechScript.Piece
  let bought: BoughtSentence
  let language: String
  let context: StageContext

  private struct Key: Encodable {
    var alignment = 1
    var sound: Digest
    var phrases: [String]
    var language: String
  }

  private struct Kept: Codable {
    var words: [TimedToken]
    var timing: Transcript.Timing
  }

  func timed() async throws -> TimedSentence {
    if let ranges = bought.words {
      let words = tokens(
        ranges.map { ($0.from, Int(($0.start * 1000).rounded()), Int(($0.end * 1000).rounded())) })
      return TimedSentence(sound: bought.sound, words: words, timing: .provider)
    }
    let key = try Digest(
      canonical: Key(sound: bought.sound.digest, phrases: piece.phrases, language: language))
    let files = try await context.part(key, named: "times") {
      let file = context.newFile("times.json")
      try JSONEncoder().encode(try await measured()).write(to: file)
      return [try await context.store(file, as: "times.json")]
    }
    guard let file = files.first,
      let kept = try? JSONDecoder().decode(
        Kept.self, from: Data(contentsOf: try await context.open(file)))
    else { throw StageError(.internal, "the times of a sentence cannot be read") }
    return TimedSentence(sound: bought.sound, words: kept.words, timing: kept.timing)
  }

  /// - Parameter times: position in the spoken text, start and end.
  private func tokens(_ times: [(from: Int, start: Int, end: Int)]) -> [TimedToken] {
    var tokens: [TimedToken] = []
    for time in times {
      guard let token = piece.sentence.word(at: time.from) else { continue }
      if let last = tokens.last, last.token >= token {
        // A written word that is several spoken ones.
        if last.token == token { tokens[tokens.count - 1].end = max(last.end, time.end) }
      } else {
        tokens.append(TimedToken(token: token, start: time.start, end: time.end))
      }
    }
    return tokens
  }

  private func measured() async throws -> Kept {
    if LanguageTag.primary(language) == "en", let words = try await aligned() {
      return Kept(words: words, timing: .alignment)
    }
    let activity = SpeechActivity(try await sound())
    let spoken = piece.written.words.indices.filter {
      WrittenWords.isSpeakable(piece.written.words[$0])
    }
    let times = PauseAnchoring(spoken.map { piece.phrases[$0] }, activity: activity).times()
    let words = times.map {
      TimedToken(token: spoken[$0.token], start: $0.start, end: $0.end, confidence: 0)
    }
    return Kept(words: words, timing: .estimate)
  }

  private func sound() async throws -> WaveFile {
    let url = try await context.open(bought.sound)
    return try await BlockingThread.run("tts sound") { try WaveFile(contentsOf: url.path) }
  }

  /// Nil when there is nobody who aligns, or the sound does not fit.
  private func aligned() async throws -> [TimedToken]? {
    let source = try await context.open(bought.sound)
    let input = context.newFile("align.wav")
    defer { try? FileManager.default.removeItem(at: input) }
    try await withCancellationFlag { flag in
      try await BlockingThread.run("tts align") {
        let writer = try WAVWriter(input, sampleRate: 16_000, channels: 1)
        try AudioDecoder.decode(
          source, as: "sentence.wav", sampleRate: 16_000, channels: 1, cancellation: flag
        ) { try writer.append($0) }
        try writer.close()
      }
    }
    do throws(SpeechError) {
      let request = AlignmentRequest(audio: input.path, tokens: piece.phrases)
      let words = try await SpeechHelper.find().perform(.align(request)).aligned?.words
      return words?.isEmpty == false ? words : nil
    } catch {
      if error.kind == .cancelled { throw CancellationError() }
      context.log("a sentence could not be aligned: \(error.message)")
      return nil
    }
  }
}
