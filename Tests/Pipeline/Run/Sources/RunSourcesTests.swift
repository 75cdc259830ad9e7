import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

@Suite("Sources of a run", .timeLimit(.minutes(2)))
struct RunSourcesTests {
  private static let yaml = """
    version: 1
    name: sources
    inputs:
      files: { type: list<file>, default: [] }
      one: { type: file, optional: true }
    stages:
      each: { uses: read, foreach: inputs.files, in: { file: item } }
      single: { uses: read, if: "${{ inputs.one != null }}", in: { file: inputs.one } }
    outputs: { texts: each.text, text: single.text }
    """

  /// An engine whose sources are those of the test.
  private struct Bench {
    let bench: EngineBench
    let sources: FakeSources
    let engine: PipelineEngine

    init(_ texts: [String: String], parallel: Int = 2) throws {
      bench = try EngineBench()
      sources = FakeSources(
        texts, artifacts: bench.artifacts, folder: bench.folder, parallel: parallel)
      var environment = bench.engine.environment
      environment.sources = sources
      engine = PipelineEngine(environment)
    }

    func run(
      _ inputs: [(String, String)], of yaml: String = RunSourcesTests.yaml
    ) async throws -> RunResult {
      let request = try bench.request(yaml, inputs: inputs.map { (name: $0.0, text: $0.1) })
      return try await engine.run(request) { event in
        bench.events.withLock { $0.append(event) }
      }
    }

    var events: [RunEvent] { bench.events.withLock { $0 } }

    /// By item.
    func sourceTasks(of run: String) async -> [TaskRecord] {
      await bench.journal.tasks(of: run).filter { $0.id.stage == "(sources)" }
        .sorted { $0.id.item ?? 0 < $1.id.item ?? 0 }
    }
  }

