import Foundation
import Pipeline
import Speech
import SpeechClient
import Threads

/// Has a text spoken in parts, each by a process of its own and several at the same time, and joins them.
///
/// Parts are cut by count and not by the number of cores, so that the same text always gives the same sound.
struct Narration: Sendable {
  private let sentences: [Sentence]
  private let choice: VoiceChoice
  private let options: TTS.Options
  private let context: StageContext
  /// What is said for each word where that is not what is written.
  private let reading: SpokenReading?

  private static let sentencesPerPart = 8
  /// Milliseconds of silence at the end of everything.
  private static let tail = 150

  init(
    _ sentences: [Sentence], choice: VoiceChoice, options: TTS.Options, _ context: StageContext
  ) {
    reading =
      options.reading == .words ? SpokenReading(language: choice.language ?? "en") : nil
    self.sentences = sentences
    self.choice = choice
    self.options = options
    self.context = context
  }

  func speak() async throws -> SpokenText {
    let helper = try found()
    let parts = stride(from: 0, to: sentences.count, by: Self.sentencesPerPart).map {
      $0..<min($0 + Self.sentencesPerPart, sentences.count)
    }
    let progress = SpokenCount(total: sentences.reduce(0) { $0 + $1.words.count }, context)
    progress.add(0)
    do {
      let spoken = try await concurrentMap(parts, limit: context.cores) { _, part in
        try await speak(part, helper, progress)
      }
      return try await join(spoken.compactMap { $0 })
    } catch let error as SpeechError {
      throw await explain(error, helper)
    }
  }

  private func found() throws(StageError) -> SpeechHelper {
    do { return try SpeechHelper.find() } catch { throw StageError(error) }
  }

  private func spoken(_ words: [String]) -> [String] { reading?.phrases(words) ?? words }

  /// Nil when nothing in the part can be spoken.
  private func speak(
    _ part: Range<Int>, _ helper: SpeechHelper, _ progress: SpokenCount
  ) async throws -> SpokenPart? {
    let file = context.newFile("part.wav")
    let request = SynthesisRequest(
      engine: choice.engine, voice: choice.voice, speed: options.speed, pitch: options.pitch,
      sentences: part.map {
        SynthesisRequest.Sentence(tokens: spoken(sentences[$0].words), pause: pause(after: $0))
      }, output: file.path)
    let timed = Locked<[Int: [TimedToken]]>([:])
    let result: SpeechMessage
    do throws(SpeechError) {
      result = try await helper.perform(.synthesise(request)) { message in
        guard let sentence = message.sentence, request.sentences.indices.contains(sentence.index)
        else { return }
        timed.withLock { $0[part.lowerBound + sentence.index] = sentence.words }
        progress.add(request.sentences[sentence.index].tokens.count)
      }
    } catch {
      guard error.fault?.code == .nothingToSay else { throw error }
      return nil
    }
    guard let sound = result.synthesised else {
      throw SpeechError(.internal, "the speech program answered with something else than speech")
    }
    return SpokenPart(file: file, sound: sound, words: timed.withLock { $0 })
  }

  private func pause(after sentence: Int) -> Int {
    if sentence == sentences.count - 1 { return Self.tail }
    return switch sentences[sentence].ending {
    case .clause: 80
    case .sentence: Int(MediaTime(options.sentenceGap).milliseconds)
    case .paragraph: Int(MediaTime(options.paragraphGap).milliseconds)
    }
  }

  /// Parts end in silence, so that samples can be put one after another.
  private func join(_ parts: [SpokenPart]) async throws -> SpokenText {
    guard let first = parts.first else {
      throw StageError(
        .invalidInput,
        "the voice `\(choice.voice)` can say nothing of `\(options.text.prefix(40))`", field: "text"
      )
    }
    let file = parts.count == 1 ? first.file : context.newFile("joined.wav")
    if parts.count > 1 {
      try await BlockingThread.run("tts join") {
        let writer = try WaveFileWriter(file.path, sampleRate: first.sound.sampleRate)
        for part in parts {
          try writer.append(try WaveFile(contentsOf: part.file.path).samples)
          try? FileManager.default.removeItem(at: part.file)
        }
        try writer.close()
      }
    }
    var script = WrittenTimes()
    var samples = 0
    for part in parts {
      let offset = samples * 1000 / part.sound.sampleRate
      for (sentence, words) in part.words.sorted(by: { $0.key < $1.key }) {
        script.append(sentences[sentence].words, times: words, after: offset)
      }
      samples += part.sound.sampleCount
    }
    let words = script.words.map {
      Transcript.Word(text: $0.text, start: $0.start, end: $0.end)
    }
    return SpokenText(
      file: file, words: words, language: choice.language, timing: .engine,
      provider: "\(TTS.Options.embeddedName) (\(choice.engine.rawValue) \(choice.voice))")
  }

  /// An unknown voice deserves to be told which ones there are.
  private func explain(_ error: SpeechError, _ helper: SpeechHelper) async -> StageError {
    var stageError = StageError(error)
    guard error.fault?.code == .unknownVoice else { return stageError }
    stageError.field = options.voice == nil ? "language" : "voice"
    // What is said about a variant is complete already.
    guard !error.message.contains("variant"), let voices = try? await helper.perform(.voices).voices
    else { return stageError }
    let english = voices.filter { $0.engine == .flite }.map(\.name)
    let others = voices.filter { $0.engine == .espeak }
    let tags = english + Set(others.flatMap(\.languages)).sorted()
    let wanted = String(choice.voice.prefix { $0 != "+" })
    let meant =
      Spelling.nearest(to: wanted, among: tags + others.map(\.name)).map {
        "; did you mean `\($0)`?"
      } ?? "."
    stageError.message =
      "there is no voice `\(choice.voice)`\(meant) Voices are \(tags.joined(separator: ", "))"
    return stageError
  }
}

/// What one process spoke.
private struct SpokenPart: Sendable {
  let file: URL
  let sound: SynthesisedSound
  /// By sentence of the whole text; times from the beginning of the file.
  let words: [Int: [TimedToken]]
}

/// Counts words of all parts together.
private final class SpokenCount: Sendable {
  private let total: Int
  private let done = Locked(0)
  private let context: StageContext

  init(total: Int, _ context: StageContext) {
    self.total = total
    self.context = context
  }

  func add(_ count: Int) {
    let now = done.withLock { done in
      done += count
      return done
    }
    context.progress(Double(now), of: Double(total), unit: .words, phase: "speaking")
  }
}

extension StageError {
  fileprivate init(_ error: SpeechError) {
    self.init(
      Class(rawValue: error.kind.rawValue) ?? .internal, error.message, cause: error.cause)
  }
}
