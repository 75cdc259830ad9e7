import Foundation
import Pipeline
import Speech

/// Somebody who speaks a whole text: the engines of this machine, a provider, or several in their order.
protocol Narrator: Sendable {
  /// Throws `StageError` or, for a provider, `ProviderError`.
  func speak() async throws -> SpokenText
}

/// Speech in one file.
struct SpokenText: Sendable {
  var file: URL
  var words: [Transcript.Word]
  /// A BCP 47 tag; nil when only the engine knows.
  var language: String?
  var timing: Transcript.Timing
  var provider: String
  /// Whether the file is in its last form already: WAV, 48 kHz, mono, 16 bits.
  var isFinished = false
}

/// flite and espeak-ng, in processes of their own.
struct EmbeddedNarrator: Narrator {
  private let options: TTS.Options
  private let choice: VoiceChoice
  private let context: StageContext

  init(options: TTS.Options, context: StageContext) throws(StageError) {
    self.options = options.embedded
    choice = try VoiceChoice(options.embedded)
    self.context = context
  }

  func speak() async throws -> SpokenText {
    guard options.ssml != true else {
      throw StageError(
        .configuration, "the embedded engines take no SSML; leave out `ssml`", field: "ssml")
    }
    let sentences = SentenceSplitter(language: choice.language ?? "en").sentences(in: options.text)
    try SpeechScript.checkSpeakable(sentences, of: options.text)
    return try await Narration(sentences, choice: choice, options: options, context).speak()
  }
}
