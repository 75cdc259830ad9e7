import Foundation
import Pipeline
import Speech
import SpeechProviders
import Threads

/// A sentence that a provider spoke, as it is kept.
struct BoughtSentence: Sendable {
  /// WAV, 48 kHz, mono, 16 bits.
  var sound: FileReference
  var words: [TimedRange]?
}

/// Buys a sentence, unless the same one was bought before, by whatever run.
struct SentencePurchase: Sendable {
  let utterance: Utterance
  let line: ProviderLine
  let synthesiser: any SpeechSynthesiser
  let take: Int
  let context: StageContext

  /// All that decides how a sentence sounds. The provider's key and its name are not among it.
  private struct Key: Encodable {
    var speech = 1
    var kind: String
    var endpoint: String
    var model: String?
    var voice: String
    var language: String
    var text: String
    var ssml: String?
    var speed: Double
    var pitch: Double
    var format: String?
    var instructions: String?
    var timestamps: Bool
    var take: Int
  }

  /// What is kept beside the sound.
  private struct Note: Codable {
    var provider: String
    var words: [TimedRange]?
  }

  func sentence(number: Int) async throws -> BoughtSentence {
    let isNew = Locked(false)
    let files = try await context.purchase(try key, named: "sentence \(number)") {
      isNew.withLock { $0 = true }
      return try await buy()
    }
    if !isNew.withLock({ $0 }) { line.noteReuse() }
    guard files.count == 2 else {
      throw StageError(.internal, "a sentence is kept in \(files.count) files instead of two")
    }
    let text = try Data(contentsOf: try await context.open(files[1]))
    guard let note = try? JSONDecoder().decode(Note.self, from: text) else {
      throw StageError(.internal, "what is kept of a sentence cannot be read")
    }
    return BoughtSentence(sound: files[0], words: note.words)
  }

  private var key: Digest {
    get throws {
      let settings = line.settings
      return try Digest(
        canonical: Key(
          kind: settings.kind.rawValue, endpoint: settings.endpoint, model: settings.model,
          voice: utterance.voice, language: utterance.language, text: utterance.text,
          ssml: utterance.markup?.ssml(marks: false), speed: utterance.speed,
          pitch: utterance.pitch, format: settings.format, instructions: settings.instructions,
          timestamps: settings.timestamps, take: take))
    }
  }

  private func buy() async throws -> [FileReference] {
    let (file, words) = try await line.perform { call in
      let answer = try await synthesiser.speak(utterance, call)
      let checked = try await AnsweredSound(answer, utterance, provider: line.name)
        .decoded(context)
      return (checked.file, checked.words)
    }
    let note = context.newFile("sentence.json")
    try JSONEncoder().encode(Note(provider: line.name, words: words)).write(to: note)
    return [
      try await context.store(file, as: "sentence.wav"),
      try await context.store(note, as: "sentence.json"),
    ]
  }
}
