import Foundation
import Pipeline
import Testing

/// What is written down about tasks before they run.
@Suite("Decisions", .timeLimit(.minutes(5)))
struct DecisionTests {
  private static func pipeline(
    say: String = "hello", loud: Bool = false, cache: String = "auto", extra: String = ""
  ) -> String {
    """
    version: 1
    name: decisions
    stages:
      say: { uses: shout, with: { text: "\(say)", loud: \(loud) }, cache: \(cache) }
      all: { uses: join, in: { texts: say.said }\(extra) }
    outputs: { text: all.text }
    """
  }

  @Test("a first run was never made, a second is known, and says which run made it")
  func firstAndSecond() async throws {
    let bench = try EngineBench()
    let first = try await bench.run(Self.pipeline(say: "first"))
    #expect(try await bench.decision("say", in: first).reason == .neverMade)
    #expect(try await bench.decision("say", in: first).outcome == .run)
    let second = try await bench.run(Self.pipeline(say: "first"))
    let decision = try await bench.decision("say", in: second)
    #expect(decision.outcome == .cached)
    #expect(decision.reason == .known(run: first.id))
  }

  @Test("what changed is told with its text before and after, and where it comes from")
  func changed() async throws {
    let bench = try EngineBench()
    _ = try await bench.run(Self.pipeline(say: "before"))
    let second = try await bench.run(Self.pipeline(say: "after", loud: true))
    #expect(
      try await bench.decision("say", in: second).reason
        == .changed([
          .init(part: "with.loud", before: "false", after: "true"),
          .init(part: "with.text", before: "\"before\"", after: "\"after\""),
        ]))
    guard case .changed(let changes) = try await bench.decision("all", in: second).reason else {
      Issue.record("not changed")
      return
    }
    #expect(changes.map(\.part) == ["in.texts"])
    #expect(changes.first?.from == "say")
    #expect(changes.first?.before?.hasPrefix("1 item,") == true)
  }

  @Test("items are compared with the same item of before")
  func items() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: items
      inputs: { words: { type: list<text> } }
      stages:
        say: { uses: shout, foreach: inputs.words, with: { text: "item ${{ item }}" } }
      outputs: { said: say.said }
      """
    _ = try await bench.run(yaml, inputs: [("words", "[a, b]")])
    let second = try await bench.run(yaml, inputs: [("words", "[a, x, c]")])
    #expect(try await bench.decision("say", item: 0, in: second).outcome == .cached)
    #expect(
      try await bench.decision("say", item: 1, in: second).reason
        == .changed([.init(part: "with.text", before: "\"item b\"", after: "\"item x\"")]))
    #expect(try await bench.decision("say", item: 2, in: second).reason == .neverMade)
  }

  @Test("refreshing, caching off and lost results are reasons of their own")
  func others() async throws {
    let bench = try EngineBench()
    let first = try await bench.run(Self.pipeline(say: "others"))
    let refreshed = try await bench.run(Self.pipeline(say: "others"), refreshed: ["say"])
    #expect(try await bench.decision("say", in: refreshed).reason == .refreshed)
    let off = try await bench.run(Self.pipeline(say: "others", cache: "off"))
    #expect(try await bench.decision("say", in: off).reason == .cacheOff)
    let refresh = try await bench.run(Self.pipeline(say: "others", cache: "refresh"))
    #expect(try await bench.decision("say", in: refresh).reason == .refreshed)
    guard case .file(let file)? = try await bench.outputs("all", of: first)["file"] else {
      Issue.record("no file")
      return
    }
    _ = await bench.journal.forgetResults(naming: [file.digest])
    let forgotten = try await bench.run(Self.pipeline(say: "others"))
    #expect(try await bench.decision("all", in: forgotten).reason == .forgotten)
  }

  @Test("skips and blocks say because of what")
  func skips() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(
      """
      version: 1
      name: skips
      stages:
        no: { uses: shout, if: "1 > 2", with: { text: x } }
        after: { uses: join, in: { texts: no.said } }
        bad: { uses: flaky, with: { failures: 9, error: invalid-input } }
        blocked: { uses: shout, with: { text: "${{ bad.attempt }}" } }
      """)
    #expect(try await bench.decision("no", in: result).reason == .skipped(["`if` is false"]))
    #expect(
      try await bench.decision("after", in: result).reason
        == .skipped(["`texts` has no value: stage `no` was skipped"]))
    #expect(try await bench.decision("blocked", in: result).reason == .blockedBy(["bad"]))
    let states = await bench.journal.tasks(of: result.id).map { ($0.id.stage, $0.state) }
    #expect(
      Dictionary(uniqueKeysWithValues: states)
        == ["no": .skipped, "after": .skipped, "bad": .failed, "blocked": .blocked])
  }

  @Test("a secret is told by its name")
  func secrets() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: secrets
      secrets: [FIRST_KEY, SECOND_KEY]
      stages:
        ask: { uses: ask, with: { key: "${{ secrets.FIRST_KEY }}" } }
      outputs: { length: ask.length }
      """
    let first = try await bench.run(yaml)
    #expect(first.outputs["length"] == .integer("text of FIRST_KEY".count))
    let second = try await bench.run(yaml.replacing("secrets.FIRST", with: "secrets.SECOND"))
    #expect(
      try await bench.decision("ask", in: second).reason
        == .changed([
          .init(part: "with.key", before: "secret `FIRST_KEY`", after: "secret `SECOND_KEY`")
        ]))
  }
}
