import Pipeline
import Testing

@Suite("Rule 1: a scalar is decoded by the declared type of its field", .timeLimit(.minutes(5)))
struct DecodingRuleTests {
  @Test(
    "what is written becomes the type of the setting, and nothing is guessed",
    arguments: [
      ("text", "no", .text("no")), ("text", "0123", .text("0123")),
      ("text", "12:30:45", .text("12:30:45")), ("text", "1e3", .text("1e3")),
      ("text", "2026-11-20", .text("2026-11-20")), ("text", "null", .text("null")),
      ("text", "'~'", .text("~")), ("text", "0x1F", .text("0x1F")), ("text", "yes", .text("yes")),
      ("number", "7", .integer(7)), ("number", "'7'", .integer(7)), ("number", "+7", .integer(7)),
      ("amount", "7", .number(7)), ("amount", "1e3", .number(1000)), ("amount", ".5", .number(0.5)),
      ("flag", "true", .boolean(true)), ("flag", "\"false\"", .boolean(false)),
      ("length", "2m30s", .duration(.seconds(150))), ("length", "0s", .duration(.zero)),
      ("words", "no", .list([.text("no")])),
      ("words", "[no, 1, ~a]", .list([.text("no"), .text("1"), .text("~a")])),
      ("value", "no", .text("no")), ("value", "0123", .text("0123")), ("value", "12", .integer(12)),
      ("value", "'12'", .text("12")), ("value", "1.50", .number(1.5)),
      ("value", "{ a: yes, b: True }", .map(["a": .text("yes"), "b": .boolean(true)])),
    ] as [(String, String, Value)])
  func decoded(setting: String, text: String, expected: Value) throws {
    let graph = try RuleBench.graph(
      RuleBench.source(stages: "a: { uses: count, with: { \(setting): \(text) } }"))
    #expect(try graph[stage: "a"]?.options(in: Scope())[setting] == expected)
  }

  @Test(
    "what does not fit is a diagnostic",
    arguments: [
      ("number", "0x1F", "wrong-value"), ("number", "7.0", "wrong-value"),
      ("number", "no", "wrong-value"), ("number", "11", "out-of-range"),
      ("number", "~", "missing-value"), ("number", "[1, 2]", "type-mismatch"),
      ("amount", ".inf", "wrong-value"), ("amount", "nan", "wrong-value"),
      ("flag", "yes", "wrong-value"), ("flag", "True", "wrong-value"), ("flag", "1", "wrong-value"),
      ("length", "12:30", "wrong-value"), ("length", "30", "wrong-value"),
      ("text", "{ a: b }", "type-mismatch"), ("text", "", "missing-value"),
      ("words", "[[a]]", "type-mismatch"), ("words", "{ a: [b] }", "type-mismatch"),
    ])
  func misfits(setting: String, text: String, code: String) {
    #expect(
      RuleBench.codes(
        RuleBench.source(stages: "a: { uses: count, with: { \(setting): \(text) } }")) == [code])
  }

  @Test(
    "keys that are there twice, unknown, or anchors that nobody uses are told",
    arguments: [
      ("x-a: 1\nx-a: 2", "duplicate-key"), ("vars: { a: 1, a: 2 }", "duplicate-key"),
      ("y: 1", "unknown-key"), ("x-a: &a 1", "unused-anchor"),
      ("x-a: { ? [b] : 1 }", "complex-key"),
      ("x-a: *b", "unknown-anchor"), ("x-a: !!str 1", "unsupported-yaml"),
    ])
  func keys(top: String, code: String) {
    #expect(RuleBench.codes(RuleBench.source(top: top)).first == code)
  }
}

@Suite("Rule 3: interpolation happens after parsing, in scalars only", .timeLimit(.minutes(5)))
struct InterpolationRuleTests {
  @Test(
    "exactly one template keeps its type, anything else becomes text",
    arguments: [
      ("value", "\"${{ inputs.n }}\"", .integer(7)), ("value", "${{ inputs.n }}", .integer(7)),
      ("value", "\" ${{ inputs.n }}\"", .text(" 7")), ("value", "n${{ inputs.n }}", .text("n7")),
      ("value", "${{ inputs.n }}${{ inputs.n }}", .text("77")),
      ("value", "${{ inputs.words }}", .list([.text("a"), .text("b")])),
      ("text", "${{ inputs.n }}", .text("7")), ("text", "is ${{ inputs.d }}", .text("is 1m30s")),
      ("text", "${{ true }}/${{ 1.5 }}", .text("true/1.5")),
      ("text", "$${{ inputs.n }}", .text("${{ inputs.n }}")),
      ("text", "'a: ${{ inputs.yaml }}'", .text("a: { b: [1] } ${{ inputs.n }}")),
      ("value", "${{ inputs.yaml }}", .text("{ b: [1] } ${{ inputs.n }}")),
      ("value", "{ '${{ 1 }}': '${{ inputs.n }}' }", .map(["${{ 1 }}": .integer(7)])),
      ("text", "$ {{ x }} $", .text("$ {{ x }} $")),
    ] as [(String, String, Value)])
  func values(setting: String, text: String, expected: Value) throws {
    let graph = try RuleBench.graph(
      RuleBench.source(
        top: "inputs: { n: integer, d: duration, words: list<text>, yaml: text }",
        stages: "a:\n  uses: count\n  with:\n    \(setting): \(text)"))
    let scope = Scope(inputs: [
      "n": .integer(7), "d": .duration(.seconds(90)),
      "words": .list([.text("a"), .text("b")]), "yaml": .text("{ b: [1] } ${{ inputs.n }}"),
    ])
    #expect(try graph[stage: "a"]?.options(in: scope)[setting] == expected)
  }

