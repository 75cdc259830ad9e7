import ChildProcess
import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("A narration by a provider that is killed", .timeLimit(.minutes(10)), .blocking)
struct NarrationCrashTests {
  private static let sentences = [
    "La lampada era accesa.", "Le navi la vedevano.", "Il mare era calmo.", "Nessuno dormiva.",
    "Poi venne la notte.",
  ]

  private static let pipeline = """
    version: 1
    name: told
    stages:
      voice:
        uses: tts
        with:
          text: "\(sentences.joined(separator: " "))"
          language: it
          providers: [studio]
    outputs: { voice: voice.audio, speaker: voice.provider }
    """

  @Test("No sentence is bought twice, however often the program is killed")
  func killed() async throws {
    let folder = try TestFolder()
    let studio = try Studio()
    try folder.write(Self.pipeline, to: "told.yaml")
    let file = try folder.write(
      """
      providers:
        - name: studio
          kind: piper
          endpoint: \(studio.address)
          networks: [127.0.0.0/8]
          concurrency: 1
      """, to: "speech.yaml")
    let environment = [SpeechFile.variable: file.path]
    func start(_ more: String...) async throws -> TestProcess {
      try await TestProcess.videocraft(
        ["run", "told.yaml", "-o", "out", "--data-dir", "data"] + more, in: folder,
        environment: environment)
    }
    // Each process gets one sentence further, and is killed while it waits for the next.
    for _ in 0..<3 {
      studio.answer(1)
      let process = try await start()
      try await eventually("a request is held") { studio.isHolding }
      process.send(SIGKILL)
      try await process.wait()
      studio.letGo()
    }
    #expect(studio.bought == Array(Self.sentences.prefix(3)))
    studio.answer(.max)
    let last = try await start()
    try #require(try await last.wait() == .code(0), "\(last.errorOutput)")
    #expect(studio.bought == Self.sentences)
    // Those that were under way when the program died were asked for again, and nothing else.
    #expect(studio.requestCount == Self.sentences.count + 3)
    // Also a stage that is made again, and a run in a new folder of outputs, buy nothing.
    let again = try await start("--from", "voice")
    try #require(try await again.wait() == .code(0), "\(again.errorOutput)")
    #expect(studio.requestCount == Self.sentences.count + 3)
    let why = try await TestProcess.videocraft(
      ["runs", "--data-dir", "data", "--format", "json"], in: folder)
    try await why.wait()
    let runs = try JSONSerialization.jsonObject(with: Data(why.output.utf8)) as? [[String: Any]]
    let run = try #require(runs?.first?["run"] as? String)
    let told = try await TestProcess.videocraft(
      ["why", run, "voice", "--data-dir", "data"], in: folder)
    try await told.wait()
    #expect(told.output.contains("provider  studio"), "\(told.output)\(told.errorOutput)")
  }
}

/// A Piper that answers so many requests and holds the next one until it is let go.
private final class Studio: Sendable {
  private struct State {
    var left = 0
    var bought: [String] = []
    var count = 0
    var held = 0
    var released = 0
  }

  private let state: Locked<State>
  private let server: TestServer

  var address: String { server.url("") }
  /// The texts that were answered.
  var bought: [String] { state.withLock { $0.bought } }
  var requestCount: Int { state.withLock { $0.count } }
  var isHolding: Bool { state.withLock { $0.held > $0.released } }

  init() throws {
    let state = Locked(State())
    self.state = state
    server = try TestServer { request, connection in
      guard request.target == "/synthesize",
        let json = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any],
        let text = json["text"] as? String
      else {
        connection.reply(404)
        return
      }
      let isAnswered = state.withLock { state in
        state.count += 1
        guard state.left > 0 else {
          state.held += 1
          return false
        }
        state.left -= 1
        return true
      }
      guard isAnswered else {
        // Until the one who asked is dead.
        connection.waitUntilGone()
        return
      }
      state.withLock { $0.bought.append(text) }
      let wav = ToneVoice(text).wav()
      connection.send(
        "HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: \(wav.count)\r\n\r\n")
      connection.send(wav)
    }
  }

  func answer(_ count: Int) { state.withLock { $0.left = count } }
  func letGo() { state.withLock { $0.released = $0.held } }
}
