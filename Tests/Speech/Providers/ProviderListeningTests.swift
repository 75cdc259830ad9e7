import Foundation
import Pipeline
import Speech
import SpeechProviders
import TestSupport
import Testing
import TranscribeStage

@Suite("Providers that listen", .timeLimit(.minutes(5)))
struct ProviderListeningTests {
  private static let words = [0, 7, 3, 12, 5, 18, 9, 1, 14, 6]

  private func kit(_ fake: FakeListener, _ set: (inout ProviderSettings) -> Void = { _ in }) throws
    -> ProviderKit
  {
    var settings = fake.settings()
    set(&settings)
    var kit = try ProviderKit([settings], key: FakeListener.key)
    kit.kept = fake
    return kit
  }

  private func listen(
    _ kit: ProviderKit, to words: [Int], _ set: (inout Transcribe.Options) -> Void = { _ in }
  ) async throws -> Transcribe.Outputs {
    let audio = try kit.services.add(ToneWords.sound(words), named: "talk.wav")
    return try await SpeechFixture.listen(to: [audio], kit.services) {
      $0.providers = ["listener"]
      set(&$0)
    }
  }

  private func letters(_ transcript: Transcript) -> [String] {
    transcript.words.map { $0.text.lowercased().filter(\.isLetter) }
  }

  @Test(
    "Each service is asked in its own form, and its words have their times",
    arguments: [ProviderKind.openaiTranscription, .whisperCPP, .deepgram, .assemblyai])
  func forms(kind: ProviderKind) async throws {
    let kit = try kit(try FakeListener(kind))
    let outputs = try await listen(kit, to: Self.words) { $0.language = "de" }
    let transcript = outputs.transcript[0]
    #expect(letters(transcript) == Self.words.map { ToneWords.vocabulary[$0] })
    #expect(transcript.timing == .recognition)
    #expect(outputs.method == "recognised")
    #expect(outputs.provider == "listener")
    for (index, word) in transcript.words.enumerated() {
      let start = 200 + Int(Double(index) * (ToneWords.length + ToneWords.gap) * 1000)
      #expect(abs(word.start - start) <= 15)
    }
    let first = transcript.words[0]
    switch kind {
    case .openaiTranscription: #expect(first.text == "Lamp,")
    case .whisperCPP: #expect(first.text == "lamp." && first.confidence == 0.7)
    case .deepgram: #expect(first.text == "Lamp." && first.confidence == 0.75)
    default: #expect(first.text == "lamp" && first.confidence == 0.6)
    }
  }

  @Test(
    "Long sound is cut with overlaps, and no word is lost or doubled at the seams",
    arguments: [5.0, 6.3, 7.7, 9.1, 11.0])
  func seams(longest: Double) async throws {
    let fake = try FakeListener(.openaiTranscription)
    let kit = try kit(fake) { $0.longestSound = longest }
    // Words repeat, so that a seam cannot be found by its text alone.
    let words = (0..<90).map { ($0 * 7 + $0 / 9) % 5 + ($0 % 3) * 5 }
    let outputs = try await listen(kit, to: words)
    #expect(fake.requests.count > 3)
    #expect(letters(outputs.transcript[0]) == words.map { ToneWords.vocabulary[$0] })
    let heard = outputs.transcript[0].words
    #expect(zip(heard, heard.dropFirst()).allSatisfy { $0.end <= $1.start })
  }

  @Test("Speakers keep their names over the seams")
  func speakers() async throws {
    let fake = try FakeListener(.deepgram)
    let kit = try kit(fake) { $0.longestSound = 6 }
    let words = (0..<60).map { ($0 / 4) % 2 == 0 ? $0 % 10 : 10 + $0 % 10 }
    let outputs = try await listen(kit, to: words) { $0.speakers = true }
    #expect(fake.requests.count > 3)
    let transcript = outputs.transcript[0]
    #expect(transcript.words.count == 60)
    for (word, number) in zip(transcript.words, words) {
      #expect(word.speaker == (number < 10 ? "0" : "1"), "\(word)")
    }
  }

