import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

/// Files of the store that are damaged or gone.
@Suite("Damaged files", .timeLimit(.minutes(5)))
struct DamageTests {
  private static func pipeline(_ name: String) -> String {
    """
    version: 1
    name: damage
    inputs: { more: { type: file, optional: true } }
    stages:
      say: { uses: shout, with: { text: "\(name)" } }
      all: { uses: join, in: { texts: say.said } }
      back: { uses: read, in: { file: all.file }, with: { name: "\(name) \(name)", more: "${{ inputs.more }}" } }
    outputs: { file: all.file, text: back.text }
    """
  }

  private func made(_ bench: EngineBench, _ result: RunResult) throws -> FileReference {
    guard case .file(let file)? = result.outputs["file"] else { throw CancellationError() }
    return file
  }

  @Test(
    "a damaged output is made again, whoever notices it",
    arguments: [ArtifactDamaged.Damage.altered, .gone])
  func output(damage: ArtifactDamaged.Damage) async throws {
    let bench = try EngineBench()
    let yaml = Self.pipeline("output \(damage.rawValue)")
    let first = try await bench.run(yaml)
    let file = try made(bench, first)
    await bench.artifacts.spoil(file, damage)
    let second = try await bench.run(yaml)
    #expect(second.state == .completed)
    #expect(second.outputs == first.outputs)
    #expect(second[stage: "all"]?.cached == 0)
    #expect(try await bench.artifacts.text(of: file) == "output \(damage.rawValue)")
    let warnings = bench.events.withLock { $0.filter { $0.type == .stageWarning } }
    // One that is gone is no result any more; damage shows when the file is opened.
    #expect(warnings.count == (damage == .altered ? 1 : 0))
    if damage == .altered {
      #expect(warnings.first?.message?.hasSuffix("it is made again") == true)
    }
  }

  @Test("a damaged input of a stage is made again before the stage goes on")
  func input() async throws {
    let bench = try EngineBench()
    let yaml = Self.pipeline("input")
    let first = try await bench.run(yaml)
    let file = try made(bench, first)
    await bench.artifacts.spoil(file, .altered)
    let second = try await bench.run(
      yaml.replacing("file: all.file, text", with: "text"), refreshed: ["back"])
    #expect(second.state == .completed)
    #expect(second[stage: "all"]?.cached == 0)
    #expect(second[stage: "say"]?.cached == 1)
    #expect(second.outputs["text"] == .text("input"))
    #expect(bench.types(of: "back").contains(.stageWarning))
    #expect(!bench.types(of: "back").contains(.stageFailed))
    #expect(await bench.journal.run(second.id)?.state == .completed)
  }

  @Test("a damaged copy of an input file is taken in again as long as the file is the same")
  func givenFile() async throws {
    let bench = try EngineBench()
    let url = bench.folder.appendingPathComponent("more.txt")
    try Data(" and more".utf8).write(to: url)
    let yaml = Self.pipeline("given")
    // Resumed runs use the stored copy.
    let record = try await bench.engine.accept(
      bench.request(yaml, inputs: [("more", "more.txt")]))
    let copy = try await bench.artifacts.copy(url, as: "more.txt")
    try await bench.journal.write(
      JournalBatch(
        run: record.id, events: [RunEvent(run: record.id, type: .runCreated).numbered(1, at: 1)],
        changes: [.inputs(["more": .file(copy)]), .state(.interrupted)]))
    await bench.artifacts.spoil(copy, .altered)
    let result = try await bench.engine.resume(record.id, registry: EngineBench.registry)
    #expect(result.state == .completed)
    #expect(result.outputs["text"] == .text("given and more"))
  }

  @Test("an input file that has changed since cannot stand for its damaged copy")
  func changedFile() async throws {
    let bench = try EngineBench()
    let url = bench.folder.appendingPathComponent("more.txt")
    try Data("before".utf8).write(to: url)
    let yaml = Self.pipeline("changed")
    let record = try await bench.engine.accept(
      bench.request(yaml, inputs: [("more", "more.txt")]))
    let copy = try await bench.artifacts.copy(url, as: "more.txt")
    try await bench.journal.write(
      JournalBatch(
        run: record.id, events: [RunEvent(run: record.id, type: .runCreated).numbered(1, at: 1)],
        changes: [.inputs(["more": .file(copy)]), .state(.interrupted)]))
    await bench.artifacts.spoil(copy, .altered)
    try Data("after".utf8).write(to: url)
    let result = try await bench.engine.resume(record.id, registry: EngineBench.registry)
    #expect(result.state == .failed)
    let error = try #require(result.stages.last?.error)
    #expect(error.errorClass == .invalidInput)
    #expect(error.message.contains("`more.txt`"))
  }
}

@Suite("A journal that is full", .timeLimit(.minutes(5)))
struct FullJournalTests {
  @Test(
    "the run stops with a classed error, and goes on from what was kept", arguments: 0..<12)
  func full(writes: Int) async throws {
    let left = Locked(writes)
    let bench = try EngineBench(wrap: { journal in
      WatchedJournal(
        journal: journal,
        onWrite: {
          let hasRoom = left.withLock { left in
            left -= 1
            return left >= 0
          }
          if !hasRoom {
            throw JournalError("the disk of `/data` is full", errorClass: .configuration)
          }
        })
    })
    let yaml = """
      version: 1
      name: full
      inputs: { words: { type: list<text> } }
      stages:
        say: { uses: shout, foreach: inputs.words, with: { text: "full \(writes) ${{ item }}" } }
        all: { uses: join, in: { texts: say.said } }
      outputs: { text: all.text }
      """
    let request = try bench.request(yaml, inputs: [("words", "[a, b, c]")])
    do {
      let result = try await bench.run(request)
      // With enough room it just works.
      #expect(result.state == .completed)
    } catch let error as StageError {
      #expect(error.errorClass == .configuration)
      #expect(error.message == "the disk of `/data` is full")
    } catch let error as JournalError {
      #expect(writes == 0)
      #expect(error.errorClass == .configuration)
    }
    let healthy = try EngineBench(sharing: bench)
    let unfinished = try await healthy.engine.recover()
    for status in unfinished {
      let result = try await healthy.engine.resume(
        status.record.id, registry: EngineBench.registry)
      #expect(result.state == .completed)
      #expect(result.outputs["text"] == .text("full \(writes) a full \(writes) b full \(writes) c"))
      let events = await bench.journal.events(of: result.id, after: 0)
      #expect(events.map(\.seq) == Array(1...events.count))
    }
    #expect(bench.scratchFolders.isEmpty)
  }
}
