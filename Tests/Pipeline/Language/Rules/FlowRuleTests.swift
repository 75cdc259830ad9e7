import Pipeline
import Testing

@Suite("Rule 8: foreach makes one task per item, in order", .timeLimit(.minutes(5)))
struct ForeachRuleTests {
  @Test(
    "the list may come from anywhere; each task sees its item and number",
    arguments: [
      ("inputs.words", [.text("a"), .text("b")]),
      ("[1, 2, 3]", [.integer(1), .integer(2), .integer(3)]),
      ("inputs.scenes.title", [.text("x"), .null]),
      ("split('p q', ' ')", [.text("p"), .text("q")]),
      ("inputs.none else inputs.words", [.text("a"), .text("b")]), ("first.words", [.text("w")]),
      ("inputs.empty", []),
    ] as [(String, [Value])])
  func items(list: String, expected: [Value]) throws {
    let foreach = list.hasPrefix("[") ? list : "\"\(list)\""
    let graph = try RuleBench.graph(
      RuleBench.source(
        top:
          "inputs: { words: list<text>, scenes: list<json>, none: { type: list<text>, optional: true }, empty: list<text> }",
        stages:
          "first: { uses: count }\na: { uses: count, foreach: \(foreach), with: { value: \"${{ item }}\", number: \"${{ index }}\" } }"
      ))
    let scope = Scope(
      inputs: [
        "words": .list([.text("a"), .text("b")]), "empty": .list([]),
        "scenes": .list([.map(["title": .text("x")]), .map([:])]),
      ], stages: ["first": .completed(["words": .list([.text("w")])])])
    let node = try #require(graph[stage: "a"])
    let items = try #require(try node.items(in: scope))
    #expect(items == expected)
    for (index, item) in items.enumerated() {
      var task = scope
      task.item = item
      task.index = index
      let options = try node.options(in: task)
      #expect(options["number"] == .integer(index))
      #expect(options["value"] == (item == .null ? nil : item))
    }
  }

  @Test("outputs become lists, and foreach over such a list chains")
  func chained() throws {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top: "inputs: { words: list<text> }\noutputs: { sounds: b.audio, one: \"b.audio[0]\" }",
        stages: """
          a: { uses: tts, foreach: inputs.words, with: { text: "${{ item }}" } }
          b: { uses: tts, foreach: a.transcript, with: { text: "${{ index }}" } }
          c: { uses: transcribe, in: { audio: b.audio } }
          d: { uses: validate, foreach: a.audio, in: { media: item } }
          """))
    #expect(graph.outputs.map(\.type) == [.list(.audio), .optional(.audio)])
    #expect(graph.stages.map(\.id) == ["a", "b", "c", "d"])
  }

  @Test(
    "what is no list is refused; a whole list where one is needed is told",
    arguments: [
      ("foreach: inputs.n", "in: { media: inputs.film }", "type-mismatch"),
      ("foreach: inputs.film", "in: { media: inputs.film }", "type-mismatch"),
      ("foreach: inputs.films", "in: { media: inputs.films }", "type-mismatch"),
      ("if: true", "in: { media: inputs.films }", "type-mismatch"),
    ])
  func refused(rule: String, connections: String, code: String) {
    let source = RuleBench.source(
      top: "inputs: { n: integer, film: video, films: list<video> }",
      stages: "a: { uses: validate, \(rule), \(connections) }")
    #expect(RuleBench.codes(source) == [code])
  }
}

@Suite("Rule 9: what was skipped is not there", .timeLimit(.minutes(5)))
struct SkipRuleTests {
  private func node(_ stage: String) throws -> StageNode {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top:
          "inputs: { film: video, extra: { type: video, optional: true }, name: { type: text, optional: true } }",
        stages: """
          s: { uses: burn, in: { video: inputs.film } }
          t: { uses: burn, in: { video: inputs.film } }
          x: \(stage)
          """))
    return try #require(graph[stage: "x"])
  }

  private let scope = Scope(
    inputs: ["film": RuleBench.file("film")],
    stages: ["s": .skipped, "t": .completed(["video": RuleBench.file("t")])])

  @Test(
    "a required port without anything skips, saying why; `else` takes the first that is there",
    arguments: [
      ("s.video", nil, ["stage `s` was skipped"]),
      ("s.video else t.video", "t", []), ("t.video else s.video", "t", []),
      ("s.video else inputs.film", "film", []),
      ("s.video else inputs.extra", nil, ["stage `s` was skipped", "input `extra` was not given"]),
      ("inputs.extra", nil, ["input `extra` was not given"]),
    ] as [(String, String?, [String])])
  func ports(expression: String, file: String?, reasons: [String]) throws {
    let resolved = try node("{ uses: burn, in: { video: \(expression) } }").inputs(in: scope)
    if let file {
      #expect(
        resolved == .ready(["video": try ValueType.video.convert(RuleBench.file(file))]))
    } else {
      #expect(resolved == .skipped(port: "video", because: reasons))
    }
  }

  @Test(
    "`if` decides; what it cannot know skips",
    arguments: [
      ("true", .run), ("false", .skip(because: ["`if` is false"])),
      ("inputs.extra == null", .run), ("s.video != null", .skip(because: ["`if` is false"])),
      ("s.captions == null && true", .run),
    ] as [(String, StageDecision)])
  func conditions(condition: String, decision: StageDecision) throws {
    #expect(
      try node("{ uses: burn, if: \"\(condition)\", in: { video: inputs.film } }")
        .decision(in: scope) == decision)
  }

  @Test("an optional port or setting that gets nothing is left out, a required setting skips")
  func settings() throws {
    let burn = try node(
      "{ uses: burn, in: { video: t.video }, with: { font: \"${{ inputs.name }}\" } }")
    #expect(try burn.options(in: scope)["font"] == .text("DejaVu Sans"))
    let speak = try node("{ uses: tts, with: { text: \"${{ basename(inputs.extra) }}\" } }")
    #expect(
      try speak.inputs(in: scope)
        == .skipped(port: "text", because: ["input `extra` was not given"]))
  }
}

