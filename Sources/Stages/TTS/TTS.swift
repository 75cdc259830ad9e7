import Foundation
import Media
public import Pipeline
import Speech
import SpeechClient
import Threads

/// Speaks a text, and says when each word sounds.
public struct TTS: Stage {
  public static let info = StageInfo(
    "tts", version: "1.1.0", cacheVersion: 1,
    summary: "Turns text into speech, with the time of every word.", cores: .all, weight: 2,
    example: """
      voice:
        uses: tts
        with:
          text: The lighthouse has stood here since 1854.
          voice: rms
      """)

  private let options: Options

  public init(_ options: Options) throws {
    self.options = options
    if options.usesEmbedded { _ = try VoiceChoice(options.embedded) }
  }

  public func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    let speech = try await narrator(context).speak()
    let file = try await finish(speech, context)
    var outputs = Outputs()
    outputs.audio = AudioFile(file)
    outputs.transcript = Transcript(
      words: speech.words, language: speech.language, timing: speech.timing, sound: file.digest)
    outputs.provider = speech.provider
    return outputs
  }

  private func narrator(_ context: StageContext) throws(StageError) -> any Narrator {
    guard options.order != [Options.embeddedName] else {
      return try EmbeddedNarrator(options: options, context: context)
    }
    return try ProviderOrder(options: options, context: context)
  }

  /// Brings the speech to the sample rate of films.
  private func finish(_ speech: SpokenText, _ context: StageContext) async throws -> FileReference {
    if speech.isFinished { return try await context.store(speech.file, as: "speech.wav") }
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
