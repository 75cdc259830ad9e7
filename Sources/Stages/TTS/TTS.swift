import Foundation
import Media
public import Pipeline
import Speech
import SpeechClient
import Threads

/// Speaks a text, and says when each word sounds.
public struct TTS: Stage {
  public static let info = StageInfo(
    "tts", version: "1.0.0", cacheVersion: 1,
    summary: "Turns text into speech, with the time of every word.", cores: .all, weight: 2,
    example: """
      voice:
        uses: tts
        with:
          text: The lighthouse has stood here since 1854.
          voice: rms
      """)

  private let options: Options
  private let choice: VoiceChoice

  public init(_ options: Options) throws {
    self.options = options
    choice = try VoiceChoice(options)
  }

  public func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    let sentences = SentenceSplitter(language: choice.language ?? "en").sentences(in: options.text)
    guard sentences.contains(where: { $0.words.contains { WrittenWords.isSpeakable($0) } }) else {
      throw StageError(
        .invalidInput, "there is nothing to say in `\(options.text.prefix(40))`", field: "text")
    }
    let speech = try await Narration(sentences, choice: choice, options: options, context).speak()
    let file = try await finish(speech, context)
    var outputs = Outputs()
    outputs.audio = AudioFile(file)
    outputs.transcript = Transcript(
      words: speech.words, language: choice.language, timing: .engine, sound: file.digest)
    return outputs
  }

  /// Brings the speech to the sample rate of films.
  private func finish(_ speech: SpokenText, _ context: StageContext) async throws -> FileReference {
    let output = context.newFile("speech.wav")
    try await withCancellationFlag { flag in
      try await BlockingThread.run("tts resample") {
        let writer = try WAVWriter(output, sampleRate: 48_000, channels: 1)
        try AudioDecoder.decode(
          speech.file, as: "speech.wav", sampleRate: 48_000, channels: 1, cancellation: flag
        ) { try writer.append($0) }
        try writer.close()
      }
    }
    try? FileManager.default.removeItem(at: speech.file)
    return try await context.store(output, as: "speech.wav")
  }
}
