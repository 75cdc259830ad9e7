import Foundation
import Pipeline
import Speech
import SpeechProviders
import TTSStage
import TestSupport
import Testing

@Suite("What was bought is kept", .timeLimit(.minutes(5)))
struct ProviderCacheTests {
  private static let text = "One lamp was lit. Two ships came home. One lamp was lit."

  private func kit(_ fake: FakeSpeaker, _ set: (inout ProviderSettings) -> Void = { _ in }) throws
    -> ProviderKit
  {
    var settings = fake.settings()
    settings.concurrency = 1
    set(&settings)
    return try ProviderKit([settings])
  }

  @Test("The same sentence is bought once, in one text and in the next")
  func once() async throws {
    let fake = try FakeSpeaker(.kokoro)
    let kit = try kit(fake)
    let first = try await kit.speak(Self.text)
    #expect(fake.texts == ["One lamp was lit.", "Two ships came home."])
    let second = try await kit.speak("Two ships came home. Three lamps. One lamp was lit.")
    #expect(fake.texts.count == 3)
    #expect(second.transcript.timing == .provider)
    let again = try await kit.speak(Self.text)
    #expect(again.sound == first.sound)
    #expect(again.transcript == first.transcript)
    #expect(fake.requestCount == 3)
    let report = try kit.report()
    #expect(report.successes == 3)
    #expect(report.reused == 6)
  }

  @Test("All that decides how a sentence sounds makes another one of it")
  func keys() async throws {
    let fake = try FakeSpeaker(.elevenlabs)
    let kit = try kit(fake)
    _ = try await kit.speak("One lamp.")
    _ = try await kit.speak("One lamp.") { $0.speed = 1.1 }
    _ = try await kit.speak("One lamp.") { $0.take = 2 }
    _ = try await kit.speak("One lamp.") { $0.language = "en-GB" }
    #expect(fake.requestCount == 4)
    // Neither gaps nor what is written in another way and said the same.
    _ = try await kit.speak("One lamp.") { $0.sentenceGap = .seconds(2) }
    #expect(fake.requestCount == 4)
    _ = try await kit.speak("We see one lamp.")
    _ = try await kit.speak("We see 1 lamp.")
    #expect(fake.requestCount == 5)
  }

  @Test("What failed in the middle is continued where it was")
  func continued() async throws {
    let fake = try FakeSpeaker(.kokoro, faults: [3: .status(400, body: "{}")])
    let kit = try kit(fake)
    let text = "One lamp. Two lamps. Three lamps. Four lamps."
    let error = await SpeechFixture.errorClass { _ = try await kit.speak(text) }
    #expect(error?.errorClass == .invalidInput)
    _ = try await kit.speak(text)
    #expect(fake.requestCount == 5)
    #expect(fake.texts == ["One lamp.", "Two lamps.", "Three lamps.", "Four lamps."])
  }

  @Test("Embedded narration is not touched by what providers add")
  func embedded() async throws {
    let services = try TestStageServices()
    let plain = try await SpeechFixture.speak("We are here, 1854.", services) { $0.voice = "kal16" }
    let named = try await SpeechFixture.speak("We are here, 1854.", services) {
      $0.voice = "kal16"
      $0.providers = ["embedded"]
    }
    #expect(plain.audio.digest == named.audio.digest)
    #expect(services.madeParts.isEmpty)
    // Neither default is part of a key, so results from before are still found.
    let declared = StageSpec(TTS.self).options
    for name in ["providers", "ssml", "reading", "take"] {
      let field = try #require(declared.first { $0.name == name })
      #expect(try field.convert(nil) == .null)
    }
  }
}
