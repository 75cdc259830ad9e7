import Foundation
import TestSupport
import Testing

@testable import Pipeline

struct TestSecrets: SecretSource {
  var texts: [String: String] = [:]
  func secret(named name: String) -> String? { texts[name] }
}

/// A pipeline with these hooks.
func hookGraph(_ hooks: String) throws -> PipelineGraph {
  let text = """
    version: 1
    name: film
    inputs: { to: { type: text, default: "https://example.org/hook?x=1" } }
    labels: { team: kitchen, odd: hush-hush }
    secrets: [KEY]
    stages: { a: { uses: tts, with: { text: hello, api-key: "${{ secrets.KEY }}" } } }
    hooks:
    \(hooks.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
    """
  let (graph, diagnostics) = PipelineGraph.load(text: text, registry: FakeStages.registry)
  return try #require(graph, "\(diagnostics.map(\.message))")
}

@Suite("Planning of hooks", .timeLimit(.minutes(5)))
struct HookPlannerTests {
  private let now = 1_795_190_400_123

  private func plan(
    _ hooks: String, _ event: RunEvent, inputs: [String: Value] = [:],
    secrets: any SecretSource = NoSecrets()
  ) throws -> HookPlan {
    let scope = Scope(
      inputs: inputs.merging(["to": .text("https://example.org/hook?x=1")]) { one, _ in one },
      runID: "r1", runName: "film")
    return HookPlanner.plan(
      for: event, graph: try hookGraph(hooks), scope: scope, at: now, secrets: secrets)
  }

  private func body(_ delivery: HookDelivery) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(delivery.body.utf8)) as? [String: Any])
  }

  @Test(
    "each occasion is told of its events, and `finished` of every end",
    arguments: [
      (RunEvent.Kind.runStarted, ["run.started"]),
      (.runCompleted, ["run.completed", "run.finished"]),
      (.runFailed, ["run.failed", "run.finished"]),
      (.runCancelled, ["run.cancelled", "run.finished"]), (.runInterrupted, []),
      (.runResumed, []), (.runCreated, []), (.stageCompleted, []), (.stageFailed, []),
    ])
  func occasions(_ kind: RunEvent.Kind, _ types: [String]) throws {
    let hooks = HookDeclaration.Occasion.allCases
      .map { "\($0.rawValue): { webhook: https://example.org/ }" }.joined(separator: "\n")
    let plan = try plan(hooks, RunEvent(run: "r1", type: kind))
    #expect(plan.problems.isEmpty)
    #expect(try plan.deliveries.map { try body($0)["type"] as? String } == types)
    #expect(Set(plan.deliveries.map(\.id)).count == types.count)
  }

  @Test("the message says what came of the run")
  func message() throws {
    var event = RunEvent(run: "r1", type: .runCompleted)
    event.elapsed = 1500
    let bundle = FileBundle(
      entry: "index.m3u8",
      files: ["index.m3u8": .named("index.m3u8"), "0.ts": .named("0.ts", byteCount: 50)])
    event.outputs = [
      "video": .video(.file(.named("film.mp4", byteCount: 77))), "hls": .bundle(bundle),
      "words": .text("hush"),
    ]
    let plan = try plan("completed: { webhook: \"${{ inputs.to }}\" }", event)
    let delivery = try #require(plan.deliveries.first)
    #expect(delivery.url == "https://example.org/hook?x=1")
    #expect(delivery.secret == nil)
    #expect(delivery.run == "r1" && delivery.state == .pending && delivery.dueAt == now)
    let film =
      "{\"digest\":\"\(Digest.of("film.mp4"))\",\"mediaType\":\"video/mp4\","
      + "\"name\":\"film.mp4\",\"size\":77}"
    #expect(
      delivery.body == """
        {"data":{"elapsed":1500,"labels":{"odd":"hush-hush","team":"kitchen"},\
        "outputs":{"hls":{"fileCount":2,"files":[\
        {"digest":"\(Digest.of("0.ts"))","mediaType":"video/mp2t","name":"0.ts","size":50},\
        {"digest":"\(Digest.of("index.m3u8"))","mediaType":"application/vnd.apple.mpegurl",\
        "name":"index.m3u8","size":1}],"size":51},\
        "video":{"fileCount":1,"files":[\(film)],"size":77}},\
        "pipeline":"film","run":"r1","state":"completed"},\
        "timestamp":"2026-11-20T16:00:00.123Z","type":"run.completed"}
        """)
  }

  @Test("a long list of files is cut, and counted")
  func manyFiles() throws {
    var event = RunEvent(run: "r1", type: .runCompleted)
    event.outputs = ["all": .list((0..<500).map { .file(.named("\($0).png", byteCount: 2)) })]
    let plan = try plan("completed: { webhook: https://example.org/ }", event)
    let data = try body(try #require(plan.deliveries.first))["data"] as? [String: Any]
    let all = (data?["outputs"] as? [String: Any])?["all"] as? [String: Any]
    #expect((all?["files"] as? [Any])?.count == 100)
    #expect(all?["fileCount"] as? Int == 500)
    #expect(all?["size"] as? Int == 1000)
  }

  @Test("a failure is told without its cause, and without the text of a secret")
  func failure() throws {
    var event = RunEvent(run: "r1", type: .runFailed)
    event = event.with(
      StageError(.transient, "the service refused hush-hush", cause: "at /home/me"))
    event.stage = "a"
    let plan = try plan(
      "failed: { webhook: https://example.org/, secret: \"${{ secrets.KEY }}\" }", event,
      secrets: TestSecrets(texts: ["KEY": "hush-hush"]))
    let delivery = try #require(plan.deliveries.first)
    #expect(delivery.secret == "KEY")
    #expect(!delivery.body.contains("hush-hush") && !delivery.body.contains("/home"))
    let data = try body(delivery)["data"] as? [String: Any]
    #expect(
      data?["error"] as? [String: String] == [
        "class": "transient", "message": "the service refused ***", "stage": "a",
      ])
    #expect(data?["state"] as? String == "failed")
  }

  @Test("the same plan gives the same ids; other runs, hooks and occasions give others")
  func ids() throws {
    let hooks = """
      completed: [{ webhook: https://a.example/ }, { webhook: https://a.example/ }]
      finished: { webhook: https://a.example/ }
      """
    let first = try plan(hooks, RunEvent(run: "r1", type: .runCompleted)).deliveries.map(\.id)
    let again = try plan(hooks, RunEvent(run: "r1", type: .runCompleted)).deliveries.map(\.id)
    let other = try plan(hooks, RunEvent(run: "r2", type: .runCompleted)).deliveries.map(\.id)
    #expect(first == again)
    #expect(Set(first + other).count == 6)
    #expect(first.allSatisfy { $0.wholeMatch(of: /msg_[0-9a-f]{32}/) != nil })
  }

  @Test("an address that is none is a problem, not a failure of the run")
  func wrongAddress() throws {
    let hooks = """
      completed: { webhook: "${{ inputs.to }}" }
      finished: { webhook: https://example.org/ }
      """
    let plan = try plan(
      hooks, RunEvent(run: "r1", type: .runCompleted), inputs: ["to": .text("example.org")])
    #expect(plan.deliveries.map(\.url) == ["https://example.org/"])
    #expect(plan.problems.map(\.errorClass) == [.configuration])
    #expect(plan.problems.first?.message.contains("`completed`") == true)
  }
}
