import Foundation
import Pipeline
import Speech
import SpeechProviders
import TTSStage
import TestSupport
import Testing

@Suite("Providers that fail", .timeLimit(.minutes(5)))
struct ProviderFailureTests {
  private static let quota = """
    {"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,\
    "code":"insufficient_quota"}}
    """
  private static let voiceGone =
    #"{"detail":{"status":"voice_not_found","message":"A voice was not found"}}"#

  @Test(
    "Each failure has its class, and only what may go away is tried again",
    arguments: [
      (FakeSpeaker.Fault.status(401, body: "{}"), StageError.Class.configuration, 1),
      (.status(403, body: "{}"), .configuration, 1), (.status(402, body: "{}"), .configuration, 1),
      (.status(429, body: quota), .configuration, 1),
      (.status(404, body: voiceGone), .configuration, 1),
      (.status(400, body: "{}"), .invalidInput, 1), (.status(422, body: "{}"), .invalidInput, 1),
      (.status(429, body: "{}"), .rateLimited, 3),
      (.status(429, headers: ["Retry-After: 3600"], body: "{}"), .rateLimited, 1),
      (.status(500, body: "oops"), .transient, 3), (.status(503, body: ""), .transient, 3),
      (.page, .transient, 3), (.empty, .transient, 3), (.cutSound, .transient, 3),
      (.silent, .transient, 3), (.noise, .transient, 3), (.lost, .transient, 3),
    ])
  func classes(fault: FakeSpeaker.Fault, expected: StageError.Class, tries: Int) async throws {
    let fake = try FakeSpeaker(.openai, everyFault: fault)
    let kit = try ProviderKit([fake.settings()])
    let error = await SpeechFixture.errorClass {
      _ = try await kit.speak("Ships could see the lamp from far away.")
    }
    #expect(error?.errorClass == expected, "\(String(describing: error))")
    #expect(error?.message.contains("remote") == true)
    #expect(fake.requestCount == tries)
    #expect(kit.services.stored.isEmpty)
  }

  @Test(
    "Answers in JSON that are broken are no speech either",
    arguments: [ProviderKind.kokoro, .elevenlabs, .google])
  func brokenJSON(kind: ProviderKind) async throws {
    for fault in [FakeSpeaker.Fault.brokenJSON, .page, .cutSound, .noise] {
      let fake = try FakeSpeaker(kind, everyFault: fault)
      let kit = try ProviderKit([fake.settings()])
      let error = await SpeechFixture.errorClass {
        _ = try await kit.speak("Ships could see the lamp from far away.")
      }
      #expect(error?.errorClass == .transient, "\(fault)")
    }
  }

  @Test(
    "Times that are missing or in disorder are replaced by estimates, and the sound is kept",
    arguments: [ProviderKind.kokoro, .elevenlabs, .google], [true, false])
  func badTimes(kind: ProviderKind, areMixed: Bool) async throws {
    let fake = try FakeSpeaker(kind, everyFault: areMixed ? .mixedTimes : .noTimes)
    let kit = try ProviderKit([fake.settings()])
    let spoken = try await kit.speak("The lamp was lit at dusk.") { $0.language = "it" }
    #expect(spoken.transcript.timing == .estimate)
    #expect(fake.requestCount == 1)
  }

  @Test("A WAV file that does not know its size is read to its end")
  func unsized() async throws {
    let fake = try FakeSpeaker(.openai, everyFault: .unsized)
    let kit = try ProviderKit([fake.settings()])
    let spoken = try await kit.speak("The lamp was lit.")
    #expect(spoken.sound.duration > 900)
    #expect(fake.requestCount == 1)
  }

  @Test("A service that stumbles is asked again, as late as it wants")
  func retries() async throws {
    let fake = try FakeSpeaker(
      .openai,
      faults: [1: .status(503, body: ""), 2: .status(429, headers: ["Retry-After: 7"], body: "{}")])
    let kit = try ProviderKit([fake.settings()])
    _ = try await kit.speak("The lamp was lit.")
    #expect(fake.requestCount == 3)
    #expect(kit.sleeps.count == 2)
    #expect(kit.sleeps[1] >= .seconds(7))
    let report = try kit.report()
    #expect(report.successes == 1)
    #expect(report.failures == ["transient": 1, "rate-limited": 1])
    #expect(report.state == .closed)
    #expect(report.lastFailure?.kind == .rateLimited)
  }