  @Test("A stretch is bought once, also by another run")
  func once() async throws {
    let fake = try FakeListener(.deepgram)
    let kit = try kit(fake)
    let first = try await listen(kit, to: Self.words)
    let second = try await listen(kit, to: Self.words)
    #expect(fake.requests.count == 1)
    #expect(first.transcript == second.transcript)
    _ = try await listen(kit, to: Self.words) { $0.prompt = "lighthouse, Cape Horn" }
    #expect(fake.requests.count == 2)
    #expect(fake.requests[1].target.contains("keyterm=lighthouse&keyterm=Cape%20Horn"))
  }

  @Test("A script in another language gets the times at which its words were heard")
  func script() async throws {
    let kit = try kit(try FakeListener(.deepgram))
    let script = Self.words.map { ToneWords.vocabulary[$0].uppercased() + "!" }
      .joined(separator: " ").replacing("STORM", with: "TEMPEST")
    let outputs = try await listen(kit, to: Self.words) {
      $0.language = "fi"
      $0.script = [script]
    }
    let transcript = outputs.transcript[0]
    #expect(transcript.text == script)
    #expect(transcript.timing == .recognition)
    #expect(outputs.method == "aligned")
    #expect(abs(transcript.words[3].start - 1400) <= 20)
    let wrong = try await listen(kit, to: Self.words) {
      $0.language = "fi"
      $0.script = ["Nothing of this was ever said by anybody at all here."]
    }
    #expect(wrong.transcript[0].timing == .estimate)
    #expect(kit.services.warnings.contains { $0.contains("check that they belong together") })
  }

  @Test(
    "Failures have their class, with the message of the service",
    arguments: [
      (
        401, #"{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}"#,
        StageError.Class.configuration
      ),
      (
        402,
        #"{"err_code":"ASR_PAYMENT_REQUIRED","err_msg":"Project does not have enough credits"}"#,
        .configuration
      ),
      (429, #"{"err_code":"TOO_MANY_REQUESTS","err_msg":"Too many requests."}"#, .rateLimited),
      (400, #"{"err_code":"Bad Request","err_msg":"failed to process audio"}"#, .invalidInput),
      (504, "", .transient), (200, "<html>", .transient), (200, #"{"results":{}}"#, .transient),
    ])
  func failures(status: Int, body: String, expected: StageError.Class) async throws {
    let kit = try kit(try FakeListener(.deepgram) { _ in (status, [], body) })
    let error = await SpeechFixture.errorClass { _ = try await listen(kit, to: Self.words) }
    #expect(error?.errorClass == expected, "\(String(describing: error))")
  }

  @Test("A model that says no times is refused with what to do")
  func withoutTimes() async throws {
    let kit = try kit(
      try FakeListener(.openaiTranscription) { _ in (200, [], #"{"text":"lamp ship"}"#) })
    let error = await SpeechFixture.errorClass { _ = try await listen(kit, to: Self.words) }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("whisper-1") == true)
  }

  @Test("The next provider listens when one fails; a question that fails is asked again")
  func fallBack() async throws {
    let broken = try FakeListener(.whisperCPP) { _ in (503, [], "loading model") }
    // The third request is the first question for the transcript.
    let slow = try FakeListener(.assemblyai) { $0 == 3 ? (502, [], "") : nil }
    let kit = try ProviderKit(
      [broken.settings("one"), slow.settings("two")], key: FakeListener.key)
    let outputs = try await listen(kit, to: Self.words) { $0.providers = ["one", "two"] }
    #expect(outputs.provider == "two")
    #expect(kit.services.warnings.contains { $0.contains("`one`: answered 503: loading model") })
    #expect(slow.requests.map(\.method) == ["POST", "POST", "GET", "GET"])
  }

  @Test(
    "Without providers other languages are refused as before, and so are settings for providers")
  func settings() async throws {
    var options = Transcribe.Options()
    options.prompt = "x"
    options.speakers = true
    var problems = OptionProblems()
    options.validate(&problems)
    #expect(problems.found.map(\.field) == ["prompt", "speakers"])
    let kit = try kit(try FakeListener(.openaiTranscription))
    let error = await SpeechFixture.errorClass {
      _ = try await listen(kit, to: Self.words) { $0.speakers = true }
    }
    #expect(error?.field == "speakers")
  }
}