  private static func many(_ count: Int) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: (0..<count).map {
        ("https://example.org/\($0).txt?key=secret", "\($0) ")
      })
  }

  @Test(
    "each address is fetched once, so many at a time, before anything runs; lists keep their order")
  func fetched() async throws {
    let bench = try Bench(Self.many(12), parallel: 3)
    let addresses = (0..<12).map { "https://example.org/\($0).txt?key=secret" }
    let list = "[" + (addresses + [addresses[0]]).map { "'\($0)'" }.joined(separator: ", ") + "]"
    let result = try await bench.run([("files", list), ("one", addresses[3])])
    #expect(result.state == .completed)
    #expect(
      result.outputs["texts"] == .list(((0..<12).map { "\($0) " } + ["0 "]).map { .text($0) }))
    #expect(result.outputs["text"] == .text("3 "))
    #expect(bench.sources.fetched.sorted() == addresses.sorted())
    #expect(bench.sources.state.withLock { $0.most } <= 3)
    let events = bench.events
    let end = try #require(
      events.firstIndex { $0.stage == "(sources)" && $0.type == .stageCompleted })
    let start = try #require(events.firstIndex { $0.stage == "each" })
    #expect(end < start)
    #expect(events.prefix(3).map(\.type) == [.runCreated, .runStarted, .stageStarted])
    let progress = events.filter { $0.type == .stageProgress && $0.stage == "(sources)" }
    #expect(progress.contains { $0.phase == "https://example.org/0.txt?…" && $0.unit == .bytes })
    #expect(events.compactMap(\.runFraction) == events.compactMap(\.runFraction).sorted())
    let all = try String(decoding: JSONEncoder().encode(events), as: UTF8.self)
    #expect(!all.contains("secret"))
  }

  @Test("sources are tasks in the journal, each with the reason why it was fetched")
  func journalled() async throws {
    let bench = try Bench(Self.many(2))
    let result = try await bench.run([
      ("files", "['https://example.org/0.txt?key=secret', 'https://example.org/1.txt?key=secret']")
    ])
    let tasks = await bench.sourceTasks(of: result.id)
    #expect(tasks.map(\.id.item) == [0, 1])
    #expect(tasks.allSatisfy { $0.state == .completed && $0.elapsed != nil })
    #expect(tasks[0].decision.reason == .source("it was never fetched before"))
    #expect(tasks[0].decision.parts["source"]?.text == "https://example.org/0.txt?…")
  }

  @Test("everything that is wrong with inputs is told at once, each at its place")
  func failing() async throws {
    let bench = try Bench(Self.many(3))
    let result = try await bench.run([
      (
        "files",
        "['https://example.org/0.txt?key=secret', 'https://example.org/none?x', 'ftp://example.org/y']"
      )
    ])
    #expect(result.state == .failed && result.hasWrongInputs)
    let error = try #require(result.stages.last?.error)
    #expect(result.stages.last?.id == "(sources)")
    #expect(error.errorClass == .invalidInput && error.field == "files[1]")
    #expect(
      error.message == """
        2 of 3 sources could not be fetched:
        - `files[1]`: `https://example.org/none?…` could not be fetched: there is no such file
        - `files[2]`: `ftp://example.org/y` is not fetched: only https is
        """)
    let failed = bench.events.filter { $0.type == .stageFailed && $0.item != nil }
      .sorted { $0.item ?? 0 < $1.item ?? 0 }
    #expect(failed.map(\.item) == [1, 2])
    #expect(failed.map(\.field) == ["files[1]", "files[2]"])
    let last = try #require(bench.events.last)
    #expect(last.type == .runFailed && last.stage == "(sources)" && last.field == "files[1]")
    let tasks = await bench.sourceTasks(of: result.id)
    #expect(tasks.map(\.state) == [.completed, .failed, .failed])
  }

  @Test("a server that is away makes the run fail, and its inputs are not wrong")
  func away() async throws {
    let bench = try Bench([:])
    bench.sources.state.withLock {
      $0.errors["https://example.org/a"] = StageError(.transient, "away")
    }
    let result = try await bench.run([("one", "https://example.org/a")])
    #expect(result.state == .failed && !result.hasWrongInputs)
    #expect(result.stages.last?.error?.field == "one")
  }

  @Test(
    "an address in a setting is fetched beforehand; where the stage may not run it is the stage's affair"
  )
  func settings() async throws {
    let yaml = """
      version: 1
      name: settings
      inputs: { first: file }
      stages:
        fine: { uses: read, in: { file: inputs.first }, with: { more: "https://example.org/1.txt" } }
        never: { uses: read, if: false, in: { file: inputs.first }, with: { more: "https://example.org/no" } }
      outputs: { text: fine.text }
      """
    let bench = try Bench([
      "https://example.org/0.txt": "a", "https://example.org/1.txt": "b",
    ])
    let result = try await bench.run([("first", "https://example.org/0.txt")], of: yaml)
    #expect(result.state == .completed && result.outputs["text"] == .text("ab"))
    let warnings = bench.events.filter { $0.type == .stageWarning }
    #expect(warnings.map(\.field) == ["never.more"])
    let needed = try await bench.run(
      [("first", "https://example.org/0.txt")],
      of: yaml.replacing("if: false", with: "if: \"${{ inputs.first != null }}\""))
    #expect(needed.state == .failed && !needed.hasWrongInputs)
    let error = needed.stages.first { $0.id == "never" }?.error
    #expect(error?.message.contains("no such file") == true && error?.field == "more")
    let certain = try await bench.run(
      [("first", "https://example.org/0.txt")], of: yaml.replacing("if: false,", with: ""))
    #expect(certain.hasWrongInputs && certain.stages.last?.error?.field == "never.more")
  }

  @Test("the same bytes under another address are the same: what is known stays known")
  func sameBytes() async throws {
    let bench = try Bench(["https://a.example/x": "text", "https://b.example/y": "text"])
    _ = try await bench.run([("one", "https://a.example/x")])
    let again = try await bench.run([("one", "https://b.example/y")])
    #expect(again.outputs["text"] == .text("text"))
    #expect(again.stages.first { $0.id == "single" }?.cached == 1)
  }

  @Test("a plan fetches nothing: it says what would be, and decides by what is known")
  func plan() async throws {
    let bench = try Bench(["https://example.org/a?k=secret": "text"])
    let request = try bench.bench.request(
      Self.yaml, inputs: [(name: "one", text: "https://example.org/a?k=secret")])
    let before = try await bench.engine.plan(request)
    #expect(bench.sources.fetched == [])
    #expect(before.sources.map(\.address) == ["https://example.org/a?…"])
    #expect(before.sources.map(\.place) == ["one"] && before.sources[0].known == nil)
    #expect(before[stage: "single"]?.tasks.first?.decision.reason == .neverMade)
    _ = try await bench.engine.run(request)
    let after = try await bench.engine.plan(request)
    #expect(bench.sources.fetched.count == 1)
    #expect(after.sources[0].known?.byteCount == 4)
    #expect(after[stage: "single"]?.tasks.first?.decision.outcome == .cached)
    let refused = try bench.bench.request(
      Self.yaml, inputs: [(name: "one", text: "gopher://example.org/")])
    let error = await #expect(throws: StageError.self) { try await bench.engine.plan(refused) }
    #expect(error?.field == "one")
  }

  @Test(
    "a run that is cancelled while it fetches is cancelled; nothing of it goes on",
    arguments: CancelMode.allCases)
  func cancelled(_ mode: CancelMode) async throws {
    let bench = try Bench(Self.many(4), parallel: 1)
    bench.sources.state.withLock { $0.isOpen = false }
    let request = try bench.bench.request(
      Self.yaml,
      inputs: [
        (
          name: "files",
          text: "['https://example.org/0.txt?key=secret', 'https://example.org/1.txt?key=secret']"
        )
      ])
    let record = try await bench.engine.accept(request)
    let run = Task { try await bench.engine.resume(record.id, registry: EngineBench.registry) }
    try await eventually("the first source is fetched") { !bench.sources.fetched.isEmpty }
    #expect(await bench.bench.journal.run(record.id)?.state == .running)
    try await bench.engine.cancel(record.id, mode)
    #expect(try await run.ended.state == .cancelled)
    #expect(bench.sources.fetched.count == 1)
    let events = await bench.bench.journal.events(of: record.id, after: 0)
    #expect(events.last?.type == .runCancelled)
    #expect(await bench.bench.journal.tasks(of: record.id).map(\.state) == [.cancelled])
  }

  @Test("a run that was interrupted while it fetched goes on with its sources")
  func resumed() async throws {
    let bench = try Bench(Self.many(1))
    bench.sources.state.withLock { $0.isOpen = false }
    let request = try bench.bench.request(
      Self.yaml, inputs: [(name: "one", text: "https://example.org/0.txt?key=secret")])
    let record = try await bench.engine.accept(request)
    let run = Task { try await bench.engine.resume(record.id, registry: EngineBench.registry) }
    try await eventually("the source is fetched") { !bench.sources.fetched.isEmpty }
    run.cancel()
    #expect(try await run.value.state == .interrupted)
    bench.sources.state.withLock { $0.isOpen = true }
    let result = try await bench.engine.resume(record.id, registry: EngineBench.registry)
    #expect(result.state == .completed && result.outputs["text"] == .text("0 "))
    let events = await bench.bench.journal.events(of: record.id, after: 0)
    #expect(events.map(\.seq) == Array(1...events.count))
    #expect(events.count { $0.type == .runStarted || $0.type == .runResumed } == 2)
    // Once they are in the store they are not asked about again, whatever has become of the address.
    #expect(bench.sources.fetched.count == 2)
  }

  @Test(
    "a stored copy that is damaged is fetched again; a source that has changed meanwhile is told",
    arguments: ["text", "other"])
  func damaged(_ next: String) async throws {
    let bench = try Bench(["https://example.org/a": "text"])
    bench.sources.state.withLock { $0.spoilsNext = next }
    let result = try await bench.run([("one", "https://example.org/a")])
    #expect(bench.sources.fetched.count == 2)
    if next == "text" {
      #expect(result.outputs["text"] == .text("text"))
    } else {
      #expect(result.state == .failed)
      #expect(
        bench.events.last?.message?.contains("has changed since the run was accepted") == true)
    }
  }

  @Test("what a run fetched can be told afterwards, without fetching")
  func afterwards() async throws {
    let bench = try Bench(["https://example.org/a": "text"])
    let result = try await bench.run([("one", "https://example.org/a")])
    let files = try await bench.bench.journal.sourceFiles(of: result.id)
    let address = try #require(SourceAddress("https://example.org/a"))
    let file = try await files(address, .file, "one")
    #expect(file.digest == Digest(of: Array("text".utf8)) && file.name == "a")
    let other = try #require(SourceAddress("https://example.org/b"))
    await #expect(throws: StageError.self) { try await files(other, .file, "one") }
    #expect(bench.sources.fetched.count == 1)
  }
}