  @Test("The next provider speaks the whole text, and the author is told why")
  func fallBack() async throws {
    let broken = try FakeSpeaker(.openai, faults: [2: .status(401, body: "{}")])
    let well = try FakeSpeaker(.kokoro)
    var first = broken.settings("first")
    first.concurrency = 1
    let kit = try ProviderKit([first, well.settings("second")])
    let spoken = try await kit.speak("One lamp. Two lamps.", by: ["first", "second"])
    #expect(spoken.provider == "second")
    #expect(well.texts.count == 2)
    #expect(kit.services.warnings.count == 1)
    #expect(kit.services.warnings.first?.contains("`first`: answered 401") == true)
    // Not asked again while its key is wrong.
    _ = try await kit.speak("Three lamps.", by: ["first", "second"])
    #expect(broken.requestCount == 2)
    #expect(try kit.report("first").state == .open)
  }

  @Test("The engines of this machine can be the last choice, whatever voice the others have")
  func embeddedFallBack() async throws {
    let fake = try FakeSpeaker(.openai, everyFault: .status(500, body: ""))
    let kit = try ProviderKit([fake.settings()])
    let spoken = try await kit.speak("The lamp was lit.", by: ["remote", "embedded"]) {
      $0.voice = "alloy"
    }
    #expect(spoken.provider == "embedded (flite slt)")
    #expect(spoken.transcript.timing == .engine)
  }

  @Test("When nobody can speak, all reasons are told and the class says whether to try again")
  func nobody() async throws {
    let one = try FakeSpeaker(.openai, everyFault: .status(401, body: "{}"))
    let two = try FakeSpeaker(.kokoro, everyFault: .status(503, body: ""))
    let kit = try ProviderKit([one.settings("one"), two.settings("two")])
    let error = await SpeechFixture.errorClass {
      _ = try await kit.speak("The lamp was lit.", by: ["one", "two"])
    }
    #expect(error?.errorClass == .transient)
    #expect(error?.message.contains("`one`: answered 401") == true)
    #expect(error?.message.contains("`two`: answered 503") == true)
  }

  @Test("A provider that keeps failing is left alone, and tried again after a while")
  func breaker() async throws {
    let fake = try FakeSpeaker(
      .openai,
      faults: Dictionary(uniqueKeysWithValues: (1...3).map { ($0, .status(500, body: "")) }))
    var settings = fake.settings()
    settings.attempts = 1
    var breaker = BreakerSettings()
    breaker.failures = 3
    let kit = try ProviderKit([settings], breaker: breaker)
    for _ in 0..<5 {
      _ = await SpeechFixture.errorClass { _ = try await kit.speak("The lamp was lit.") }
    }
    #expect(fake.requestCount == 3)
    #expect(try kit.report().state == .open)
    let resting = await SpeechFixture.errorClass { _ = try await kit.speak("The lamp was lit.") }
    #expect(resting?.errorClass == .rateLimited)
    #expect(resting?.retryAfter != nil)
    kit.pass(.seconds(31))
    #expect(try kit.report().state == .halfOpen)
    _ = try await kit.speak("The lamp was lit.")
    let report = try kit.report()
    #expect(report.state == .closed)
    #expect(report.successRate == 0.25)
  }

  @Test("What a service echoes of a key is in no message, and the key is in no file")
  func secrets() async throws {
    let key = "sk-very-secret-9876543210"
    // The fake knows another key, and its refusal repeats the one that it was given.
    let fake = try FakeSpeaker(.openai)
    let kit = try ProviderKit([fake.settings()], key: key)
    let error = await SpeechFixture.errorClass { _ = try await kit.speak("The lamp was lit.") }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("***") == true)
    #expect(!"\(String(describing: error))\(try kit.report())".contains(key))
    let right = try ProviderKit([fake.settings()])
    _ = try await right.speak("The lamp was lit.")
    for file in right.services.stored {
      #expect(!(try right.services.contents(of: file)).contains(Data(FakeSpeaker.key.utf8)))
    }
    #expect(!right.services.logs.joined().contains(FakeSpeaker.key))
  }

  @Test("An endpoint on this machine is reached only when the operator names its network")
  func outboundRules() async throws {
    let fake = try FakeSpeaker(.kokoro)
    var settings = fake.settings()
    settings.networks = []
    let kit = try ProviderKit([settings])
    let error = await SpeechFixture.errorClass { _ = try await kit.speak("The lamp was lit.") }
    #expect(error?.errorClass == .configuration)
    #expect(fake.requestCount == 0)
  }

  @Test("A provider that the host does not have is answered with those it has")
  func unknown() async throws {
    let fake = try FakeSpeaker(.kokoro)
    let kit = try ProviderKit([fake.settings("studio")])
    let error = await SpeechFixture.errorClass {
      _ = try await kit.speak("The lamp was lit.", by: ["studo"])
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("did you mean `studio`?") == true)
    let none = try TestStageServices()
    var options = TTS.Options()
    options.text = "The lamp."
    options.providers = ["studio"]
    let context = try none.context()
    let missing = await SpeechFixture.errorClass {
      _ = try await TTS(options).run(NoPorts(), context)
    }
    #expect(missing?.field == "providers")
  }
}
