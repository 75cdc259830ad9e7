import Foundation
import Glibc
import Speech
import TestSupport
import Testing
import Threads

@testable import SpeechClient

@Suite("The speech helper", .timeLimit(.minutes(10)))
struct HelperTests {
  private static func request(
    _ words: [String], engine: SpeechEngine = .flite, voice: String = "slt", in folder: TestFolder
  ) -> SpeechRequest {
    .synthesise(
      SynthesisRequest(
        engine: engine, voice: voice, speed: 1, pitch: 0,
        sentences: [SynthesisRequest.Sentence(tokens: words, pause: 100)],
        output: folder.file("ö 'x'.wav").path))
  }

  @Test("Requests and messages survive being written and read")
  func coding() throws {
    let folder = try TestFolder()
    let requests: [SpeechRequest] = [
      .voices, Self.request(["Grüße,", "\"x\""], in: folder),
      .align(AlignmentRequest(audio: "/a b", tokens: ["x"])),
      .recognise(RecognitionRequest(audio: "/a")),
    ]
    for request in requests {
      let line = try JSONEncoder().encode(request)
      #expect(try JSONDecoder().decode(SpeechRequest.self, from: line) == request)
    }
    for bad in ["{}", #"{"voices":{},"align":{}}"#, #"{"sing":{}}"#, "[]", #"{"align":{}}"#] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(SpeechRequest.self, from: Data(bad.utf8))
      }
    }
  }

  @Test("It lists the voices of both engines, without those that need another program")
  func voices() async throws {
    let voices = try #require(try await SpeechFixture.helper.perform(.voices).voices)
    #expect(voices.filter { $0.engine == .flite }.map(\.name) == ["slt", "rms", "awb", "kal16"])
    #expect(voices.contains { $0.engine == .espeak && $0.languages.contains("de") })
    #expect(voices.count > 100)
  }

  @Test(
    "What cannot be spoken is an error with a code, whatever the engine",
    arguments: SpeechEngine.allCases,
    [
      (LongText("🙂"), SpeechFault.Code.nothingToSay), ("— ...", .nothingToSay),
      ("", .nothingToSay), (LongText(String(repeating: "a", count: 10_000)), .wordTooLong),
    ])
  func unspeakable(engine: SpeechEngine, words: (LongText, SpeechFault.Code)) async throws {
    let folder = try TestFolder()
    let request = Self.request(
      words.0.text.split(separator: " ").map(String.init), engine: engine,
      voice: engine == .flite ? "slt" : "de", in: folder)
    let helper = try SpeechFixture.helper
    let error = await #expect(throws: SpeechError.self) { try await helper.perform(request) }
    #expect(error?.fault?.code == words.1)
    #expect(error?.kind == .invalidInput)
  }

  @Test(
    "Odd words are spoken, each at a time of its own and in order",
    arguments: SpeechEngine.allCases,
    [
      ["$1,234.56", "H.264", "Kubernetes", "Nguyen", "don’t", "£20", "1990–1995"],
      ["<speak>", "[[h]]", "%s%n", "\\\"", "a\u{300}", "{x}", "&amp;"],
      ["Привет", "你", "好", "مرحبا", "ok"],
      [String(repeating: "a", count: 250), "7777777777777777777", "b"],
    ])
  func odd(engine: SpeechEngine, words: [String]) async throws {
    let folder = try TestFolder()
    let request = Self.request(
      words, engine: engine, voice: engine == .flite ? "rms" : "en-us", in: folder)
    let said = Locked<[TimedToken]>([])
    let answer = try await SpeechFixture.helper.perform(request) { message in
      said.withLock { $0 += message.sentence?.words ?? [] }
    }
    let sound = try #require(answer.synthesised)
    let tokens = said.withLock { $0 }
    #expect(!tokens.isEmpty)
    #expect(
      zip(tokens, tokens.dropFirst()).allSatisfy { $0.token < $1.token && $0.start <= $1.start })
    #expect(tokens.allSatisfy { $0.start <= $0.end && words.indices.contains($0.token) })
    #expect((tokens.last?.end ?? 0) <= sound.sampleCount * 1000 / sound.sampleRate)
  }

  @Test("The same request gives the same samples every time", arguments: SpeechEngine.allCases)
  func sameSamples(engine: SpeechEngine) async throws {
    var sounds: Set<Data> = []
    for _ in 0..<2 {
      let folder = try TestFolder()
      let request = Self.request(
        ["Once", "upon", "a", "time."], engine: engine, voice: engine == .flite ? "slt" : "fr",
        in: folder)
      _ = try await SpeechFixture.helper.perform(request)
      sounds.insert(try Data(contentsOf: folder.file("ö 'x'.wav")))
    }
    #expect(sounds.count == 1)
  }

  @Test("Sounds that are missing, no sound, silent or of another rate are refused with a reason")
  func badSounds() async throws {
    let folder = try TestFolder()
    try folder.write("not a sound", to: "text.wav")
    let silent = try WaveFileWriter(folder.file("silent.wav").path, sampleRate: 16_000)
    try silent.appendSilence(sampleCount: 16_000)
    try silent.close()
    let other = try WaveFileWriter(folder.file("other.wav").path, sampleRate: 8_000)
    try other.append(Array(repeating: 5000, count: 8_000))
    try other.close()
    let helper = try SpeechFixture.helper
    for name in ["none.wav", "text.wav", "silent.wav", "other.wav"] {
      let path = folder.file(name).path
      for request: SpeechRequest in [
        .recognise(RecognitionRequest(audio: path)),
        .align(AlignmentRequest(audio: path, tokens: ["word"])),
      ] {
        let error = await #expect(throws: SpeechError.self) { try await helper.perform(request) }
        #expect(error?.fault?.code == .badAudio, "\(name)")
      }
    }
  }

  @Test("Killed while it works, it is reported lost, with what it last wrote")
  func killed() async throws {
    let watched = try WatchedHelper(
      """
      read line; echo oh no >&2; echo '{"progress":{"done":1,"total":9}}'; sleep 600
      """)
    let error = await #expect(throws: SpeechError.self) {
      try await watched.helper.perform(.voices) { _ in
        if let process = watched.processID { kill(process, SIGKILL) }
      }
    }
    #expect(error?.kind == .lost)
    #expect(error?.cause == "oh no\n")
  }

  @Test("The real one, killed between two sentences, is lost too")
  func realOneKilled() async throws {
    let watched = try WatchedHelper()
    let folder = try TestFolder()
    let long = SynthesisRequest(
      engine: .flite, voice: "slt", speed: 1, pitch: 0,
      sentences: Array(
        repeating: SynthesisRequest.Sentence(
          tokens: SpeechFixture.sentences[0].split(separator: " ").map(String.init), pause: 0),
        count: 500), output: folder.file("long.wav").path)
    let error = await #expect(throws: SpeechError.self) {
      try await watched.helper.perform(.synthesise(long)) { _ in
        if let process = watched.processID { kill(process, SIGKILL) }
      }
    }
    #expect(error?.kind == .lost)
  }

  @Test("Cancelled while it works, it is gone soon")
  func cancelled() async throws {
    let watched = try WatchedHelper()
    let folder = try TestFolder()
    let long = SynthesisRequest(
      engine: .flite, voice: "slt", speed: 0.5, pitch: 0,
      sentences: Array(
        repeating: SynthesisRequest.Sentence(
          tokens: SpeechFixture.sentences[0].split(separator: " ").map(String.init), pause: 0),
        count: 500), output: folder.file("long.wav").path)
    let (started, signal) = AsyncStream<Void>.makeStream()
    let task = Task {
      try await watched.helper.perform(.synthesise(long)) { _ in signal.yield() }
    }
    for await _ in started { break }
    let process = try #require(watched.processID)
    #expect(kill(process, 0) == 0)
    let clock = ContinuousClock.now
    task.cancel()
    let error = await #expect(throws: SpeechError.self) { try await task.ended }
    #expect(error?.kind == .cancelled)
    // All of it would take minutes.
    #expect(ContinuousClock.now - clock < .seconds(60))
    #expect(kill(process, 0) == -1 && errno == ESRCH)
  }

  @Test("A silent one is given up after a while")
  func silent() async throws {
    let silent = try WatchedHelper("sleep 600")
    var impatient = silent.helper
    impatient.silence = .milliseconds(200)
    let limited = impatient
    let error = await #expect(throws: SpeechError.self) { try await limited.perform(.voices) }
    #expect(error?.kind == .timeout)
    let chatty = try WatchedHelper("read line; echo hello; sleep 600")
    let other = await #expect(throws: SpeechError.self) { try await chatty.helper.perform(.voices) }
    #expect(other?.kind == .internal)
    withExtendedLifetime((silent, chatty)) {}
  }

  @Test("Where it is not installed, the error says what to do")
  func missing() {
    let error = #expect(throws: SpeechError.self) {
      try SpeechHelper.find(in: ["PATH": "/nowhere"], beside: ["/nowhere/else"])
    }
    #expect(error?.kind == .configuration)
    #expect(error?.message.contains("swift build --product videocraft-speech") == true)
    let named = #expect(throws: SpeechError.self) {
      try SpeechHelper.find(in: ["VIDEOCRAFT_SPEECH": "/nowhere/x"], beside: [])
    }
    #expect(named?.message.contains("/nowhere/x") == true)
  }

  @Test("The environment's choice goes before the neighbour, and the neighbour before the path")
  func order() throws {
    // A search path cannot name folders with a colon, which test folders have.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    var paths: [String] = []
    for place in ["named", "beside", "path"] {
      let file = folder.appendingPathComponent("\(place)/videocraft-speech")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("#!/bin/sh\n".utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      paths.append(file.path)
    }
    let beside = [folder.appendingPathComponent("beside").path]
    let path = folder.appendingPathComponent("path").path
    let all = ["VIDEOCRAFT_SPEECH": paths[0], "PATH": "/nowhere:\(path)"]
    #expect(try SpeechHelper.find(in: all, beside: beside).path == paths[0])
    #expect(try SpeechHelper.find(in: ["PATH": path], beside: beside).path == paths[1])
    #expect(try SpeechHelper.find(in: ["PATH": path], beside: []).path == paths[2])
  }
}