@Suite("Rule 10: failure stops dependents, unless on-error says continue", .timeLimit(.minutes(5)))
struct FailureRuleTests {
  @Test(
    "outputs of a stage that may fail are optional in the type system",
    arguments: [
      ("on-error: continue", "a.video", ValueType.optional(.video)),
      ("on-error: fail", "a.video", .video),
      ("on-error: continue", "a.video else inputs.film", .video),
      ("on-error: continue", "[a.video]", .list(.video)),
    ])
  func types(rule: String, output: String, expected: ValueType) throws {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top: "inputs: { film: video }\noutputs: { o: \(output) }",
        stages: "a: { uses: burn, \(rule), in: { video: inputs.film } }"))
    #expect(graph.outputs.first?.type == expected)
  }

  @Test("what a tolerated failure should have fed is skipped, saying so")
  func tolerated() throws {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top: "inputs: { film: video }",
        stages: """
          a: { uses: burn, on-error: continue, in: { video: inputs.film } }
          b: { uses: burn, in: { video: a.video } }
          c: { uses: burn, in: { video: a.video else inputs.film } }
          """))
    let scope = Scope(inputs: ["film": RuleBench.file("film")], stages: ["a": .failed])
    #expect(graph[stage: "a"]?.continuesOnError == true)
    #expect(
      try graph[stage: "b"]?.inputs(in: scope)
        == .skipped(port: "video", because: ["stage `a` failed"]))
    #expect(
      try graph[stage: "c"]?.inputs(in: scope)
        == .ready(["video": try ValueType.video.convert(RuleBench.file("film"))]))
  }
}

@Suite("Rule 11: retry goes by the class of the error", .timeLimit(.minutes(5)))
struct RetryRuleTests {
  @Test(
    "a policy says which classes are tried again",
    arguments: [
      ("{ max: 2 }", ["transient", "rate-limited", "lost", "timeout"]), ("{}", []),
      ("{ only: [internal] }", ["internal"]),
      ("{ only: [transient, configuration] }", ["transient", "configuration"]),
      ("{ only: lost }", ["lost"]),
    ])
  func classes(retry: String, expected: [String]) throws {
    let graph = try RuleBench.graph(
      RuleBench.source(stages: "a: { uses: count, retry: \(retry) }"))
    let policy = graph[stage: "a"]?.retry
    let found = StageError.Class.allCases.filter { policy?.retries($0) == true }
    #expect(found.map(\.rawValue) == expected)
  }

  @Test(
    "waits grow up to the cap",
    arguments: [
      ("{ max: 5 }", [1, 2, 4, 8, 16]), ("{ initial: 3s, cap: 10s }", [3, 6, 10, 10, 10]),
      ("{ backoff: constant, initial: 3s }", [3, 3, 3, 3, 3]),
      ("{ backoff: constant, initial: 3s, cap: 2s }", [2, 2, 2, 2, 2]),
    ] as [(String, [Int])])
  func waits(retry: String, seconds: [Int]) throws {
    let (graph, _) = RuleBench.load(
      RuleBench.source(stages: "a: { uses: count, retry: \(retry) }"))
    let policy = try #require(graph?[stage: "a"]?.retry)
    #expect((1...5).map(policy.longestWait) == seconds.map { .seconds($0) })
  }

  @Test(
    "three limits of time, of one attempt, of all, and of silence, reach the stage",
    arguments: [
      ("timeout: 1m", .seconds(60), nil, nil), ("deadline: 1h", nil, .seconds(3600), nil),
      ("stall: 30s", nil, nil, .seconds(30)),
      ("timeout: 5m, deadline: 20m, stall: 1m", .seconds(300), .seconds(1200), .seconds(60)),
    ] as [(String, Duration?, Duration?, Duration?)])
  func times(rules: String, timeout: Duration?, deadline: Duration?, stall: Duration?) throws {
    let graph = try RuleBench.graph(RuleBench.source(stages: "a: { uses: count, \(rules) }"))
    let node = try #require(graph[stage: "a"])
    #expect(node.timeout == timeout)
    #expect(node.deadline == deadline)
    #expect(node.stall == stall)
  }
}
