import Foundation
import Pipeline
import Testing
import Threads

@Suite("Plans", .timeLimit(.minutes(5)))
struct PlanTests {
  /// Stages with items, conditions, fall-backs, films, files and chains.
  private static func pipelines(_ tag: String) -> [String] {
    [
      """
      version: 1
      name: plain
      stages:
        a: { uses: shout, with: { text: "\(tag) a" } }
        b: { uses: shout, with: { text: "b of ${{ a.said }}" } }
        c: { uses: join, in: { texts: [a.said, b.said] } }
      outputs: { text: c.text, file: c.file }
      """,
      """
      version: 1
      name: items
      inputs: { words: { type: list<text>, default: [x, y, z] } }
      stages:
        say: { uses: shout, foreach: inputs.words, with: { text: "\(tag) ${{ item }} ${{ index }}" } }
        again: { uses: shout, foreach: say.said, with: { text: "again ${{ item }}" } }
        all: { uses: join, in: { texts: again.said } }
      outputs: { text: all.text }
      """,
      """
      version: 1
      name: choices
      inputs: { wanted: { type: boolean, default: false } }
      stages:
        a: { uses: shout, with: { text: "\(tag) choice" } }
        maybe: { uses: shout, if: inputs.wanted, with: { text: "maybe ${{ a.said }}" } }
        never: { uses: join, in: { texts: maybe.said } }
        pick: { uses: shout, with: { text: "pick ${{ maybe.said else a.said }}" } }
      outputs: { said: pick.said, text: never.text }
      """,
      """
      version: 1
      name: films
      stages:
        film: { uses: film, with: { length: 3s } }
        text: { uses: shout, with: { text: "\(tag) film" } }
        back: { uses: read, in: { file: film.video }, with: { name: "${{ text.said }}" } }
      outputs: { video: film.video, text: back.text }
      """,
      """
      version: 1
      name: modes
      stages:
        off: { uses: shout, with: { text: "\(tag) off" }, cache: off }
        refresh: { uses: shout, with: { text: "\(tag) refresh" }, cache: refresh }
        after: { uses: join, in: { texts: [off.said, refresh.said] } }
      outputs: { text: after.text }
      """,
    ]
  }

  /// What a run has decided, by stage and item, as a plan would say it.
  private func decisions(
    _ bench: EngineBench, _ result: RunResult
  ) async -> [String: TaskDecision] {
    let tasks = await bench.journal.tasks(of: result.id)
    return Dictionary(
      uniqueKeysWithValues: tasks.map { (name($0.id.stage, $0.id.item), $0.decision) })
  }

  private func name(_ stage: String, _ item: Int?) -> String {
    stage + (item.map { "[\($0)]" } ?? "")
  }

  /// Every decision of a plan is the run's; what waits is decided when it is its turn.
  private func expectSame(_ plan: RunPlan, _ bench: EngineBench, _ result: RunResult) async {
    let made = await decisions(bench, result)
    for stage in plan.stages {
      #expect(stage.error == nil)
      for task in stage.tasks {
        if case .waitsFor(let stages) = task.decision.reason {
          #expect(!stages.isEmpty)
          #expect(task.decision.outcome == .run)
          continue
        }
        #expect(made[name(stage.id, task.item)] == task.decision, "\(stage.id)")
      }
    }
    for stage in result.stages where stage.state == .completed {
      guard let planned = plan[stage: stage.id], let count = planned.taskCount else { continue }
      #expect(count == stage.tasks, "\(stage.id)")
    }
  }

  @Test("a plan says what the run then does: first, again, changed and refreshed", arguments: 0..<5)
  func planned(index: Int) async throws {
    let bench = try EngineBench()
    let yaml = Self.pipelines("plan \(index)")[index]
    let changed = Self.pipelines("other \(index)")[index]
    let none: Set<String> = []
    let requests: [(String, Set<String>)] = [
      (yaml, none), (yaml, none), (changed, none), (yaml, none),
      (yaml, ["a", "say", "film", "off"]),
    ]
    for (yaml, refreshed) in requests {
      let request = try bench.request(yaml, refreshed: refreshed)
      let before = await bench.journal.runs(limit: 100).count
      let plan = try await bench.engine.plan(request)
      #expect(await bench.journal.runs(limit: 100).count == before)
      let result = try await bench.run(request)
      #expect(result.state == .completed)
      await expectSame(plan, bench, result)
    }
  }

  @Test("a plan runs and stores nothing, and knows inputs by their bytes")
  func harmless() async throws {
    let bench = try EngineBench()
    try Data("planned".utf8).write(to: bench.folder.appendingPathComponent("in.txt"))
    let yaml = """
      version: 1
      name: harmless
      inputs: { file: { type: file } }
      stages:
        back: { uses: read, in: { file: inputs.file }, with: { name: harmless } }
      outputs: { text: back.text }
      """
    let request = try bench.request(yaml, inputs: [("file", "in.txt")])
    let plan = try await bench.engine.plan(request)
    #expect(Calls.shared["harmless"] == 0)
    #expect(plan.count(.run) == 1)
    let file = FileReference(digest: Digest(of: "planned".utf8), byteCount: 7, name: "in.txt")
    #expect(await !bench.artifacts.contains(file))
    _ = try await bench.run(request)
    #expect(try await bench.engine.plan(request).count(.cached) == 1)
    let cost = try #require(await bench.journal.usualCost(ofStage: "read"))
    let again = try await bench.engine.plan(
      bench.request(yaml, inputs: [("file", "in.txt")], refreshed: ["back"]))
    #expect(again[stage: "back"]?.tasks.first?.cost == cost)
    #expect(again.unknownCostCount == 0)
  }

  @Test("a stage that could not begin is told with its error, and what it blocks")
  func errors() async throws {
    let bench = try EngineBench()
    let plan = try await bench.engine.plan(
      bench.request(
        """
        version: 1
        name: errors
        inputs: { items: { type: list<json>, default: [{ path: missing.txt }] } }
        stages:
          back: { uses: read, foreach: inputs.items, in: { file: "${{ item.path }}" } }
          after: { uses: join, in: { texts: back.text } }
        """))
    #expect(plan[stage: "back"]?.error?.message.contains("`missing.txt`") == true)
    #expect(plan[stage: "after"]?.tasks.first?.decision.reason == .blockedBy(["back"]))
  }

  @Test("thousands of tasks are planned, run, and known afterwards")
  func many() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: many
      inputs: { words: { type: list<integer> } }
      stages:
        say: { uses: count, foreach: inputs.words, with: { number: "${{ item }}" } }
      outputs: { numbers: say.number }
      """
    let words = "[" + (1...3000).map(String.init).joined(separator: ",") + "]"
    let request = try bench.request(yaml, inputs: [("words", words)])
    let plan = try await bench.engine.plan(request)
    #expect(plan.count(.run) == 3000)
    let result = try await bench.run(request)
    #expect(result.state == .completed)
    #expect(result.outputs["numbers"] == .list((1...3000).map { .integer($0) }))
    // Not an event for each item.
    #expect(bench.events.withLock { $0.count } < 1500)
    #expect(try await bench.engine.plan(request).count(.cached) == 3000)
    let second = try await bench.run(request)
    #expect(second[stage: "say"]?.cached == 3000)
    #expect(second.outputs == result.outputs)
  }
}
