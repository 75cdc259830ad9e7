import Foundation
import Pipeline
import Testing

/// Which earlier results stand for which tasks.
@Suite("Earlier results", .timeLimit(.minutes(5)))
struct CacheTests {
  /// `shout` -> `join` -> `read`, with every name to be replaced.
  private static func chain(_ word: String, _ name: String = "reader") -> String {
    """
    version: 1
    name: chain
    stages:
      say: { uses: shout, with: { text: "\(word)", loud: true } }
      all: { uses: join, in: { texts: say.said } }
      back: { uses: read, in: { file: all.file }, with: { name: \(name) } }
    outputs: { text: back.text }
    """
  }

  @Test("a stage that is moved and renamed keeps its result")
  func renamed() async throws {
    let bench = try EngineBench()
    _ = try await bench.run(Self.chain("rename me", "renamed"))
    let result = try await bench.run(
      """
      version: 1
      name: another
      stages:
        last: { uses: read, in: { file: glue.file }, with: { name: renamed } }
        glue: { uses: join, in: { texts: first.said } }
        first: { uses: shout, with: { text: "rename me", loud: true } }
      outputs: { text: last.text }
      """)
    #expect(result.outputs["text"] == .text("RENAME ME"))
    #expect(result.stages.map(\.cached) == [1, 1, 1])
    #expect(Calls.shared["renamed"] == 1)
  }

  @Test("what gives the same bytes from something else stops the change there")
  func earlyCutOff() async throws {
    let bench = try EngineBench()
    _ = try await bench.run(Self.chain("same", "cut off"))
    // Another text, but the same in capitals.
    let result = try await bench.run(Self.chain("Same", "cut off"))
    #expect(result[stage: "say"]?.cached == 0)
    #expect(result[stage: "all"]?.cached == 1)
    #expect(result[stage: "back"]?.cached == 1)
    #expect(Calls.shared["cut off"] == 1)
  }

  @Test("what only feeds known stages is not made again when its result is gone")
  func collected() async throws {
    let bench = try EngineBench()
    let first = try await bench.run(Self.chain("collect", "collected"))
    let tasks = await bench.journal.tasks(of: first.id)
    let key = try #require(tasks.first { $0.id.stage == "all" }?.key)
    let made = try #require(await bench.journal.results(for: [key])[key])
    guard case .file(let file)? = made.outputs["file"] else {
      Issue.record("no file")
      return
    }
    await bench.artifacts.spoil(file, .gone)
    let second = try await bench.run(Self.chain("collect", "collected"))
    #expect(second.state == .completed)
    #expect(second.outputs == first.outputs)
    #expect(second[stage: "all"]?.state == .skipped)
    #expect(second[stage: "all"]?.reason == "what follows from it is known already")
    #expect(Calls.shared["shout collect"] == 1)
    // As soon as somebody needs it, it is made again.
    let third = try await bench.run(Self.chain("collect", "somebody else"))
    #expect(third[stage: "all"]?.cached == 0)
    #expect(third[stage: "say"]?.cached == 1)
    #expect(third.outputs == first.outputs)
  }

  @Test(
    "cache modes", arguments: [("auto", 1, true), ("off", 2, false), ("refresh", 2, true)])
  func modes(mode: String, calls: Int, isKept: Bool) async throws {
    let bench = try EngineBench()
    let text = "mode \(mode)"
    let yaml = """
      version: 1
      name: modes
      stages:
        say: { uses: shout, with: { text: "\(text)" }, cache: \(mode) }
        all: { uses: join, in: { texts: say.said } }
      outputs: { text: all.text }
      """
    _ = try await bench.run(yaml)
    let second = try await bench.run(yaml)
    #expect(Calls.shared["shout \(text)"] == calls)
    #expect(second[stage: "all"]?.cached == 1)
    // Whether it was kept shows where nothing is said about caching.
    let third = try await bench.run(yaml.replacing(", cache: \(mode)", with: ""))
    #expect(third[stage: "say"]?.cached == (isKept ? 1 : 0))
  }

