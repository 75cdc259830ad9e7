import Pipeline
import Testing

private func graph() throws -> PipelineGraph {
  let text = """
    version: 1
    name: demo
    inputs:
      text: { type: text, description: What is said. }
      size: { type: integer, min: 8, max: 300, default: 42 }
      most: { type: number, max: 2.5, optional: true }
      length: { type: duration, optional: true, max: 10s }
      mode: { type: enum, values: [fast, good], default: fast }
      tags: { type: list<text>, default: [] }
      sizes: { type: list<size>, optional: true }
      scenes: { type: list<json>, optional: true, min: 1 }
      table: { type: map<integer>, optional: true }
      logo: { type: image, default: logo.png }
      note: { type: text, optional: true }
    stages:
      a: { uses: count, with: { value: "${{ inputs.text }}" } }
    """
  let (graph, diagnostics) = PipelineGraph.load(
    text: text, file: "/films/p.yaml", registry: FakeStages.registry)
  #expect(!diagnostics.hasErrors)
  return try #require(graph)
}

@Suite("Inputs of a run", .timeLimit(.minutes(5)))
struct InputBindingTests {
  @Test("defaults fill what is not given; what is optional stays away")
  func defaults() throws {
    let (values, diagnostics) = try graph().bindInputs(arguments: [("text", "hi")])
    #expect(diagnostics == [])
    #expect(
      values == [
        "text": .text("hi"), "size": .integer(42), "mode": .text("fast"), "tags": .list([]),
        "logo": .text("/films/logo.png"),
      ])
  }

  @Test(
    "an argument becomes the declared type",
    arguments: [
      ("text", "no", .text("no")), ("text", "", .text("")), ("text", "[x", .text("[x")),
      ("text", "${{ inputs.size }}", .text("${{ inputs.size }}")), ("note", "null", .text("null")),
      ("size", "300", .integer(300)), ("length", "2500ms", .duration(.milliseconds(2500))),
      ("tags", "one", .list([.text("one")])),
      ("tags", "[a, 'b, c']", .list([.text("a"), .text("b, c")])),
      ("sizes", "720p", .list([.size(PixelSize(width: 1280, height: 720))])),
      (
        "scenes", #"[{"n": 1, "t": "ü"}, 2]"#,
        .list([.map(["n": .integer(1), "t": .text("ü")]), .integer(2)])
      ),
      ("scenes", "{ n: no }", .list([.map(["n": .text("no")])])),
      ("table", "{ a: 1 }", .map(["a": .integer(1)])), ("logo", "my pic.png", .text("my pic.png")),
    ] as [(String, String, Value)])
  func arguments(name: String, text: String, expected: Value) throws {
    let arguments = name == "text" ? [(name, text)] : [("text", "x"), (name, text)]
    let (values, diagnostics) = try graph().bindInputs(arguments: arguments)
    #expect(diagnostics == [])
    #expect(values[name] == expected)
  }

  @Test("a list can be given item by item")
  func repeated() throws {
    let (values, diagnostics) = try graph().bindInputs(
      arguments: [("text", "x"), ("tags", "a"), ("tags", "[b, c]")])
    #expect(diagnostics == [])
    #expect(values["tags"] == .list(["a", "b", "c"].map(Value.text)))
  }

  @Test("arguments win over the file, whose templates mean nothing")
  func file() throws {
    let (values, diagnostics) = try graph().bindInputs(
      arguments: [("size", "9")],
      file: ("text: \"${{ x }}\"\nsize: 10\ntags: [a]\nnote: ~\nlength: 1s\n", "inputs.yaml"))
    #expect(diagnostics == [])
    #expect(values["text"] == .text("${{ x }}"))
    #expect(values["size"] == .integer(9))
    #expect(values["note"] == nil)
    #expect(values["length"] == .duration(.seconds(1)))
  }

  @Test(
    "what is wrong is told at its place",
    arguments: [
      (
        [("text", "x"), ("size", "5")], "",
        "error[out-of-range]: `size`: expected 8 to 300, found `5`\n --> --input:2:6\n  |\n2 | size=5\n  |      ^\n"
      ),
      (
        [("text", "x"), ("most", "3")], "",
        "error[out-of-range]: `most`: expected at most 2.5, found `3`\n --> --input:2:6\n  |\n2 | most=3\n  |      ^\n"
      ),
      (
        [("txet", "x"), ("text", "y")], "",
        "error[unknown-input]: this pipeline has no input `txet`\n --> --input:1:1\n  |\n1 | txet=x\n  | ^^^^ did you mean `text`? (text; required)\n"
      ),
      (
        [("text", "x"), ("mode", "slow")], "",
        "error[wrong-value]: `mode`: `slow` is not one of `fast`, `good`\n --> --input:2:6\n  |\n2 | mode=slow\n  |      ^^^^\n"
      ),
      (
        [("text", "x"), ("table", "{ ä: 1, b: x }")], "",
        "error[wrong-value]: `b`: expected integer, found `x`\n --> --input:2:18\n  |\n2 | table={ ä: 1, b: x }\n  |                  ^\n"
      ),
      (
        [("text", "x"), ("scenes", "[]")], "",
        "error[out-of-range]: `scenes`: expected at least 1 items, found 0 items\n --> --input:2:8\n  |\n2 | scenes=[]\n  |        ^^\n"
      ),
      (
        [("text", "x"), ("table", "{ a: [")], "",
        "error[yaml-syntax]: expected a value here\n --> --input:2:13\n  |\n2 | table={ a: [\n  |             ^\n"
      ),
      (
        [("text", "x"), ("size", "9"), ("size", "10")], "",
        "error[duplicate-input]: input `size` is given twice\n --> --input:3:1\n  |\n3 | size=10\n  | ^^^^\n"
      ),
      (
        [], "",
        "error[missing-input]: input `text` is required (text; required)\n --> /films/p.yaml:4:3\n  = note: What is said.\n"
      ),
      (
        [("text", "x")], "- a\n",
        "error[type-mismatch]: an input file is a map from input to value, found a list\n --> in.yaml:1:1\n  |\n1 | - a\n  | ^^^\n"
      ),
      (
        [], "text: [a]\nsize: { a: b }\n",
        "error[type-mismatch]: `text`: expected text, found a list\n --> in.yaml:1:7\n  |\n1 | text: [a]\n  |       ^^^\n\nerror[type-mismatch]: `size`: expected integer, found a map\n --> in.yaml:2:7\n  |\n2 | size: { a: b }\n  |       ^^^^^^^^\n"
      ),
    ] as [([(String, String)], String, String)])
  func wrong(arguments: [(String, String)], file: String, expected: String) throws {
    let (_, diagnostics) = try graph().bindInputs(
      arguments: arguments, file: file.isEmpty ? nil : (file, "in.yaml"))
    let renderer = DiagnosticRenderer(sources: [
      PipelineGraph.argumentsFile: PipelineGraph.argumentsText(arguments), "in.yaml": file,
    ])
    #expect(renderer.render(diagnostics) == expected)
  }
}

