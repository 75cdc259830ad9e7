import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

@Suite("Engine", .timeLimit(.minutes(5)))
struct EngineTests {
  private static let words = """
    version: 1
    name: words
    inputs: { words: { type: list<text> } }
    stages:
      say: { uses: shout, foreach: inputs.words, with: { text: "${{ item }}", loud: true } }
      all: { uses: join, in: { texts: say.said } }
    outputs: { file: all.file, text: all.text }
    """

  @Test("items run as tasks of their own and come together in order")
  func foreach() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(Self.words, inputs: [("words", "[one, two, three]")])
    #expect(result.state == .completed)
    #expect(result.outputs["text"] == .text("ONE TWO THREE"))
    #expect(result.stages.map(\.tasks) == [3, 1])
    guard case .file(let file) = result.outputs["file"] else {
      Issue.record("no file")
      return
    }
    #expect(
      try String(contentsOf: try await bench.artifacts.open(file), encoding: .utf8)
        == "ONE TWO THREE")
  }

  @Test("an empty list gives empty lists")
  func emptyForeach() async throws {
    let result = try await EngineBench().run(Self.words, inputs: [("words", "[]")])
    #expect(result.state == .completed)
    #expect(result.outputs["text"] == .text(""))
  }

  @Test("events are numbered without a gap, fractions never fall, the journal holds the same")
  func events() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(Self.words, inputs: [("words", "[one, two, three]")])
    let events = bench.events.withLock { $0 }
    #expect(events.map(\.seq) == Array(1...events.count))
    #expect(events.first?.type == .runCreated)
    #expect(events.last?.type == .runCompleted)
    #expect(events.last?.runFraction == 1)
    let fractions = events.compactMap(\.runFraction)
    #expect(fractions == fractions.sorted())
    #expect(await bench.journal.events(of: result.id, after: 0) == events)
  }

  @Test("a second run is answered from earlier results, a changed setting runs what it touches")
  func cached() async throws {
    let bench = try EngineBench()
    let yaml = Self.words.replacingOccurrences(of: "item }}", with: "item }} cached")
    _ = try await bench.run(yaml, inputs: [("words", "[a, b]")])
    let second = try await bench.run(yaml, inputs: [("words", "[a, b]")])
    #expect(second.stages.map(\.cached) == [2, 1])
    #expect(Calls.shared["shout a cached"] == 1)
    let third = try await bench.run(yaml, inputs: [("words", "[a, c]")])
    #expect(third.stages.map(\.cached) == [1, 0])
    let again = try await bench.run(yaml, inputs: [("words", "[a, b]")], refreshed: ["say"])
    #expect(again.stages.map(\.cached) == [0, 1])
    #expect(Calls.shared["shout a cached"] == 2)
  }

  @Test("a transient failure is tried again, as often as allowed")
  func retried() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(
      """
      version: 1
      name: p
      stages:
        a: { uses: flaky, with: { failures: 2 }, retry: { max: 3, initial: 10ms } }
      outputs: { attempt: a.attempt }
      """)
    #expect(result.outputs["attempt"] == .integer(3))
    #expect(bench.types(of: "a").filter { $0 == .stageRetrying }.count == 2)
  }

  @Test(
    "what will fail again is not tried again",
    arguments: ["invalid-input", "configuration", "internal"])
  func notRetried(errorClass: String) async throws {
    let bench = try EngineBench()
    let name = "not-retried-\(errorClass)"
    let result = try await bench.run(
      """
      version: 1
      name: p
      stages:
        a: { uses: flaky, with: { error: \(errorClass), name: \(name) }, retry: { max: 3 } }
      outputs: { attempt: a.attempt }
      """)
    #expect(result.state == .failed)
    #expect(Calls.shared[name] == 1)
    #expect(result.stages.first?.error?.errorClass.rawValue == errorClass)
  }

  @Test("a failure stops what depends on it and lets independent branches finish")
  func failure() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(
      """
      version: 1
      name: p
      stages:
        bad: { uses: flaky, with: { failures: 9, error: invalid-input } }
        after: { uses: shout, with: { text: "${{ bad.attempt }}" } }
        other: { uses: shout, with: { text: fine } }
      outputs: { said: after.said, other: other.said }
      """)
    #expect(result.state == .failed)
    let states = Dictionary(uniqueKeysWithValues: result.stages.map { ($0.id, $0.state) })
    #expect(states == ["bad": .failed, "after": .skipped, "other": .completed])
    #expect(result.outputs.isEmpty)
    #expect(bench.types().last == .runFailed)
  }

  @Test("on-error: continue goes on without the outputs")
  func continued() async throws {
    let result = try await EngineBench().run(
      """
      version: 1
      name: p
      stages:
        bad: { uses: flaky, with: { failures: 9 }, on-error: continue }
        good: { uses: shout, with: { text: "fall-back" } }
      outputs: { said: bad.attempt else good.said }
      """)
    #expect(result.state == .completed)
    #expect(result.outputs["said"] == .text("fall-back"))
  }

  @Test("a stage whose condition is false is skipped, and so is what needs it")
  func skipped() async throws {
    let result = try await EngineBench().run(
      """
      version: 1
      name: p
      inputs: { wanted: { type: boolean, default: false } }
      stages:
        maybe: { uses: shout, if: inputs.wanted, with: { text: maybe } }
        after: { uses: join, in: { texts: maybe.said } }
        plain: { uses: shout, with: { text: plain } }
      outputs: { said: maybe.said else plain.said }
      """)
    #expect(result.state == .completed)
    #expect(result.outputs["said"] == .text("plain"))
    let states = Dictionary(uniqueKeysWithValues: result.stages.map { ($0.id, $0.state) })
    #expect(states == ["maybe": .skipped, "after": .skipped, "plain": .completed])
    #expect(result.stages.first { $0.id == "after" }?.reason?.contains("maybe") == true)
  }

  @Test("an attempt that takes too long ends with class timeout")
  func timeout() async throws {
    let result = try await EngineBench().run(
      """
      version: 1
      name: p
      stages:
        slow: { uses: wait, timeout: 5s }
      """)
    #expect(result.state == .failed)
    #expect(result.stages.first?.error?.errorClass == .timeout)
  }

  @Test("cancelling the task that waits interrupts the run, records it, and leaves no file behind")
  func cancelled() async throws {
    let bench = try EngineBench()
    let (started, signal) = AsyncStream.makeStream(of: Void.self)
    let run = Task {
      try await bench.run(
        """
        version: 1
        name: p
        stages:
          slow: { uses: wait }
          after: { uses: shout, needs: [slow], with: { text: never } }
        """
      ) { event in
        if event.type == .stageLog { signal.yield() }
      }
    }
    for await _ in started { break }
    run.cancel()
    let result = try await run.ended
    #expect(result.state == .interrupted)
    #expect(bench.types().last == .runInterrupted)
    #expect(bench.types(of: "slow").last == .stageCancelled)
    let left = try? FileManager.default.contentsOfDirectory(
      atPath: bench.folder.appendingPathComponent("scratch").path)
    #expect(left?.isEmpty ?? true)
  }

  @Test("until runs only a stage and what it needs")
  func until() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(
      Self.words, inputs: [("words", "[until]")], until: "say")
    #expect(result.state == .completed)
    #expect(result.stages.map(\.id) == ["say"])
    #expect(result.outputs.isEmpty)
  }

  @Test("a path that is not there is told with its place and a neighbour")
  func missingFile() async throws {
    let bench = try EngineBench()
    try Data().write(to: bench.folder.appendingPathComponent("music.mp3"))
    let result = try await bench.run(
      """
      version: 1
      name: p
      inputs: { music: { type: audio } }
      stages:
        say: { uses: shout, with: { text: x } }
      outputs: { music: inputs.music }
      """, inputs: [("music", "musik.mp3")])
    #expect(result.state == .failed)
    let error = try #require(result.stages.first { $0.error != nil }?.error)
    #expect(result.hasWrongInputs)
    #expect(error.errorClass == .invalidInput)
    #expect(error.message.contains("`musik.mp3`"))
    #expect(error.message.contains("did you mean `music.mp3`?"))
  }
}
