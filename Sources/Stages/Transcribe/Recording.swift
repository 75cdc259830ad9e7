import Foundation
import Media
import Pipeline
import Speech
import SpeechClient
import SpeechProviders
import Threads

/// One recording on its way to a transcript.
struct Recording: Sendable {
  let audio: FileReference
  /// Nil when the words are to be recognised.
  let script: String?
  let language: String
  let options: Transcribe.Options
  let context: StageContext

  /// What the recogniser's model was trained with.
  private static let sampleRate = 16_000

  /// - Parameter report: share of the recording that is done, 0 to 1.
  func transcribe(
    report: @escaping @Sendable (Double) -> Void
  ) async throws -> Transcription {
    report(0)
    let sound = try await decode()
    defer { try? FileManager.default.removeItem(at: sound) }
    let isEnglish = LanguageTag.primary(language) == "en"
    guard let script else {
      guard options.usesProviders else { return try await recognise(sound, report) }
      return try await heard(sound, report)
    }
    let tokens = WrittenWords.split(script)
    if isEnglish { return try await align(sound, tokens, report) }
    if options.usesProviders, let matched = try await match(sound, tokens, report) {
      return matched
    }
    return try await estimate(sound, tokens)
  }

  /// What providers hear, or the recogniser of this machine where it is among them.
  private func heard(
    _ sound: URL, _ report: @escaping @Sendable (Double) -> Void
  ) async throws -> Transcription {
    let order = ListenerOrder(options: options, language: language, context: context)
    return try await order.first { line in
      guard let line else {
        guard LanguageTag.primary(language) == "en" else {
          throw StageError(
            .configuration, "the recogniser of this machine knows English alone, not `\(language)`",
            field: "language")
        }
        return try await recognise(sound, report)
      }
      let words = try await ProviderListener(line, options: options, language: language, context)
        .listen(to: sound, report)
      guard !words.isEmpty else {
        throw ProviderError(
          .invalidInput, line.name, "it heard no words in `\(audio.name)`")
      }
      var result = transcription(words, .recognition, .recognised)
      result.provider = line.name
      return result
    }
  }

  /// Words of a script in a language that cannot be aligned, found among those that a provider heard. Nil when too few
  /// are the same.
  private func match(
    _ sound: URL, _ tokens: [String], _ report: @escaping @Sendable (Double) -> Void
  ) async throws -> Transcription? {
    let order = ListenerOrder(options: options, language: language, context: context)
    let (heard, name) =
      try await order.first { line -> ([HeardToken], String)? in
        guard let line else { return nil }
        let listener = ProviderListener(line, options: options, language: language, context)
        return (try await listener.listen(to: sound, report), line.name)
      } ?? ([], "")
    guard let times = ScriptMatching.match(tokens, heard) else { return nil }
    let spoken = tokens.count { WrittenWords.isSpeakable($0) }
    guard times.count * 10 >= spoken * 6 else {
      if !heard.isEmpty {
        context.warn(
          "only \(times.count) of the \(spoken) words of the script were heard in `\(audio.name)` by `\(name)`: "
            + "check that they belong together", field: "script")
      }
      return nil
    }
    let activity = try await activity(of: sound)
    var written = WrittenTimes()
    written.append(
      tokens, times: times, after: 0, within: activity.span ?? 0..<max(1, activity.duration))
    var result = transcription(written.words, .recognition, .aligned)
    result.provider = name
    return result
  }

  private func transcription(
    _ words: [HeardToken], _ timing: Transcript.Timing, _ method: Transcription.Method
  ) -> Transcription {
    let transcript = Transcript(
      words: words.map {
        Transcript.Word(
          text: $0.text, start: $0.start, end: $0.end, confidence: $0.confidence,
          speaker: $0.speaker)
      }, language: language, timing: timing, sound: audio.digest)
    return Transcription(transcript: transcript, method: method)
  }

  private func decode() async throws -> URL {
    let source = try await context.open(audio)
    let output = context.newFile("speech.wav")
    let count = try await withCancellationFlag { flag in
      try await BlockingThread.run("transcribe decode") {
        let writer = try WAVWriter(output, sampleRate: Self.sampleRate, channels: 1)
        try AudioDecoder.decode(
          source, as: audio.name, sampleRate: Self.sampleRate, channels: 1, cancellation: flag
        ) { try writer.append($0) }
        return try writer.close()
      }
    }
    guard count > 0 else {
      throw StageError(.invalidInput, "there is no sound in `\(audio.name)`", field: "audio")
    }
    return output
  }

