import Foundation
import Pipeline
import Testing
import Threads

@Suite("Engine", .timeLimit(.minutes(1)))
struct EngineTests {
  private static let registry = StageRegistry([
    StageSpec(Shout.self), StageSpec(Join.self), StageSpec(Flaky.self), StageSpec(Wait.self),
  ])

  /// An engine in memory, and what a test wants to see afterwards.
  private final class Bench: Sendable {
    let folder: URL
    let journal = MemoryJournal()
    let artifacts: MemoryArtifactStore
    let engine: PipelineEngine
    let events = Locked<[RunEvent]>([])

    init() throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      artifacts = MemoryArtifactStore(folder: folder.appendingPathComponent("opened"))
      engine = PipelineEngine(
        EngineEnvironment(
          journal: journal, results: journal, artifacts: artifacts, renderer: NoRenderer(),
          scratch: folder.appendingPathComponent("scratch"), resources: ResourcePool(cores: 2),
          clock: ImmediateClock()))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func run(
      _ yaml: String, inputs: [(name: String, text: String)] = [], refreshed: Set<String> = [],
      until: String? = nil, onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async throws -> RunResult {
      let (loaded, diagnostics) = PipelineGraph.load(text: yaml, registry: EngineTests.registry)
      let graph = try #require(loaded, "\(diagnostics)")
      let bound = graph.bindInputs(arguments: inputs, file: nil)
      try #require(bound.diagnostics.isEmpty)
      let request = RunRequest(
        graph: graph, source: PipelineSource(.init(name: nil, text: yaml)), inputs: bound.values,
        inputFolder: folder,
        refreshed: refreshed, until: until)
      return try await engine.run(request) { event in
        self.events.withLock { $0.append(event) }
        onEvent(event)
      }
    }

    func types(of stage: String? = nil) -> [RunEvent.Kind] {
      events.withLock { $0.filter { stage == nil || $0.stage == stage }.map(\.type) }
    }
  }

  private struct NoRenderer: TimelineRendering {
    func render(
      _ timeline: Timeline, _ context: StageContext
    ) async throws -> FileReference {
      throw StageError(.internal, "no renderer in this test")
    }
  }

  /// Sleeps take no time, so that retries and limits need none.
  private struct ImmediateClock: Clock {
    typealias Duration = Swift.Duration
    typealias Instant = ContinuousClock.Instant
    var now: Instant { .now }
    var minimumResolution: Duration { .zero }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
      try Task.checkCancellation()
    }
  }

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
    let bench = try Bench()
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
    let result = try await Bench().run(Self.words, inputs: [("words", "[]")])
    #expect(result.state == .completed)
    #expect(result.outputs["text"] == .text(""))
  }

  @Test("events are numbered without a gap, fractions never fall, the journal holds the same")
  func events() async throws {
    let bench = try Bench()
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
    let bench = try Bench()
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
    let bench = try Bench()
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
    let bench = try Bench()
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
    let bench = try Bench()
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
    let result = try await Bench().run(
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
    let result = try await Bench().run(
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
    let result = try await Bench().run(
      """
      version: 1
      name: p
      stages:
        slow: { uses: wait, timeout: 5s }
      """)
    #expect(result.state == .failed)
    #expect(result.stages.first?.error?.errorClass == .timeout)
  }

  @Test("cancelling ends the run, records it, and leaves no file behind")
  func cancelled() async throws {
    let bench = try Bench()
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
    let result = try await run.value
    #expect(result.state == .cancelled)
    #expect(bench.types().last == .runCancelled)
    #expect(bench.types(of: "slow").last == .stageCancelled)
    let left = try? FileManager.default.contentsOfDirectory(
      atPath: bench.folder.appendingPathComponent("scratch").path)
    #expect(left?.isEmpty ?? true)
  }

  @Test("until runs only a stage and what it needs")
  func until() async throws {
    let bench = try Bench()
    let result = try await bench.run(
      Self.words, inputs: [("words", "[until]")], until: "say")
    #expect(result.state == .completed)
    #expect(result.stages.map(\.id) == ["say"])
    #expect(result.outputs.isEmpty)
  }

  @Test("a path that is not there is told with its place and a neighbour")
  func missingFile() async throws {
    let bench = try Bench()
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