  @Test("what the run itself is told is no part of a definition that can be known")
  func runContext() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: context
      stages:
        say: { uses: shout, with: { text: "${{ run.id }}" } }
        all: { uses: join, in: { texts: say.said } }
      outputs: { text: all.text }
      """
    let first = try await bench.run(yaml)
    let second = try await bench.run(yaml)
    #expect(second[stage: "say"]?.cached == 0)
    #expect(first.outputs["text"] == .text(first.id))
    #expect(second.outputs["text"] == .text(second.id))
  }

  @Test("a failure and what was made of it are not kept")
  func failures() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: failures
      stages:
        bad: { uses: flaky, with: { failures: 1, name: kept failure }, on-error: continue }
        good: { uses: shout, with: { text: fall-back } }
        all: { uses: join, in: { texts: good.said }, needs: [bad] }
        pick: { uses: shout, with: { text: "picked ${{ bad.attempt else good.said }}" } }
      outputs: { said: pick.said }
      """
    let first = try await bench.run(yaml)
    #expect(first.outputs["said"] == .text("picked fall-back"))
    let second = try await bench.run(yaml)
    #expect(Calls.shared["kept failure"] == 2)
    #expect(second[stage: "bad"]?.state == .failed)
    // Known by what it was made from, not by a definition in which `bad` might work.
    #expect(second[stage: "pick"]?.cached == 1)
    let decision = try await bench.decision("pick", in: second)
    #expect(!decision.parts.isEmpty)
  }

  @Test("a changed file runs what reads it again, under the same path")
  func changedFile() async throws {
    let bench = try EngineBench()
    let url = bench.folder.appendingPathComponent("notes.txt")
    let yaml = """
      version: 1
      name: files
      inputs: { items: { type: list<json> } }
      stages:
        back:
          uses: read
          foreach: inputs.items
          in: { file: "${{ item.path }}" }
          with: { name: changed file }
      outputs: { text: back.text }
      """
    try Data("one".utf8).write(to: url)
    let first = try await bench.run(yaml, inputs: [("items", "[{ path: notes.txt }]")])
    #expect(first.outputs["text"] == .list([.text("one")]))
    try Data("two".utf8).write(to: url)
    let second = try await bench.run(yaml, inputs: [("items", "[{ path: notes.txt }]")])
    #expect(second.outputs["text"] == .list([.text("two")]))
    let third = try await bench.run(yaml, inputs: [("items", "[{ path: notes.txt }]")])
    #expect(third[stage: "back"]?.cached == 1)
    #expect(Calls.shared["changed file"] == 2)
  }

  @Test("a film is rendered once, for stages and outputs alike, and not again for a known stage")
  func rendered() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: films
      stages:
        film: { uses: film, with: { length: 1234ms } }
        back: { uses: read, in: { file: film.video }, with: { name: film reader } }
      outputs: { video: film.video, text: back.text }
      """
    let first = try await bench.run(yaml)
    #expect(first.outputs["text"] == .text("film of 1234 ms"))
    guard case .video(.file)? = first.outputs["video"] else {
      Issue.record("not rendered")
      return
    }
    let second = try await bench.run(yaml)
    #expect(second.outputs == first.outputs)
    #expect(second.stages.map(\.cached) == [1, 1])
    #expect(Calls.shared["render 1234"] == 1)
    #expect(Calls.shared["film reader"] == 1)
  }

  @Test("refreshing a stage runs it, and what follows by its changed bytes only")
  func refreshed() async throws {
    let bench = try EngineBench()
    let yaml = Self.chain("refresh", "refreshed reader")
    _ = try await bench.run(yaml)
    let second = try await bench.run(yaml, refreshed: ["all"])
    #expect(second[stage: "say"]?.cached == 1)
    #expect(second[stage: "all"]?.cached == 0)
    #expect(second[stage: "back"]?.cached == 1)
  }
}
