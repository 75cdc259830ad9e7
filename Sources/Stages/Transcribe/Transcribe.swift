import Foundation
import Media
public import Pipeline
import Speech
import SpeechClient
import SpeechProviders
import Threads

/// Finds out when each word of a recording is said, by its script or by recognition.
public struct Transcribe: Stage {
  public static let info = StageInfo(
    "transcribe", version: "1.1.0", cacheVersion: 1,
    summary: "Words of recorded speech with their times: aligned with a script, or recognised.",
    cores: .all, weight: 2,
    example: """
      words:
        uses: transcribe
        in: { audio: inputs.narration }
        with:
          script: The lighthouse has stood here since 1854.
      """)

  private let options: Options

  public init(_ options: Options) throws { self.options = options }

  public func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    let scripts = try scripts(for: inputs.audio)
    let progress = SpeechShare(count: inputs.audio.count, context)
    let spoken: [Transcription] = try await concurrentMap(
      inputs.audio, limit: context.cores
    ) { index, audio in
      let task = Recording(
        audio: audio.reference, script: scripts[index], language: options.language,
        options: options, context: context)
      do {
        return try await task.transcribe { progress.report(index, $0) }
      } catch let error as SpeechError {
        let stageError = StageError(error)
        throw inputs.audio.count > 1 ? stageError.about("`\(audio.reference.name)`") : stageError
      } catch let error as ProviderError {
        throw StageError(error)
      }
    }
    var outputs = Outputs()
    outputs.transcript = spoken.map(\.transcript)
    let methods = Set(spoken.map(\.method))
    outputs.method = methods.count == 1 ? methods.first?.rawValue ?? "mixed" : "mixed"
    let listeners = Set(spoken.compactMap(\.provider)).sorted()
    outputs.provider = listeners.isEmpty ? nil : listeners.joined(separator: ", ")
    return outputs
  }

  /// Nil for what is to be recognised.
  private func scripts(for audio: [AudioFile]) throws(StageError) -> [String?] {
    let script = options.script
    guard script.isEmpty || script.count == audio.count else {
      throw StageError(
        .configuration,
        "there are \(script.count) scripts for \(audio.count) audios: give one for each (it may be "
          + "empty), or none at all", field: "script")
    }
    let scripts = audio.indices.map { index -> String? in
      let text = index < script.count ? script[index] : ""
      return text.contains { !$0.isWhitespace } ? text : nil
    }
    if LanguageTag.primary(options.language) != "en", scripts.contains(nil), !options.usesProviders
    {
      throw StageError(
        .configuration,
        "speech in `\(options.language)` cannot be recognised here, only English can: give its `script`, or "
          + "`providers` that know the language",
        field: "language")
    }
    return scripts
  }
}

/// What became of one recording.
struct Transcription: Sendable {
  enum Method: String, Sendable {
    case aligned, estimated, recognised
  }

  var transcript: Transcript
  var method: Method
  /// Who listened; nil where nobody had to.
  var provider: String?
}

extension StageError {
  init(_ error: SpeechError) {
    self.init(
      Class(rawValue: error.kind.rawValue) ?? .internal, error.message, cause: error.cause)
  }
}
