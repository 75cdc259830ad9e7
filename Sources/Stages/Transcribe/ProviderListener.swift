import Foundation
import Pipeline
import Speech
import SpeechClient
import SpeechProviders
import Threads

/// A provider that writes down a sound, stretch by stretch; each is bought once and kept.
struct ProviderListener: Sendable {
  private let line: ProviderLine
  private let options: Transcribe.Options
  private let language: String
  private let context: StageContext

  init(
    _ line: ProviderLine, options: Transcribe.Options, language: String, _ context: StageContext
  ) {
    self.line = line
    self.options = options
    self.language = language
    self.context = context
  }

  /// All that decides what is heard. The provider's key and its name are not among it.
  private struct Key: Encodable {
    var listening = 1
    var kind: String
    var endpoint: String
    var model: String?
    var language: String
    var prompt: String?
    var speakers: Bool
    var sound: Digest
  }

  /// - Parameter sound: WAV, 16 kHz, mono, 16 bits.
  func listen(
    to sound: URL, _ report: @escaping @Sendable (Double) -> Void
  ) async throws -> [HeardToken] {
    guard let recogniser = line.settings.recogniser else { return [] }
    let wave = try await BlockingThread.run("listen") { try WaveFile(contentsOf: sound.path) }
    let longest = Int((line.settings.longestSound ?? recogniser.longestSound) * 1000)
    let stretches = SoundCutting.cut(SpeechActivity(wave), longest: longest)
    let done = Locked(0)
    let failure = Locked<(any Error)?>(nil)
    let parts = try await concurrentMap(
      stretches, limit: line.settings.concurrency
    ) { index, stretch -> [HeardToken] in
      guard failure.withLock({ $0 == nil }) else { return [] }
      let words: [HeardToken]
      do {
        words = try await self.words(in: stretch, of: wave, recogniser, number: index + 1)
      } catch {
        try Task.checkCancellation()
        // Stretches that are under way beside it are paid for, so they are waited for and kept.
        failure.withLock { $0 = $0 ?? error }
        return []
      }
      let count = done.withLock { done in
        done += 1
        return done
      }
      report(Double(count) / Double(stretches.count))
      return words
    }
    if let error = failure.withLock({ $0 }) { throw error }
    let overlaps = zip(stretches, stretches.dropFirst()).map { $1.lowerBound..<$0.upperBound }
    return TranscriptStitching.join(parts, overlaps: overlaps)
  }

  private func words(
    in stretch: Range<Int>, of wave: WaveFile, _ recogniser: any SpeechRecogniser, number: Int
  ) async throws -> [HeardToken] {
    let bytes = try await file(of: stretch, of: wave)
    let settings = line.settings
    let key = try Digest(
      canonical: Key(
        kind: settings.kind.rawValue, endpoint: settings.endpoint, model: settings.model,
        language: language, prompt: options.prompt, speakers: options.speakers == true,
        sound: Digest(of: bytes)))
    let isNew = Locked(false)
    let files = try await context.purchase(key, named: "stretch \(number)") {
      isNew.withLock { $0 = true }
      let request = ListeningRequest(
        audio: bytes, language: language, prompt: options.prompt,
        tellsSpeakers: options.speakers == true)
      let heard = try await line.perform { try await recogniser.listen(request, $0) }
      let note = context.newFile("heard.json")
      try JSONEncoder().encode(heard.filter { $0.start.isFinite && $0.end.isFinite }).write(
        to: note)
      return [try await context.store(note, as: "heard.json")]
    }
    if !isNew.withLock({ $0 }) { line.noteReuse() }
    guard let file = files.first,
      let heard = try? JSONDecoder().decode(
        [RecognisedWord].self, from: Data(contentsOf: try await context.open(file)))
    else { throw StageError(.internal, "what was heard cannot be read") }
    let tokens = heard.map { word in
      HeardToken(
        text: word.text.filter { !$0.isWhitespace },
        start: stretch.lowerBound + Self.milliseconds(word.start),
        end: stretch.lowerBound + Self.milliseconds(word.end),
        confidence: word.confidence.map { min(max($0, 0), 1) }, speaker: word.speaker)
    }
    return TranscriptStitching.sanitised(tokens, within: stretch)
  }

  /// Held within a day, since a service may say anything.
  private static func milliseconds(_ seconds: Double) -> Int {
    Int((min(max(seconds, -1), 86_400) * 1000).rounded())
  }

  private func file(of stretch: Range<Int>, of wave: WaveFile) async throws -> [UInt8] {
    let url = context.newFile("stretch.wav")
    return try await BlockingThread.run("listen cut") {
      defer { try? FileManager.default.removeItem(at: url) }
      let rate = wave.sampleRate
      let count = wave.samples.count
      let range =
        min(stretch.lowerBound * rate / 1000, count)..<min(stretch.upperBound * rate / 1000, count)
      let writer = try WaveFileWriter(url.path, sampleRate: rate)
      try writer.append(wave.samples[range])
      try writer.close()
      return [UInt8](try Data(contentsOf: url))
    }
  }
}