@Suite("Overrides", .timeLimit(.minutes(5)))
struct OverrideTests {
  private let text = """
    version: 1
    name: demo
    inputs: { t: { type: text, default: a } }
    stages:
      captions: { uses: count, with: { words: [a, b], text: "${{ inputs.t }}" } }
      other: { uses: count }
    """

  private func options(
    _ overrides: [(String, String)]
  ) throws -> (options: [String: Value], text: String) {
    let (graph, diagnostics) = PipelineGraph.load(
      text: text, overrides: overrides, registry: FakeStages.registry)
    let shown = DiagnosticRenderer(sources: [
      "--set": overrides.map { "\($0.0)=\($0.1)" }.joined(separator: "\n")
    ]).render(diagnostics)
    return (
      try graph?[stage: "captions"]?.options(in: Scope(inputs: ["t": .text("a")])) ?? [:], shown
    )
  }

  @Test(
    "a path replaces or adds a value",
    arguments: [
      ("stages.captions.with.number", "6", "number", .integer(6)),
      ("stages.other.with.text", "no", "flag", .boolean(false)),
      ("stages.captions.with.text", "${{ upper(inputs.t) }}", "text", .text("A")),
      ("stages.captions.with.text", "is ${{ inputs.t }}", "text", .text("is a")),
      ("stages.captions.with.words[1]", "c", "words", .list([.text("a"), .text("c")])),
      ("stages.captions.with.words.0", "c", "words", .list([.text("c"), .text("b")])),
      ("stages.captions.with.words", "[x, 'y, z']", "words", .list([.text("x"), .text("y, z")])),
      (
        "stages.captions.with.value", "{ a: { b: 1 } }", "value",
        .map(["a": .map(["b": .integer(1)])])
      ),
      ("defaults.uses.count.with.amount", "2.5", "amount", .number(2.5)),
    ] as [(String, String, String, Value)])
  func applied(path: String, text: String, name: String, expected: Value) throws {
    let (options, shown) = try options([(path, text)])
    #expect(shown == "")
    #expect(options[name] == expected)
  }

  @Test(
    "a wrong path or value is told at its place",
    arguments: [
      (
        "stages.caption.with.size", "6",
        "error[unknown-path]: there is no `caption` in `stages`\n --> --set:1:8\n  |\n1 | stages.caption.with.size=6\n  |        ^^^^^^^ did you mean `captions`?\n"
      ),
      (
        "stages.captions.with.nubmer", "6",
        "error[unknown-field]: `nubmer` is not a setting of `count`\n --> --set:1:22\n  |\n1 | stages.captions.with.nubmer=6\n  |                      ^^^^^^ did you mean `number`? (integer, 0 to 10; default 0)\n"
      ),
      (
        "stages.captions.with.number", "60",
        "error[out-of-range]: `number`: expected 0 to 10, found `60`\n --> --set:1:29\n  |\n1 | stages.captions.with.number=60\n  |                             ^^\n"
      ),
      (
        "stages.captions.wiht.number", "6",
        "error[unknown-key]: `wiht` is not a key of a stage\n --> --set:1:17\n  |\n1 | stages.captions.wiht.number=6\n  |                 ^^^^ did you mean `with`?\n"
      ),
      (
        "stages.captions.with.words[7]", "c",
        "error[unknown-path]: `stages.captions.with.words` is a list of 2; it has no `7`\n --> --set:1:28\n  |\n1 | stages.captions.with.words[7]=c\n  |                            ^\n"
      ),
      (
        "name.first", "x",
        "error[unknown-path]: `name` is `demo` and has no members\n --> --set:1:6\n  |\n1 | name.first=x\n  |      ^^^^^\n"
      ),
      (
        "stages..with", "x",
        "error[invalid-path]: `stages..with` is not a path\n --> --set:1:1\n  |\n1 | stages..with=x\n  | ^^^^^^^^^^^^ expected such as `stages.captions.with.size`\n"
      ),
      (
        "stages.captions.with.text", "a ${{ inputs.x }}",
        "error[unknown-reference]: there is no input `x`\n --> --set:1:40\n  |\n1 | stages.captions.with.text=a ${{ inputs.x }}\n  |                                        ^\n  = note: declared are `t`\n"
      ),
    ])
  func wrong(path: String, text: String, expected: String) throws {
    #expect(try options([(path, text)]).text == expected)
  }
}
