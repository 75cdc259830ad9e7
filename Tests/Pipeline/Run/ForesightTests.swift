import Foundation
import Pipeline
import Testing
import Threads

@Suite("Plans that foresee", .timeLimit(.minutes(1)))
struct ForesightTests {
  private static func pipeline(
    _ text: String, uses: String = "sketch", package: String = "", after: String = ""
  ) -> String {
    """
    version: 1
    name: foresight
    inputs: { word: { type: text, default: x } }
    stages:
      cut: { uses: \(uses), with: { text: "\(text)" } }
      package: { uses: assemble, in: { text: cut.\(uses == "sketch" ? "text" : "said") }\(package) }
    \(after)
    outputs: { count: package.count }
    """
  }

  /// What a plan says about the parts of a stage: missing and all chunks, and whether the sound is missing.
  private func counts(_ plan: RunPlan, _ stage: String = "package") throws -> [Int] {
    let parts = try #require(plan[stage: stage]?.tasks.first?.parts)
    return parts.flatMap { $0.kind == .chunk ? [$0.missing.count, $0.total] : [$0.missing.count] }
  }

  /// How many parts the stage made in the last run, by what it said.
  private func made(_ bench: EngineBench, _ kind: String) -> Int {
    bench.events.withLock { events in
      events.filter { $0.type == .stageLog && $0.message == "made \(kind)" }.count
    }
  }

  @Test("what a cheap stage gives is known beforehand, and so are the parts that will be missing")
  func parts() async throws {
    let bench = try EngineBench()
    let steps: [(text: String, counts: [Int])] = [
      ("one two three one", [3, 4, 1]), ("one two four one", [1, 4, 0]),
      ("one two four one five six", [2, 6, 1]), ("six one", [0, 2, 1]),
    ]
    for (text, wanted) in steps {
      bench.events.withLock { $0 = [] }
      let request = try bench.request(Self.pipeline(text))
      let plan = try await bench.engine.plan(request)
      #expect(try counts(plan) == wanted, "\(text)")
      let result = try await bench.run(request)
      #expect(made(bench, "chunk") == wanted[0])
      #expect(made(bench, "sound") == wanted[2])
      let decision = try await bench.decision("package", in: result)
      #expect(plan[stage: "package"]?.tasks.first?.decision == decision)
      let again = try await bench.engine.plan(request)
      #expect(again.count(.cached) == 2)
      #expect(again[stage: "package"]?.tasks.first?.parts == [])
    }
  }

  @Test("a stage that is made again makes its parts again; two that want the same make it once")
  func modes() async throws {
    let bench = try EngineBench()
    let yaml = Self.pipeline("a b c")
    _ = try await bench.run(yaml)
    let refreshed = try bench.request(yaml, refreshed: ["package"])
    #expect(try counts(try await bench.engine.plan(refreshed)) == [3, 3, 1])
    let twice = try bench.request(
      Self.pipeline(
        "a b c", package: ", with: { name: first }, cache: refresh",
        after: "  second: { uses: assemble, in: { text: cut.text }, with: { name: second } }"))
    let plan = try await bench.engine.plan(twice)
    #expect(try counts(plan) == [3, 3, 1])
    #expect(try counts(plan, "second") == [0, 3, 0])
  }