  private func recognise(
    _ sound: URL, _ report: @escaping @Sendable (Double) -> Void
  ) async throws -> Transcription {
    let request = SpeechRequest.recognise(RecognitionRequest(audio: sound.path))
    let answer = try await ask(request, report)
    guard let recognised = answer.recognised else { throw Self.strangeAnswer }
    guard !recognised.words.isEmpty else {
      throw StageError(
        .invalidInput, "no English words could be recognised in `\(audio.name)`", field: "audio")
    }
    context.warn(
      "`\(audio.name)` was recognised without a script: expect wrong words, and none of the "
        + "punctuation; a `script` gives exact captions", field: "script")
    var result = transcription(recognised.words, .recognition, .recognised)
    result.provider = options.usesProviders ? Transcribe.Options.embeddedName : nil
    return result
  }

  private func align(
    _ sound: URL, _ tokens: [String], _ report: @escaping @Sendable (Double) -> Void
  ) async throws -> Transcription {
    let request = SpeechRequest.align(AlignmentRequest(audio: sound.path, tokens: tokens))
    let aligned: AlignedScript
    do {
      guard let answer = try await ask(request, report).aligned else { throw Self.strangeAnswer }
      aligned = answer
    } catch let error as SpeechError where error.fault?.code == .scriptMismatch {
      throw StageError(
        .invalidInput,
        "the script does not belong to `\(audio.name)`: \(error.message). Check that scripts and audios "
          + "are in the same order", field: "script")
    }
    warn(about: aligned, of: tokens)
    let activity = try await activity(of: sound)
    var written = WrittenTimes()
    written.append(
      tokens, times: aligned.words, after: 0, within: activity.span ?? 0..<activity.duration)
    context.log("aligned `\(audio.name)`: score \(aligned.score.rounded())")
    return transcription(written.words, .alignment, .aligned)
  }

  private func warn(about aligned: AlignedScript, of tokens: [String]) {
    let spoken = tokens.count { WrittenWords.isSpeakable($0) }
    let missing = spoken - aligned.words.count
    if missing * 20 > spoken {
      context.warn(
        "\(missing) of the \(spoken) words of the script were not heard in `\(audio.name)`; their times "
          + "are estimated", field: "script")
    }
    let length = (aligned.words.last?.end ?? 0) - (aligned.words.first?.start ?? 0)
    if aligned.unscripted > 2000, aligned.unscripted * 8 > length {
      context.warn(
        "about \(aligned.unscripted / 1000) s of speech in `\(audio.name)` are not in the script",
        field: "script")
    }
  }

  private func estimate(_ sound: URL, _ tokens: [String]) async throws -> Transcription {
    let activity = try await activity(of: sound)
    let spoken = tokens.indices.filter { WrittenWords.isSpeakable(tokens[$0]) }
    let times = PauseAnchoring(spoken.map { tokens[$0] }, activity: activity).times()
    guard !times.isEmpty else {
      throw StageError(
        .invalidInput, "there is no speech in `\(audio.name)`, or no word in its script",
        field: "audio")
    }
    context.warn(
      "times of the words in `\(audio.name)` are estimated from its pauses, since only English can be "
        + "aligned exactly", field: "language")
    var written = WrittenTimes()
    written.append(
      tokens,
      times: times.map { time in
        TimedToken(token: spoken[time.token], start: time.start, end: time.end)
      }, after: 0)
    return transcription(written.words, .estimate, .estimated)
  }

  private func activity(of sound: URL) async throws -> SpeechActivity {
    try await BlockingThread.run("speech activity") {
      SpeechActivity(try WaveFile(contentsOf: sound.path))
    }
  }

  private func ask(
    _ request: SpeechRequest, _ report: @escaping @Sendable (Double) -> Void
  ) async throws(SpeechError) -> SpeechMessage {
    try await SpeechHelper.find().perform(request) { message in
      guard let progress = message.progress, progress.total > 0 else { return }
      report(Double(progress.done) / Double(progress.total))
    }
  }

  private func transcription(
    _ words: [SpokenWord], _ timing: Transcript.Timing, _ method: Transcription.Method
  ) -> Transcription {
    let transcript = Transcript(
      words: words.map {
        Transcript.Word(text: $0.text, start: $0.start, end: $0.end, confidence: $0.confidence)
      }, language: language, timing: timing, sound: audio.digest)
    return Transcription(transcript: transcript, method: method)
  }

  private static let strangeAnswer = SpeechError(
    .internal, "the speech program answered something else than it was asked")
}
