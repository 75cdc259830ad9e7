import Foundation
import HTTPTypes
import Pipeline
import SpeechProviders
import TestSupport
import Testing

@testable import videocraft

@Suite("Speech providers of a host", .timeLimit(.minutes(2)))
struct SpeechFileTests {
  @Test("All that a provider can have is read")
  func everything() throws {
    let text = """
      breaker: { failures: 2, failure_rate: 0.25, window: 8, open_for: 5s, probes: 2 }
      providers:
        - name: studio
          kind: elevenlabs
          key: ELEVEN_KEY
          model: eleven_flash_v2_5
          voice: abc
          voices: { narrator: def, de: ghi }
          format: mp3_44100_192
          timestamps: false
          concurrency: 3
          attempts: 5
          timeout: 20s
          patience: 1m
          max_length: 900
        - name: ear
          kind: whisper-cpp
          endpoint: http://127.0.0.1:8080
          networks: [127.0.0.0/8]
          max_sound: 2m
      """
    let (file, diagnostics) = SpeechFile.read(text)
    #expect(diagnostics.isEmpty)
    #expect(file.breaker.failures == 2 && file.breaker.failureRate == 0.25)
    #expect(file.breaker.openFor == .seconds(5) && file.breaker.probes == 2)
    let studio = try #require(file.providers.first)
    #expect(studio.endpoint == "https://api.elevenlabs.io")
    #expect(studio.key == "ELEVEN_KEY" && studio.voices == ["narrator": "def", "de": "ghi"])
    #expect(studio.timeout == .seconds(20) && studio.patience == .seconds(60))
    #expect(!studio.timestamps && studio.longest == 900 && studio.attempts == 5)
    #expect(file.providers[1].longestSound == 120)
    #expect(file.providers[1].networks.count == 1)
  }

  @Test(
    "What is wrong is said with the provider's name",
    arguments: [
      ("{ name: a, kind: elevenlabs }", "without a key"),
      ("{ name: a, kind: piper }", "give `endpoint`"),
      ("{ name: embedded, kind: openai }", "means the engines"),
      ("{ name: a, kind: piper, endpoint: 'http://10.0.0.1' }", "not encrypted"),
      ("{ name: a, kind: piper, endpoint: 'https://u:p@x.org' }", "without credentials"),
      ("{ name: a, kind: openai, networks: [localhost] }", "not a network"),
      ("{ name: a, kind: deepgram, key: K, voice: x }", "has no voice"),
      ("{ name: a, kind: openai, instructions: slowly }", "other than `tts-1`"),
      ("{ name: a, kind: opnai }", "openai"), ("{ name: a, kind: openai, speed: 2 }", "speed"),
    ])
  func wrong(provider: String, hint: String) {
    let (_, diagnostics) = SpeechFile.read("providers:\n  - \(provider)\n")
    #expect(
      diagnostics.contains { $0.message.contains(hint) || $0.hint?.contains(hint) == true },
      "\(diagnostics)")
  }

  @Test("Two providers of one name are refused, and a file that is not there is told")
  func names() {
    let twice = "providers:\n  - { name: a, kind: openai }\n  - { name: a, kind: openai }\n"
    #expect(SpeechFile.read(twice).diagnostics.count == 1)
    #expect(throws: UsageError.self) {
      try SpeechFile.desk("/nowhere/speech.yaml", secrets: NoSecrets())
    }
  }

  @Test(
    "The setting and the variable name the file; a variable of the speech program is no setting")
  func configuration() throws {
    let environment = [
      "VIDEOCRAFT_SPEECH_PROVIDERS": "/etc/speech.yaml", "VIDEOCRAFT_SPEECH_MODEL": "/m",
    ]
    let folder = try TestFolder()
    let empty = try folder.write("", to: "config.yaml")
    let (configuration, diagnostics, _) = try Configuration.load(
      file: empty.path, environment: environment)
    #expect(!diagnostics.contains { $0.severity == .error }, "\(diagnostics)")
    #expect(configuration?.speechProviders == "/etc/speech.yaml")
  }

  @Test("The API and the metrics say how each provider is, and nothing of its key")
  func api() async throws {
    let server = try TestServer { _, connection in
      connection.reply(500, [], #"{"error":{"message":"sk-hidden-key is down"}}"#)
    }
    var settings = ProviderSettings(name: "studio", kind: .openai, endpoint: server.url(""))
    settings.networks =
      SpeechFile.read(
        "providers: [{ name: a, kind: openai, networks: [127.0.0.0/8] }]"
      ).file.providers[0].networks
    settings.key = "K"
    settings.voice = "alloy"
    settings.attempts = 1
    var breaker = BreakerSettings()
    breaker.failures = 1
    let desk = ProviderDesk([settings], breaker: breaker, key: { _ in "sk-hidden-key" })
    var facilities = HostFacilities()
    facilities.add(desk)
    let kit = try ServingKit(facilities: facilities)
    let line = try #require(desk.line(named: "studio"))
    await #expect(throws: ProviderError.self) {
      try await line.perform { call -> Int in
        throw ProviderError(.transient, "studio", "answered 500: *** is down")
      }
    }
    let answer = try await kit.get("/api/v1/providers")
    #expect(answer.status == 200)
    #expect(
      answer.text.contains(#""name":"studio""#) || answer.text.contains(#""name" : "studio""#))
    #expect(answer.text.contains("open"))
    #expect(answer.text.contains("transient"))
    #expect(!answer.text.contains("sk-hidden-key"))
    let metrics = try await kit.get("/metrics")
    #expect(metrics.text.contains(#"videocraft_provider_state{provider="studio",state="open"} 1"#))
    #expect(
      metrics.text.contains(
        #"videocraft_provider_calls_total{provider="studio",outcome="transient"} 1"#))
    let without = try ServingKit()
    #expect(try await without.get("/api/v1/providers").text.filter { !$0.isWhitespace } == "[]")
    #expect(!(try await without.get("/metrics")).text.contains("videocraft_provider"))
  }
}
