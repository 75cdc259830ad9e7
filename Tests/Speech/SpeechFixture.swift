import Foundation
import Pipeline
import Speech
import SpeechClient
import TTSStage
import TestSupport
import Threads
import TranscribeStage

/// What the tests say, and ways to have it said and heard.
enum SpeechFixture {
  /// No numbers or rare names: every engine and recogniser reads these alike.
  static let sentences = [
    "The lighthouse has stood on this rock for more than a hundred years.",
    "Every evening the keeper climbed the stairs and lit the lamp.",
    "Ships that passed in the night could see it from far away.",
    "When the storm came, the waves reached the windows of the tower.",
    "Nobody on the island had ever seen anything like it before.",
    "In the morning the sea was calm again and the sky was clear.",
    "The children went down to the beach to look for treasure.",
    "They found pieces of wood, a bottle and an old wooden box.",
  ]

  /// Of the kind that the recogniser's language model was made from; on rarer words it errs far more often.
  static let everydaySentences = [
    "We hope that people will like this new film.",
    "The history of the town goes back a very long time.",
    "In the morning he walked to the station and waited for the train to the city.",
    "Please write your name and address at the bottom of the page.",
    "The government said that it would not raise taxes this year.",
    "The boy was there when the sun rose.",
  ]

  static var helper: SpeechHelper {
    get throws { try SpeechHelper.find() }
  }

  struct Spoken: Sendable {
    var audio: FileReference
    var transcript: Transcript
    var sound: WaveFile
    var activity: SpeechActivity
  }

  static func speak(
    _ text: String, _ services: TestStageServices, cores: Int = 2,
    _ set: (inout TTS.Options) -> Void = { _ in }
  ) async throws -> Spoken {
    var options = TTS.Options()
    options.text = text
    set(&options)
    let context = try services.context(stage: "voice", cores: cores)
    let outputs = try await TTS(options).run(NoPorts(), context)
    let audio = outputs.audio.reference
    let folder = try TestFolder()
    let file = try folder.write(try services.contents(of: audio), to: "speech.wav")
    return try await BlockingThread.run("measure") {
      let sound = try WaveFile(contentsOf: file.path)
      return Spoken(
        audio: audio, transcript: outputs.transcript, sound: sound,
        activity: SpeechActivity(sound))
    }
  }

  static func listen(
    to audio: [FileReference], _ services: TestStageServices,
    _ set: (inout Transcribe.Options) -> Void = { _ in }
  ) async throws -> Transcribe.Outputs {
    var options = Transcribe.Options()
    set(&options)
    var inputs = Transcribe.Inputs()
    inputs.audio = audio.map { AudioFile($0) }
    let context = try services.context(stage: "words")
    return try await Transcribe(options).run(inputs, context)
  }

  /// The class of what `body` throws; nil when it does not.
  static func errorClass(_ body: () async throws -> Void) async -> StageError? {
    do {
      try await body()
      return nil
    } catch {
      return StageError(wrapping: error)
    }
  }

  /// Differences of the starts of words, in milliseconds, smallest first.
  static func startErrors(_ one: Transcript, _ other: Transcript) -> [Int] {
    zip(one.words, other.words).map { abs($0.start - $1.start) }.sorted()
  }
}

/// A stand-in for the helper: a script that first notes its process id, so that a test can see or end the process.
struct WatchedHelper {
  let folder: TestFolder
  let helper: SpeechHelper

  /// - Parameter body: shell; without one the real helper takes the script's place and keeps its process id.
  init(_ body: String? = nil) throws {
    folder = try TestFolder()
    let run = try body ?? "exec '\(SpeechFixture.helper.path)'"
    let script = try folder.write(
      "#!/bin/sh\necho $$ > \"$(dirname \"$0\")/pid\"\n\(run)\n", to: "helper")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    helper = SpeechHelper(path: script.path)
  }

  /// Of the process that was started last.
  var processID: Int32? {
    let text = try? String(contentsOf: folder.file("pid"), encoding: .utf8)
    return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}

/// Services that tell a test when work has begun.
struct SignallingServices: StageServices {
  let inner: TestStageServices
  let begun: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(_ inner: TestStageServices) {
    self.inner = inner
    (begun, signal) = AsyncStream<Void>.makeStream()
  }

  func report(_ progress: StageProgress) {
    inner.report(progress)
    if progress.done > 0 { signal.yield() }
  }

  func log(_ message: String) { inner.log(message) }
  func warn(_ message: String, field: String?) { inner.warn(message, field: field) }
  func store(_ url: URL, as name: String) async throws -> FileReference {
    try await inner.store(url, as: name)
  }
  func open(_ file: FileReference) async throws -> URL { try await inner.open(file) }
  func render(_ timeline: Timeline) async throws -> FileReference {
    try await inner.render(timeline)
  }
  func part(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    try await inner.part(key, named: name, make)
  }
}