  @Test(
    "what is no text cannot be a part of one",
    arguments: [("film", "type-mismatch"), ("words", "type-mismatch"), ("table", "type-mismatch")])
  func parts(input: String, code: String) {
    #expect(
      RuleBench.codes(
        RuleBench.source(
          top: "inputs: { film: video, words: list<text>, table: map<text> }",
          stages: "a: { uses: count, with: { text: \"x ${{ inputs.\(input) }}\" } }")) == [code])
  }
}

@Suite("Rule 4: contexts are seen where they exist", .timeLimit(.minutes(5)))
struct ContextRuleTests {
  /// Where an expression can stand, with `X` for the expression.
  private static let places: [String: (top: String, stages: String)] = [
    "with": ("", "b: { uses: count, with: { value: \"${{ X }}\" } }"),
    "with of foreach": ("", "b: { uses: count, foreach: \"[1]\", with: { value: \"${{ X }}\" } }"),
    "if": ("", "b: { uses: count, if: \"X != null\" }"),
    "if of foreach": ("", "b: { uses: count, foreach: vars.list, if: \"X != null\" }"),
    "foreach": ("", "b: { uses: count, foreach: [X] }"),
    "outputs": ("outputs: { o: X }", "b: { uses: count }"),
    "group": ("concurrency: \"g-${{ X }}\"", "b: { uses: count }"),
    "webhook": ("hooks: { failed: { webhook: \"https://x.org/${{ X }}\" } }", "b: { uses: count }"),
  ]

  @Test(
    "a context has a value in one place and not in another",
    arguments: [
      ("inputs.n", []), ("vars.v", []), ("run.id", []), ("run.name", []),
      ("a.number", ["group", "webhook"]),
      (
        "item",
        ["foreach", "group", "if", "if of foreach", "outputs", "webhook", "with"]
      ),
      (
        "index",
        ["foreach", "group", "if", "if of foreach", "outputs", "webhook", "with"]
      ),
      (
        "b.number",
        ["foreach", "group", "if", "if of foreach", "webhook", "with", "with of foreach"]
      ),
      (
        "inputs",
        [
          "foreach", "group", "if", "if of foreach", "outputs", "webhook", "with",
          "with of foreach",
        ]
      ),
      (
        "inputs.gone",
        [
          "foreach", "group", "if", "if of foreach", "outputs", "webhook", "with",
          "with of foreach",
        ]
      ),
      (
        "secrets.S",
        [
          "foreach", "group", "if", "if of foreach", "outputs", "webhook", "with",
          "with of foreach",
        ]
      ),
    ])
  func visible(expression: String, hidden: [String]) {
    var found: [String] = []
    for (name, place) in Self.places {
      func filled(_ text: String) -> String {
        text.split(separator: "X", omittingEmptySubsequences: false).joined(separator: expression)
      }
      let foreach = place.stages.split(separator: "\"[1]\"", omittingEmptySubsequences: false)
        .joined(separator: "vars.list")
      let source = RuleBench.source(
        top:
          "inputs: { n: integer }\nvars: { v: 1, list: [1] }\nsecrets: [S]\n\(filled(place.top))",
        stages: "a: { uses: count }\n\(filled(foreach))")
      if RuleBench.load(source).graph == nil { found.append(name) }
    }
    #expect(found.sorted() == hidden)
  }
}

@Suite(
  "Rule 6: edges are ports, values and needs; a cycle is told as its path", .timeLimit(.minutes(5)))
struct EdgeRuleTests {
  @Test(
    "a stage waits for what it names, in order of mention",
    arguments: [
      ("x: { uses: count, in: { numbers: [b.number, a.number] } }", ["b", "a"]),
      ("x: { uses: count, with: { number: \"${{ a.number }}\" } }", ["a"]),
      ("x: { uses: count, if: b.number > 1, with: { number: \"${{ a.number }}\" } }", ["b", "a"]),
      ("x: { uses: count, foreach: a.words, needs: [b, a] }", ["a", "b"]),
      ("x: { uses: count, needs: b }", ["b"]), ("x: { uses: count, needs: [] }", []),
      ("x: { uses: count, with: { value: [{ n: \"${{ b.words[a.number] }}\" }] } }", ["a", "b"]),
    ])
  func dependencies(stage: String, expected: [String]) throws {
    let graph = try RuleBench.graph(
      RuleBench.source(stages: "\(stage)\na: { uses: count }\nb: { uses: count }"))
    #expect(graph[stage: "x"]?.dependencies == expected)
    let order = graph.stages.map(\.id)
    #expect(order.drop { $0 != "x" }.allSatisfy { !expected.contains($0) })
  }

