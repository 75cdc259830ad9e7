import Foundation
import Pipeline
import Speech
import SpeechClient
import SpeechProviders
import Threads

/// A provider that speaks a text sentence by sentence; each is bought once and kept.
struct ProviderNarrator: Narrator {
  private let line: ProviderLine
  private let options: TTS.Options
  private let context: StageContext
  private let synthesiser: any SpeechSynthesiser
  private let script: SpeechScript
  private let language: String
  private let voice: String

  init(_ line: ProviderLine, options: TTS.Options, context: StageContext) throws(StageError) {
    guard let synthesiser = line.settings.synthesiser else {
      throw StageError(.configuration, "`\(line.name)` does not speak", field: "providers")
    }
    self.line = line
    self.options = options
    self.context = context
    self.synthesiser = synthesiser
    let wanted = options.voice
    language =
      options.language ?? wanted.flatMap(VoiceName.languageTag) ?? "en-US"
    voice = line.settings.voice(wanted: wanted, language: language)
    // Words are longer when they are spoken than when they are written, and markup takes room too.
    let limit = (line.settings.longest ?? synthesiser.abilities.longest) / 4
    script = try SpeechScript(options, language: language, longest: max(limit, 1))
  }

  func speak() async throws -> SpokenText {
    let total = Double(script.wordCount)
    let done = Locked(0.0)
    let failure = Locked<(any Error)?>(nil)
    context.progress(0, of: total, unit: .words, phase: "speaking")
    let spoken = try await concurrentMap(
      script.pieces, limit: line.settings.concurrency
    ) { index, piece -> TimedSentence? in
      guard failure.withLock({ $0 == nil }) else { return nil }
      var sentence: TimedSentence?
      do {
        if piece.isSpeakable { sentence = try await speak(piece, number: index + 1) }
      } catch {
        try Task.checkCancellation()
        // Sentences that are under way beside it are paid for, so they are waited for and kept.
        failure.withLock { $0 = $0 ?? error }
        return nil
      }
      let now = done.withLock { done in
        done += Double(piece.written.words.count)
        return done
      }
      context.progress(now, of: total, unit: .words, phase: "speaking")
      return sentence
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return try await SpeechJoin(
      pieces: script.pieces, sentences: spoken, options: options, language: language,
      provider: line.name, context: context
    ).join()
  }

  private func speak(_ piece: SpeechScript.Piece, number: Int) async throws -> TimedSentence {
    let utterance = Utterance(
      piece.sentence, markup: piece.markup, voice: voice, language: language,
      speed: options.speed, pitch: options.pitch)
    let purchase = SentencePurchase(
      utterance: utterance, line: line, synthesiser: synthesiser, take: options.take ?? 1,
      context: context)
    let bought = try await purchase.sentence(number: number)
    return try await SentenceTimes(
      piece: piece, bought: bought, language: language, context: context
    ).timed()
  }
}

extension ProviderSettings {
  /// The provider's voice for what a pipeline calls a voice, else for the language, else its usual one.
  func voice(wanted: String?, language: String) -> String {
    if let wanted, let own = voices[wanted] { return own }
    if let wanted, !VoiceName.isEmbedded(wanted) { return wanted }
    return voices[language] ?? voices[LanguageTag.primary(language)] ?? voice ?? ""
  }
}
