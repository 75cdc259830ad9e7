import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("Plans in words", .timeLimit(.minutes(1)))
struct PlanTextTests {
  private let changed = TaskDecision(
    .run, .changed([.init(part: "in.video", before: "a", after: "a", from: "captions")]))

  private func chunks(_ missing: [Int], of total: Int) -> RunPlan.Parts {
    RunPlan.Parts(
      .chunk, total: total,
      missing: missing.map { index in
        PlannedPart(
          .chunk, named: "chunk \(index + 1)", key: Digest(of: Array("\(index)".utf8)),
          from: MediaTime(milliseconds: index * 4000),
          to: MediaTime(milliseconds: index * 4000 + 4000))
      })
  }

  private func sound(_ isMissing: Bool) -> RunPlan.Parts {
    let part = PlannedPart(.sound, named: "sound", key: Digest(of: "sound".utf8))
    return RunPlan.Parts(.sound, total: 1, missing: isMissing ? [part] : [])
  }

  private func text(_ parts: [RunPlan.Parts], all: Bool = false) -> String? {
    PartsText(parts: parts, showsAll: all).text
  }

  @Test("parts are counted by kind, and those that are made have their times")
  func parts() {
    #expect(
      text([chunks([8, 9, 10], of: 150), sound(false)])
        == "3 of 150 chunks (0:32-0:44), sound kept")
    #expect(
      text([chunks([0, 5, 6], of: 150), sound(true)])
        == "3 of 150 chunks (0:00-0:04, 0:20-0:28), sound")
    #expect(text([chunks([0, 2, 4, 6], of: 9)]) == "4 of 9 chunks")
    #expect(
      text([chunks([0, 2, 4, 6], of: 9)], all: true)
        == "4 of 9 chunks (0:00-0:04, 0:08-0:12, 0:16-0:20, 0:24-0:28)")
    #expect(text([chunks([], of: 150), sound(true)]) == "no chunk of 150, sound")
    #expect(text([chunks([0, 1], of: 2), sound(true)]) == "all 2 chunks, sound")
    #expect(text([chunks([0], of: 1)]) == "its only chunk")
    #expect(
      text([chunks([3], of: 9), sound(true), chunks([4], of: 9), sound(false)])
        == "2 of 18 chunks (0:12-0:20), 1 of 2 sounds")
    #expect(text([]) == nil)
  }

  @Test("a plan is a line for each stage, what is rendered for outputs, and what it comes to")
  func plan() {
    let known = TaskDecision(.cached, .known(run: "r1"))
    var package = RunPlan.Stage(
      id: "package", module: "segment", taskCount: 1,
      tasks: [
        RunPlan.Task(
          decision: changed, cost: UsualCost(elapsed: 2500, byteCount: 3_000_000),
          parts: [chunks([8, 9, 10], of: 150), sound(false)])
      ])
    package.partNames = "chunks"
    var plan = RunPlan(
      pipeline: "narrated",
      stages: [
        RunPlan.Stage(id: "cut", module: "compose", taskCount: 1, tasks: [.init(decision: known)]),
        package,
      ])
    #expect(
      PlanText(plan: plan, showsAll: false).text == """
        cut      cached: run r1 made it from the same
        package  runs because `in.video` changed (it comes from `captions`): 3 of 150 chunks (0:32-0:44), sound kept

        2 tasks: 1 cached, 1 runs; about 2.50 s of work and 3.0 MB

        """)
    plan.stages[1].tasks[0].parts = []
    plan.stages[1].tasks[0].decision = TaskDecision(.run, .waitsFor(["cut"]))
    plan.stages[1].partsKnownAfter = ["voice"]
    plan.outputs = RunPlan.Outputs(names: ["film"])
    plan.outputs?.knownAfter = ["voice", "words"]
    let lines = PlanText(plan: plan, showsAll: false).text.split(separator: "\n")
    #expect(
      lines[1]
        == "package    runs because `cut` runs, unless what comes out is as before; its chunks are known once `voice` has run"
    )
    #expect(
      lines[2]
        == "(outputs)  `film` is rendered; the chunks are known once `voice` and `words` have run")
    plan.outputs?.knownAfter = []
    plan.outputs?.parts = [chunks([], of: 2), sound(false)]
    #expect(
      PlanText(plan: plan, showsAll: false).text.contains(
        "(outputs)  `film` is rendered: no chunk of 2, sound kept\n"))
  }

  @Test("the same in JSON has every part that is made, in milliseconds")
  func json() throws {
    let stage = RunPlan.Stage(
      id: "package", module: "segment", taskCount: 1,
      tasks: [RunPlan.Task(decision: changed, parts: [chunks([8], of: 150), sound(false)])])
    let text = try JSONText.pretty(
      PlanReport(RunPlan(pipeline: "p", stages: [stage], outputs: nil)))
    let plan = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let stages = try #require(plan["stages"] as? [[String: Any]])
    let tasks = try #require(stages.first?["tasks"] as? [[String: Any]])
    let parts = try #require(tasks.first?["parts"] as? [[String: Any]])
    #expect(parts.map { $0["total"] as? Int } == [150, 1])
    #expect(parts.map { $0["missing"] as? Int } == [1, 0])
    let made = try #require(parts.first?["made"] as? [[String: Any]])
    #expect(made.first?["name"] as? String == "chunk 9")
    #expect(made.first?["start"] as? Int == 32_000)
    #expect(made.first?["end"] as? Int == 36_000)
    #expect(stages.first?["partsKnownAfter"] == nil)
    #expect(plan["outputs"] == nil)
  }

  @Test(
    "a preview that is not understood is a wrong command line that shows the forms",
    arguments: [
      (["--preview", "half"], "`5s@0:30`"), (["--preview", "5s@x"], "not `5s@x`"),
      (["--scale", "tiny"], "`360p`"), (["--scale", "0%"], "not `0%`"),
    ])
  func wrong(words: [String], message: String) async throws {
    let folder = try TestFolder()
    let path = try folder.write("version: 1\nname: p\nstages: {}\n", to: "p.yaml").path
    let yaml = """
      version: 1
      name: p
      stages: { cut: { uses: compose, with: { scenes: [{ background: red }] } } }
      """
    _ = try folder.write(yaml, to: "p.yaml")
    for command in ["run", "plan"] {
      let console = Console(collecting: ())
      let code = await Videocraft.dispatch(
        [command, path, "--data-dir", folder.file("data").path] + words, console: console)
      #expect(code == .usage)
      #expect(console.written.err.contains(message), "\(console.written.err)")
    }
  }
}
