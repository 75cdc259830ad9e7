import Foundation
import Pipeline
import Testing

@Suite("Rule 13: secrets are a type", .timeLimit(.minutes(5)))
struct SecretRuleTests {
  @Test("a secret reaches a setting that is declared secret, as its name")
  func name() throws {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top:
          "secrets: [TTS_KEY, HOOK]\nhooks: { failed: { webhook: https://x.org/, secret: \"${{ secrets.HOOK }}\" } }",
        stages: "a: { uses: tts, with: { text: x, api-key: \"${{ secrets.TTS_KEY }}\" } }"))
    #expect(graph.secrets == ["TTS_KEY", "HOOK"])
    #expect(graph.hooks.first?.secret == "HOOK")
    let options = try #require(graph[stage: "a"]).options(in: Scope())
    #expect(options["api-key"] == .secret("TTS_KEY"))
    #expect(try Secret(value: options["api-key"] ?? .null).name == "TTS_KEY")
  }

  @Test(
    "it flows nowhere else",
    arguments: [
      "with: { text: \"${{ secrets.K }}\" }", "with: { text: \"a ${{ secrets.K }}\" }",
      "with: { value: \"${{ secrets.K }}\" }", "with: { value: [\"${{ secrets.K }}\"] }",
      "with: { value: { k: \"${{ secrets.K }}\" } }", "with: { words: [\"${{ secrets.K }}\"] }",
      "with: { flag: \"${{ secrets.K == 'x' }}\" }", "with: { flag: \"${{ secrets.K != null }}\" }",
      "with: { text: \"${{ upper(secrets.K) }}\" }", "with: { text: \"${{ json(secrets.K) }}\" }",
      "with: { number: \"${{ len(secrets.K) }}\" }", "with: { text: \"${{ secrets.K + 'x' }}\" }",
      "with: { text: \"${{ inputs.t else secrets.K }}\" }", "if: \"secrets.K < 'x'\"",
      "if: secrets.K", "if: \"!secrets.K\"", "foreach: secrets.K", "foreach: [secrets.K, 1]",
      "in: { numbers: secrets.K }", "in: { numbers: [1, secrets.K] }",
      "with: { text: \"${{ secrets.K.x }}\" }", "with: { text: \"${{ secrets.K[0] }}\" }",
      "with: { text: \"${{ inputs.words[secrets.K] }}\" }", "timeout: \"${{ secrets.K }}\"",
      "description: \"${{ secrets.K }}\"", "limits: { x: \"${{ secrets.K }}\" }",
    ])
  func leaks(rule: String) {
    let found = RuleBench.load(
      RuleBench.source(
        top: "secrets: [K]\ninputs: { t: { type: text, optional: true }, words: list<text> }",
        stages: "a: { uses: count, \(rule) }")
    ).diagnostics.filter { $0.severity == .error }
    #expect(found.map(\.code) == ["secret-leak"])
    #expect(found.first?.notes.first?.message.contains("declared secret") == true)
  }

  @Test(
    "no text, input or constant takes its place, and no message repeats the text",
    arguments: [
      "sk-live-0123456789", "'sk-live-0123456789'", "\"sk-live-${{ inputs.t }}0123456789\"",
      "\"${{ inputs.t }}\"", "\"${{ 'sk-live-0123456789' }}\"", "\"${{ vars.v }}\"",
      "[sk-live-0123456789]", "{ a: sk-live-0123456789 }",
    ])
  func literals(text: String) {
    let found = RuleBench.load(
      RuleBench.source(
        top: "inputs: { t: text }\nvars: { v: sk-live-0123456789 }",
        stages: "a: { uses: tts, with: { text: x, api-key: \(text) } }")
    ).diagnostics.filter { $0.severity == .error }
    #expect(found.map(\.code) == ["secret-in-text"])
    for diagnostic in found {
      let words = [diagnostic.message, diagnostic.hint ?? "", diagnostic.expected ?? ""]
      #expect(!(words + diagnostic.notes.map(\.message)).contains { $0.contains("0123456789") })
    }
  }

  @Test(
    "as a value it is one object with the name, and nothing else can be taken for it",
    arguments: [
      (.secret("KEY"), #"{"$secret":"KEY"}"#), (.list([.secret("A")]), #"[{"$secret":"A"}]"#),
      (.map(["$secret": .text("KEY")]), #"{"$map":{"$secret":"KEY"}}"#),
      (.map(["a": .map(["$file": .integer(1)])]), #"{"a":{"$map":{"$file":1}}}"#),
      (.map(["$map": .map(["$map": .null])]), #"{"$map":{"$map":{"$map":{"$map":null}}}}"#),
    ] as [(Value, String)])
  func coding(value: Value, json: String) throws {
    let data = try CanonicalJSON.encode(value)
    #expect(String(decoding: data, as: UTF8.self) == json)
    #expect(try JSONDecoder().decode(Value.self, from: data) == value)
  }

  @Test("a digest takes the name")
  func digest() throws {
    let one = try Digest(canonical: ["key": Value.secret("A")])
    #expect(try one == Digest(canonical: ["key": Value.secret("A")]))
    #expect(try one != Digest(canonical: ["key": Value.secret("B")]))
    #expect(try one != Digest(canonical: ["key": Value.text("A")]))
  }
}

@Suite("Rule 14: a run executes a snapshot", .timeLimit(.minutes(5)))
struct SnapshotRuleTests {
  @Test("a source that was kept gives the same graph again, wherever its files have gone")
  func kept() throws {
    let source = PipelineSource(
      .init(
        name: "films/p.yaml",
        text:
          "version: 1\nname: p\ninputs: { v: video, logo: { type: image, default: l.png } }\nstages: { a: { uses: burn, in: { video: inputs.v }, with: { logo: a.png } } }\n",
        folder: "/home/me/films"),
      overlays: [.init(name: "o.yaml", text: "stages: { a: { timeout: 5m } }", folder: "/o")],
      overrides: [.init(path: "stages.a.with.size", text: "60")])
    let data = try JSONEncoder().encode(source)
    let kept = try JSONDecoder().decode(PipelineSource.self, from: data)
    #expect(kept == source)
    let graph = try RuleBench.graph(kept)
    #expect(graph[stage: "a"]?.timeout == .seconds(300))
    #expect(try graph[stage: "a"]?.options(in: Scope())["size"] == .integer(60))
    #expect(
      try graph[stage: "a"]?.options(in: Scope())["logo"] == .text("/home/me/films/a.png"))
    #expect(graph.inputs.last?.defaultValue == .text("/home/me/films/l.png"))
  }
}

@Suite("Rule 15: the same texts give the same plan on every machine", .timeLimit(.minutes(5)))
struct DeterminismRuleTests {
  @Test("order, rules and diagnostics do not depend on the order of dictionaries")
  func repeated() throws {
    let ids = (0..<40).map { "s\($0)" }
    let stages = ids.enumerated().map { index, id in
      "\(id): { uses: count, limits: { c: 1, a: 2, b: 3 }, needs: [\(index > 3 ? ids[(index * 7) % index] : "")], with: { value: { z: 1, y: 2, x: 3 } } }"
    }.joined(separator: "\n")
    let source = RuleBench.source(
      top: "x-a: &a 1\nx-b: &b 2\nx-c: &c 3\ndefaults: { limits: { c: 9, b: 9, a: 9 } }",
      stages: stages)
    let first = RuleBench.load(source)
    let order = try #require(first.graph).stages.map(\.id)
    for _ in 0..<20 {
      let again = RuleBench.load(source)
      #expect(again.graph?.stages.map(\.id) == order)
      #expect(again.graph?.stages.map(\.limits) == first.graph?.stages.map(\.limits))
      #expect(again.diagnostics == first.diagnostics)
    }
  }

  @Test(
    "a digest of settings is this one, everywhere",
    arguments: [
      (
        ["a": .integer(1), "b": .text("ü")],
        "1a59e522e02ce50ad2c27c11a6d30f8667489c199580627fe9e3e33e2b0e91d5"
      ),
      (
        ["k": .secret("KEY"), "d": .duration(.milliseconds(1500))],
        "1373bc1c178132096e30f2a394717b57ac5b43d2bea2b62114ad068e135e814d"
      ),
      (
        ["n": .number(0.1), "l": .list([.null, .boolean(true)])],
        "501975e0a1daf9bc54ab03d685bd5c0636c4425dc0846ddf0917f01bdfb66893"
      ),
    ] as [([String: Value], String)])
  func digests(values: [String: Value], hex: String) throws {
    #expect(try Digest(canonical: values).hex == hex)
  }
}
