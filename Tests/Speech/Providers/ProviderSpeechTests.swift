import Foundation
import Pipeline
import Speech
import SpeechProviders
import TTSStage
import TestSupport
import Testing
import Threads

@Suite("Providers that speak", .timeLimit(.minutes(5)))
struct ProviderSpeechTests {
  private static let text = "The lamp was lit at dusk. Ships could see it from far away."

  @Test(
    "Each service is asked in its own form, and its times of words are those of the sound",
    arguments: [ProviderKind.kokoro, .elevenlabs, .google])
  func timedSpeech(kind: ProviderKind) async throws {
    let fake = try FakeSpeaker(kind)
    let kit = try ProviderKit([fake.settings()])
    let spoken = try await kit.speak(Self.text)
    #expect(spoken.transcript.text == Self.text)
    #expect(spoken.transcript.timing == .provider)
    #expect(spoken.transcript.language == "en-US")
    #expect(spoken.provider == "remote")
    #expect(spoken.sound.sampleRate == 48_000)
    #expect(fake.texts.count == 2)
    // The sound is what the words are about: each begins where its tone does.
    let onsets = onsets(spoken.sound)
    #expect(onsets.count == spoken.transcript.words.count)
    for (word, onset) in zip(spoken.transcript.words, onsets) {
      #expect(abs(word.start - onset) <= 12, "\(word)")
    }
  }

  @Test(
    "A service that says no times still gives words in order inside the sound",
    arguments: [ProviderKind.openai, .azure, .piper])
  func untimedSpeech(kind: ProviderKind) async throws {
    let fake = try FakeSpeaker(kind)
    let kit = try ProviderKit([fake.settings()])
    let spoken = try await kit.speak(Self.text) { $0.language = "en-US" }
    #expect(spoken.transcript.text == Self.text)
    #expect(spoken.transcript.timing == .estimate || spoken.transcript.timing == .alignment)
    let words = spoken.transcript.words
    #expect(zip(words, words.dropFirst()).allSatisfy { $0.end <= $1.start })
    #expect((words.last?.end ?? .max) <= spoken.sound.duration)
    #expect(Set(fake.texts) == ["The lamp was lit at dusk.", "Ships could see it from far away."])
  }

  @Test("Speech without times is aligned with its text where that is English")
  func aligned() async throws {
    let services = try TestStageServices()
    let own = try await SpeechFixture.speak(SpeechFixture.sentences[0], services)
    let wav = try services.contents(of: own.audio)
    let server = try TestServer { _, connection in
      connection.send(
        "HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: \(wav.count)\r\n\r\n")
      connection.send(wav)
    }
    var settings = ProviderSettings(name: "remote", kind: .openai, endpoint: server.url("/v1"))
    settings.networks = FakeSpeaker.loopback
    settings.voice = "alloy"
    let kit = try ProviderKit([settings])
    let spoken = try await kit.speak(SpeechFixture.sentences[0])
    #expect(spoken.transcript.timing == .alignment)
    #expect(server.requests.map(\.target) == ["/v1/audio/speech"])
    #expect(server.requests[0].headers["authorization"] == nil)
    let shift = (spoken.transcript.words[0].start) - own.transcript.words[0].start
    let errors = zip(spoken.transcript.words, own.transcript.words)
      .map { abs($0.start - $1.start - shift) }.sorted()
    #expect(errors[errors.count / 2] <= 30)
    #expect((errors.last ?? .max) <= 150)
  }