  @Test(
    "a cycle is told once, with a line for each hop",
    arguments: [
      (
        "a: { uses: count, needs: b }\nb: { uses: count, needs: a }",
        "these stages wait for each other: `a` → `b` → `a`", 2
      ),
      (
        "a: { uses: count, needs: c }\nb: { uses: count, with: { number: \"${{ a.number }}\" } }\nc: { uses: count, in: { numbers: b.number } }",
        "these stages wait for each other: `a` → `c` → `b` → `a`", 3
      ),
    ])
  func cycle(stages: String, message: String, hops: Int) {
    let found = RuleBench.load(RuleBench.source(stages: stages)).diagnostics
    #expect(found.map(\.message) == [message])
    #expect(found.first?.notes.count == hops)
    #expect(found.first?.notes.allSatisfy { $0.range != nil } == true)
  }

  @Test("of all stages that can go, the first one in the file goes next", arguments: 1...8)
  func order(seed: Int) throws {
    var random = Steps(state: UInt64(seed))
    let ids = (0..<60).map { "s\($0)" }
    // By a hidden order, so that nothing is a cycle and the file is in no helpful order.
    let hidden = ids.shuffled(using: &random)
    var needs: [String: [String]] = [:]
    for (place, id) in hidden.enumerated() where place > 0 {
      needs[id] = (0..<Int.random(in: 0...3, using: &random)).map { _ in
        hidden[Int.random(in: 0..<place, using: &random)]
      }
    }
    let stages = ids.map { id in
      "\(id): { uses: count, needs: [\((needs[id] ?? []).joined(separator: ", "))] }"
    }
    let graph = try RuleBench.graph(
      RuleBench.source(stages: stages.joined(separator: "\n")))
    var waiting = ids
    var expected: [String] = []
    while let next = waiting.first(where: { (needs[$0] ?? []).allSatisfy(expected.contains) }) {
      expected.append(next)
      waiting.removeAll { $0 == next }
    }
    #expect(graph.stages.map(\.id) == expected)
  }

  /// The same numbers for the same seed (SplitMix64).
  private struct Steps: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  @Test("a stage cannot wait for itself", arguments: ["needs: a", "if: a.number > 1"])
  func itself(rule: String) {
    #expect(
      RuleBench.codes(RuleBench.source(stages: "a: { uses: count, \(rule) }")) == ["cycle"])
  }
}

@Suite("Rule 7: every reference is checked against what it feeds", .timeLimit(.minutes(5)))
struct TypeRuleTests {
  private static let types = [
    "text", "integer", "number", "boolean", "duration", "size", "colour", "json", "image", "audio",
    "media", "video", "file", "list<text>", "list<integer>", "map<text>",
  ]

  @Test(
    "a setting takes what can become its type, and nothing else",
    arguments: [
      (
        "text",
        [
          "text", "integer", "number", "boolean", "duration", "size", "colour", "json",
        ]
      ),
      ("number", ["integer", "json"]), ("amount", ["integer", "number", "json"]),
      ("flag", ["boolean", "json"]), ("length", ["text", "duration", "json"]),
      (
        "words",
        [
          "text", "integer", "number", "boolean", "duration", "size", "colour", "json",
          "list<text>", "list<integer>",
        ]
      ),
      (
        "value",
        [
          "text", "integer", "number", "boolean", "duration", "size", "colour", "json",
          "list<text>", "list<integer>", "map<text>",
        ]
      ),
    ])
  func settings(setting: String, accepted: [String]) {
    let found = Self.types.filter { type in
      RuleBench.load(
        RuleBench.source(
          top: "inputs: { x: \"\(type)\" }",
          stages: "a: { uses: count, with: { \(setting): \"${{ inputs.x }}\" } }")
      ).graph != nil
    }
    #expect(found == accepted)
  }

  @Test(
    "a port takes media of its kind, paths, and what may be of its kind",
    arguments: [
      ("burn", "video", ["text", "json", "media", "video", "file"]),
      (
        "transcribe", "audio",
        ["text", "json", "audio", "media", "video", "file", "list<text>"]
      ),
      (
        "validate", "media",
        ["text", "json", "image", "audio", "media", "video", "file"]
      ),
    ])
  func ports(stage: String, port: String, accepted: [String]) {
    let found = Self.types.filter { type in
      RuleBench.load(
        RuleBench.source(
          top: "inputs: { x: \"\(type)\" }",
          stages: "a: { uses: \(stage), in: { \(port): inputs.x } }")
      ).graph != nil
    }
    #expect(found == accepted)
  }
}