  @Test("a plan keeps nothing of what it foresees, and reads inputs where they are")
  func harmless() async throws {
    let bench = try EngineBench()
    try Data("from a file".utf8).write(to: bench.folder.appendingPathComponent("in.txt"))
    let yaml = """
      version: 1
      name: harmless
      inputs: { file: { type: file } }
      stages:
        cut: { uses: sketch, in: { file: inputs.file }, with: { text: harmless } }
        more: { uses: sketch, in: { file: cut.file }, with: { text: more } }
        package: { uses: assemble, in: { text: more.text } }
      outputs: { count: package.count }
      """
    let request = try bench.request(yaml, inputs: [("file", "in.txt")])
    let plan = try await bench.engine.plan(request)
    #expect(try counts(plan) == [5, 5, 1])
    #expect(Calls.shared["sketch harmless"] == 1)
    #expect(await bench.journal.runs(limit: 10).isEmpty)
    let text = "from a file harmless"
    #expect(
      await !bench.artifacts.contains(
        FileReference(
          digest: Digest(of: text.utf8), byteCount: text.utf8.count, name: "sketch.txt")))
    #expect(bench.scratchFolders.isEmpty)
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: FileManager.default.temporaryDirectory.path)
    for folder in folders where folder.hasPrefix("videocraft-plan-") {
      // Another plan may be under way.
      let path = FileManager.default.temporaryDirectory.appendingPathComponent(folder).path
      let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
      #expect(!found.contains { $0.hasSuffix("harmless") })
    }
  }

  @Test("what only a run can tell is waited for by name", arguments: ["part", "render"])
  func unforeseeable(text: String) async throws {
    let bench = try EngineBench()
    let plan = try await bench.engine.plan(bench.request(Self.pipeline(text)))
    let package = try #require(plan[stage: "package"])
    #expect(package.partsKnownAfter == ["cut"])
    #expect(package.partNames == "chunks")
    #expect(package.tasks.first?.decision.reason == .waitsFor(["cut"]))
    let other = try await bench.engine.plan(
      bench.request(Self.pipeline("plain \(text)", uses: "shout")))
    #expect(other[stage: "package"]?.partsKnownAfter == ["cut"])
  }

  @Test("behind several stages the one that must run first is named")
  func first() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: first
      stages:
        voice: { uses: shout, with: { text: first voice } }
        cut: { uses: sketch, with: { text: "${{ voice.said }}" } }
        captions: { uses: sketch, with: { text: "${{ cut.text }} !" } }
        package: { uses: assemble, in: { text: captions.text } }
      outputs: { count: package.count, film: captions.video }
      """
    let plan = try await bench.engine.plan(bench.request(yaml))
    #expect(plan[stage: "package"]?.partsKnownAfter == ["voice"])
    #expect(plan.outputs?.names == ["film"])
    #expect(plan.outputs?.knownAfter == ["voice"])
    _ = try await bench.run(yaml, until: "voice")
    let known = try await bench.engine.plan(bench.request(yaml))
    #expect(try counts(known) == [3, 3, 1])
    #expect(known.outputs?.knownAfter == [])
  }

  @Test("what would fail is told beforehand, unless it may go away")
  func failures() async throws {
    let bench = try EngineBench()
    let fails = try await bench.engine.plan(bench.request(Self.pipeline("fail")))
    #expect(fails[stage: "cut"]?.error?.message == "nothing can be made of this")
    #expect(fails[stage: "package"]?.tasks.first?.decision.reason == .blockedBy(["cut"]))
    let breaks = try await bench.engine.plan(bench.request(Self.pipeline("break")))
    #expect(breaks[stage: "cut"]?.error == nil)
    #expect(breaks[stage: "package"]?.partsKnownAfter == ["cut"])
  }

  @Test("very many tasks are not asked one by one")
  func many() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: many
      inputs: { words: { type: list<text> } }
      stages:
        cut: { uses: sketch, foreach: inputs.words, with: { text: "${{ item }} of many" } }
        package: { uses: assemble, foreach: cut.text, in: { text: item } }
      outputs: { count: package.count }
      """
    func plan(_ count: Int) async throws -> RunPlan {
      let words = "[" + (1...count).map { "w\($0)" }.joined(separator: ",") + "]"
      return try await bench.engine.plan(bench.request(yaml, inputs: [("words", words)]))
    }
    let few = try await plan(10)
    #expect(few[stage: "package"]?.tasks.flatMap(\.parts).count == 20)
    let many = try await plan(500)
    #expect(many[stage: "package"]?.partsKnownAfter == ["cut"])
    #expect(many.count(.run) == 501)
    #expect(Calls.shared["sketch w500 of many"] == 0)
  }

  @Test("time and bytes follow the parts that are missing")
  func cost() async throws {
    let bench = try EngineBench()
    _ = try await bench.run(Self.pipeline("q r s t"))
    let part = try #require(await bench.journal.usualCost(ofStage: "assemble/part"))
    #expect(part.byteCount == 64)
    let plan = try await bench.engine.plan(bench.request(Self.pipeline("q r s u")))
    #expect(plan[stage: "package"]?.tasks.first?.cost?.byteCount == 64)
    let whole = try await bench.engine.plan(
      bench.request(Self.pipeline("q r s t"), refreshed: ["package"]))
    #expect(whole[stage: "package"]?.tasks.first?.cost?.byteCount == 5 * 64)
  }

  @Test("a preview has results of its own, and the stage before it has the usual ones")
  func previews() async throws {
    let bench = try EngineBench()
    var request = try bench.request(Self.pipeline("pa pb pc"))
    request.preview = FilmPreview(stretch: .init(start: MediaTime(seconds: 1)))
    #expect(try counts(try await bench.engine.plan(request)) == [1, 1, 1])
    let preview = try await bench.run(request)
    #expect(preview.outputs["count"] == .integer(2))
    #expect(try await bench.engine.plan(request).count(.cached) == 2)
    request.preview = nil
    let plan = try await bench.engine.plan(request)
    #expect(plan[stage: "cut"]?.tasks.first?.decision.outcome == .cached)
    #expect(try counts(plan) == [2, 3, 1])
    let whole = try await bench.run(request)
    #expect(whole.outputs["count"] == .integer(4))
    // It is a run of its own, and can be repeated as it was.
    let status = try #require(try await bench.engine.environment.journal.run(preview.id))
    #expect(status.record.preview?.stretch?.start == MediaTime(seconds: 1))
    let again = try RunRequest(status.record, registry: EngineBench.registry)
    #expect(again.preview == status.record.preview)
    #expect(try await bench.engine.plan(again).count(.cached) == 2)
  }

  @Test(
    "films that are outputs are rendered as previews; those that become part of others are whole")
  func outputs() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: films
      stages:
        cut: { uses: sketch, with: { text: "a film of seven words by me" } }
        back: { uses: read, in: { file: cut.video }, with: { name: films } }
      outputs: { film: cut.video, text: back.text }
      """
    var request = try bench.request(yaml)
    request.preview = FilmPreview(stretch: .init(duration: MediaTime(seconds: 2)))
    let plan = try await bench.engine.plan(request)
    #expect(plan.outputs?.names == ["film"])
    let result = try await bench.run(request)
    #expect(result.outputs["text"] == .text("film of 7000 ms"))
    guard case .video(.file(let file)) = result.outputs["film"] else {
      Issue.record("no file: \(result.outputs)")
      return
    }
    let url = try await bench.artifacts.open(file)
    #expect(try String(contentsOf: url, encoding: .utf8) == "film of 2000 ms")
    #expect(try await bench.engine.plan(request).outputs == nil)
    request.preview = nil
    #expect(try await bench.engine.plan(request).outputs == nil)
  }
}