  @Test("What is spoken is in words, what is shown is as it was written")
  func readingAndWriting() async throws {
    let fake = try FakeSpeaker(.elevenlabs)
    let kit = try ProviderKit([fake.settings()])
    let text = "Dr. Smith paid $23.50 on May 5, 2024 at https://example.com/docs."
    let spoken = try await kit.speak(text)
    #expect(
      fake.texts == [
        "Doctor Smith paid twenty three dollars and fifty cents on May fifth, twenty twenty four "
          + "at example dot com slash docs."
      ])
    #expect(spoken.transcript.text == text)
    #expect(spoken.transcript.timing == .provider)
    let amount = try #require(spoken.transcript.words.first { $0.text == "$23.50" })
    let on = try #require(spoken.transcript.words.first { $0.text == "on" })
    // Six spoken words belong to it.
    #expect(amount.end - amount.start > 1500)
    #expect(abs(on.start - amount.end) < 100)
    let asWritten = try await kit.speak(text) { $0.reading = .voice }
    #expect(asWritten.transcript.text == text)
    #expect(fake.texts.last == text)
  }

  @Test(
    "Speed goes to the service in its own unit",
    arguments: [
      ProviderKind.openai, .kokoro, .elevenlabs, .google, .piper,
    ])
  func speed(kind: ProviderKind) async throws {
    let fake = try FakeSpeaker(kind)
    let kit = try ProviderKit([fake.settings()])
    let usual = try await kit.speak(Self.text)
    let fast = try await kit.speak(Self.text) { $0.speed = 1.2 }
    let ratio = Double(fast.sound.duration) / Double(usual.sound.duration)
    #expect(ratio > 0.82 && ratio < 0.92)
  }

  @Test(
    "What a service cannot do is refused before anything is bought",
    arguments: [
      (ProviderKind.openai, 3.0, 1.0, "pitch"), (.elevenlabs, 0.0, 1.9, "0.7 to 1.2"),
      (.piper, -2.0, 1.0, "pitch"),
    ])
  func unable(kind: ProviderKind, pitch: Double, speed: Double, hint: String) async throws {
    let fake = try FakeSpeaker(kind)
    let kit = try ProviderKit([fake.settings()])
    let error = await SpeechFixture.errorClass {
      _ = try await kit.speak(Self.text) {
        $0.pitch = pitch
        $0.speed = speed
      }
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains(hint) == true, "\(String(describing: error))")
    #expect(fake.requestCount == 0)
  }

  @Test("Voices are taken by the pipeline's name, by language, or as they are")
  func voices() async throws {
    let fake = try FakeSpeaker(.azure)
    var settings = fake.settings()
    settings.voices = ["narrator": "de-DE-KatjaNeural", "de": "de-DE-KatjaNeural"]
    let kit = try ProviderKit([settings])
    _ = try await kit.speak("One lamp.") { $0.voice = "narrator" }
    _ = try await kit.speak("Eine Lampe.") { $0.language = "de-DE" }
    _ = try await kit.speak("Two lamps.") { $0.voice = "en-us" }
    _ = try await kit.speak("Three lamps.") { $0.voice = "de-DE-KatjaNeural" }
    let named = fake.requests.map { request in
      String(decoding: request.body, as: UTF8.self).contains("KatjaNeural")
    }
    #expect(named == [true, true, false, true])
    let error = await SpeechFixture.errorClass {
      _ = try await kit.speak("Four lamps.") { $0.voice = "nobody-knows-this-one" }
    }
    #expect(error != nil)
  }

  @Test("Sentences are joined to the sample, with the wanted silence and without clicks")
  func joined() async throws {
    let fake = try FakeSpeaker(.kokoro)
    let kit = try ProviderKit([fake.settings()])
    let text = (0..<30).map { _ in "One lamp was lit." }.joined(separator: " ")
    let spoken = try await kit.speak(text) { $0.sentenceGap = .milliseconds(333) }
    #expect(fake.texts.count <= 2)
    // Every sentence has the same length, so the last one begins exactly 29 times as far as the second.
    let starts = spoken.transcript.words.filter { $0.text == "One" }.map(\.start)
    #expect(starts.count == 30)
    let step = Double(starts[29] - starts[0]) / 29
    for (index, start) in starts.enumerated() {
      #expect(abs(Double(start - starts[0]) - step * Double(index)) <= 1)
    }
    let samples = spoken.sound.samples
    let jump = zip(samples, samples.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
    // A tone of 220 Hz at this loudness moves by 260 in a sample at most.
    #expect(jump < 400)
  }

  /// Milliseconds at which tones begin.
  private func onsets(_ sound: WaveFile) -> [Int] {
    var onsets: [Int] = []
    var quiet = Int.max / 2
    for (index, sample) in sound.samples.enumerated() {
      if abs(Int(sample)) > 120 {
        if quiet > sound.sampleRate / 50 { onsets.append(index * 1000 / sound.sampleRate) }
        quiet = 0
      } else {
        quiet += 1
      }
    }
    return onsets
  }
}
