import Pipeline
import Testing

/// Values that every expression here can name.
private let inputs = """
    inputs:
      n: integer
      x: number
      t: text
      b: boolean
      d: duration
      s: size
      mode: { type: enum, values: [fast, good] }
      words: list<text>
      numbers: list<integer>
      times: list<duration>
      scenes: list<json>
      options: { type: json, optional: true }
      table: map<integer>
      gone: { type: text, optional: true }
      file: file
  """

private let values: [String: Value] = [
  "n": .integer(7), "x": .number(2.5), "t": .text("Grüße"), "b": .boolean(true),
  "d": .duration(.seconds(90)), "s": .size(PixelSize(width: 4, height: 2)), "mode": .text("fast"),
  "words": .list(["a", "b", "c"].map(Value.text)), "numbers": .list([3, 1, 2].map(Value.integer)),
  "times": .list([.duration(.seconds(2)), .duration(.milliseconds(500))]),
  "scenes": .list([
    .map(["narration": .text("one"), "parts": .list([.map(["k": .integer(1)])])]),
    .map(["narration": .text("two"), "image": .text("b.png"), "parts": .list([])]),
  ]),
  "table": .map(["k": .integer(5)]), "options": .map(["a": .map(["b": .list([.integer(9)])])]),
  "file": .file(
    FileReference(digest: Digest(of: [1]), byteCount: 1, mediaType: "image/png", name: "my pic.png")
  ),
]

/// The value that `expression` has for an input of any type; nil when there is none.
private func evaluate(_ expression: String) throws -> Value? {
  let text = """
    version: 1
    name: demo
    \(inputs.split(separator: "\n").map { $0.dropFirst(2) }.joined(separator: "\n"))
    vars: { half: 0.5, name: v }
    stages: { a: { uses: count } }
    outputs:
      result: >-
        \(expression)
    """
  let (graph, diagnostics) = PipelineGraph.load(text: text, registry: FakeStages.registry)
  let errors = diagnostics.filter { $0.severity == .error }
  #expect(errors == [])
  let scope = Scope(
    inputs: values, vars: graph?.vars ?? [:], runID: "r1", runName: graph?.name ?? "")
  return try graph?.outputs.first?.value(in: scope)
}

@Suite("Rule 5: expressions are total, typed and budgeted", .timeLimit(.minutes(5)))
struct ExpressionTests {
  @Test(
    "every operator and path has its value",
    arguments: [
      ("1 + 2 * 3", .integer(7)), ("(1 + 2) * 3", .integer(9)), ("-inputs.n", .integer(-7)),
      ("7 / 2", .integer(3)), ("-7 / 2", .integer(-3)), ("7 % 4", .integer(3)),
      ("7 / 2.0", .number(3.5)), ("inputs.x + 1", .number(3.5)), ("2 - 3 - 4", .integer(-5)),
      ("inputs.t + '!'", .text("Grüße!")), ("inputs.n + ' items'", .text("7 items")),
      ("inputs.d + inputs.d", .duration(.seconds(180))), ("inputs.d * 2", .duration(.seconds(180))),
      ("2 * inputs.d", .duration(.seconds(180))), ("inputs.d / 3", .duration(.seconds(30))),
      ("inputs.d / inputs.d", .number(1)), ("inputs.d > '1m'", .boolean(true)),
      ("inputs.d == '90s'", .boolean(true)), ("inputs.s == '4x2'", .boolean(true)),
      ("inputs.n == 7.0", .boolean(true)), ("inputs.n != 7", .boolean(false)),
      ("inputs.t < 'H'", .boolean(true)), ("1 <= 1 && 2 >= 3", .boolean(false)),
      ("!inputs.b || inputs.mode == 'fast'", .boolean(true)),
      ("true || false && false", .boolean(true)), ("inputs.gone == null", .boolean(true)),
      ("inputs.t != null", .boolean(true)), ("inputs.gone else inputs.t", .text("Grüße")),
      ("inputs.gone else null else 'x'", .text("x")), ("inputs.words[0]", .text("a")),
      ("inputs.words[-1]", .text("c")), ("inputs.words[7] else 'none'", .text("none")),
      ("inputs.scenes.narration", .list([.text("one"), .text("two")])),
      ("inputs.scenes.image", .list([.null, .text("b.png")])),
      ("inputs.scenes[1].image", .text("b.png")),
      ("inputs.scenes.parts.k", .list([.list([.integer(1)]), .list([])])),
      ("inputs.options.a.b[0]", .integer(9)), ("inputs.options.a.c else 3", .integer(3)),
      ("inputs.table.k", .integer(5)), ("inputs.table.z else 0", .integer(0)),
      ("vars.half", .number(0.5)), ("run.id + '/' + run.name", .text("r1/demo")),
      ("\"a\\n\\\"b\\\"\"", .text("a\n\"b\"")), ("'it\\'s'", .text("it's")), ("1e3", .number(1000)),
      ("${{ inputs.n }}", .integer(7)), ("vars.name == 'v'", .boolean(true)),
    ] as [(String, Value)])
  func operators(expression: String, expected: Value) throws {
    #expect(try evaluate(expression) == expected)
  }

  @Test(
    "every function has its value",
    arguments: [
      ("len(inputs.t)", .integer(5)), ("len(inputs.words)", .integer(3)),
      ("len(inputs.table)", .integer(1)),
      ("join(inputs.words, ', ')", .text("a, b, c")), ("join(inputs.numbers)", .text("312")),
      ("split('a,b,,c', ',')", .list(["a", "b", "", "c"].map(Value.text))),
      ("lower('ÄB')", .text("äb")), ("upper('äß')", .text("ÄSS")),
      ("trim('  a b\\n')", .text("a b")),
      ("contains(inputs.words, 'b')", .boolean(true)), ("contains(inputs.t, 'üß')", .boolean(true)),
      ("contains(inputs.numbers, 9)", .boolean(false)), ("contains('x', '')", .boolean(true)),
      ("basename('/a/b c.tar.gz')", .text("b c.tar.gz")),
      ("basename('a/b.mp4', '.mp4')", .text("b")),
      ("basename(inputs.file, '.png')", .text("my pic")), ("min(inputs.numbers)", .integer(1)),
      ("max(3, inputs.x, 1)", .integer(3)), ("sum(inputs.numbers)", .integer(6)),
      ("sum(inputs.times)", .duration(.milliseconds(2500))),
      ("max(inputs.times)", .duration(.seconds(2))),
      ("json(inputs.table)", .text("{\"k\":5}")), ("json(inputs.d)", .text("\"1m30s\"")),
      ("sum(inputs.options.a.b)", .integer(9)),
    ] as [(String, Value)])
  func functions(expression: String, expected: Value) throws {
    #expect(try evaluate(expression) == expected)
  }

  @Test(
    "what is not there has no value, and neither has what is made of it",
    arguments: [
      "inputs.gone", "upper(inputs.gone)", "inputs.gone + '!'", "inputs.words[3]", "null",
      "inputs.options.q.r", "max(inputs.times[9], inputs.d)", "inputs.gone else null",
      "-inputs.options.q",
    ])
  func absent(expression: String) throws {
    #expect(try evaluate(expression) == nil)
  }

  @Test(
    "what cannot be worked out is an error at its place",
    arguments: [
      ("inputs.n / 0", "division by zero"), ("1.5 / 0", "division by zero"),
      ("5 % (7 - 7)", "division by zero"), ("9223372036854775807 + 1", "the result is too large"),
      ("-(0 - 9223372036854775807 - 1)", "the result is too large"),
      ("1e308 * 1e308", "the result is too large"),
      ("inputs.d - inputs.d * 2", "the result is a duration below zero"),
      ("inputs.d * 1e300", "the result is too large"),
      ("inputs.d * 1e6", "the result is a duration of more than 10000 hours"),
      ("inputs.scenes[0].narration + inputs.options.a", "`+` cannot be used with text and map"),
      ("inputs.options.a && true", "expected boolean, found map"),
      ("inputs.scenes.narration.x", "text has no member `x`"),
      ("inputs.options[0]", "only a list has items, found map"),
      ("min(inputs.scenes)", "`min` needs numbers or durations, found list"),
      ("join(inputs.scenes)", "`join` needs a list of texts; [0] is map"),
      ("upper(inputs.options)", "`upper` needs text, found map"),
    ])
  func errors(expression: String, message: String) {
    let error = #expect(throws: EvaluationError.self) { try evaluate(expression) }
    #expect(error?.message == message)
    #expect(error?.range.start.line ?? 0 > 20)
  }

  @Test("a text that doubles itself is stopped at 64 KiB", .timeLimit(.minutes(5)))
  func longText() {
    let long =
      "join(split('\(String(repeating: "a ", count: 200))', ' '), '\(String(repeating: "b", count: 500))')"
    let error = #expect(throws: EvaluationError.self) { try evaluate(long) }
    #expect(error?.message.contains("at most 65536 are allowed") == true)
  }
}

@Suite("Values of settings", .timeLimit(.minutes(5)))
struct SettingTests {
  private func options(
    _ settings: String, in scope: Scope = Scope(inputs: values), file: String? = nil,
    uses: String = "count", needs: String = ""
  ) throws -> [String: Value] {
    let text = """
      version: 1
      name: demo
      \(inputs.split(separator: "\n").map { $0.dropFirst(2) }.joined(separator: "\n"))
      stages: { a: { uses: \(uses), \(needs)with: { \(settings) } } }
      """
    let (graph, diagnostics) = PipelineGraph.load(
      text: text, file: file, registry: FakeStages.registry)
    #expect(diagnostics.filter { $0.severity == .error } == [])
    return try graph?.stages[0].options(in: scope) ?? [:]
  }

  @Test(
    "text is text, whatever YAML 1.1 thought of it",
    arguments: [
      "no", "yes", "on", "0123", "0x1F", "12:30:45", "1e3", "2024-01-01", "null", "~", "1_000",
      ".5",
      "True", "1.10",
    ])
  func rawText(text: String) throws {
    #expect(try options("text: \(text)")["text"] == .text(text))
  }

  @Test(
    "open values follow the YAML 1.2 core schema; quotes make text",
    arguments: [
      ("no", .text("no")), ("0123", .text("0123")), ("12:30:45", .text("12:30:45")),
      ("1e3", .number(1000)), ("12", .integer(12)), ("'12'", .text("12")), ("true", .boolean(true)),
      ("\"true\"", .text("true")), ("[1, null, a]", .list([.integer(1), .null, .text("a")])),
      ("{ a: { b: 1.5 } }", .map(["a": .map(["b": .number(1.5)])])),
      ("{ a: '${{ inputs.n }}', b: null }", .map(["a": .integer(7), "b": .null])),
      ("['${{ inputs.gone }}', x]", .list([.text("x")])),
      ("'a ${{ inputs.n }} $${{ b }}'", .text("a 7 ${{ b }}")),
    ] as [(String, Value)])
  func open(yaml: String, expected: Value) throws {
    #expect(try options("value: \(yaml)")["value"] == expected)
  }

  @Test(
    "a value becomes the declared type",
    arguments: [
      ("number: '3'", "number", .integer(3)), ("amount: 3", "amount", .number(3)),
      ("amount: '${{ inputs.n }}'", "amount", .number(7)),
      ("length: 90s", "length", .duration(.seconds(90))),
      ("length: \"${{ '2m' }}\"", "length", .duration(.seconds(120))),
      ("words: one", "words", .list([.text("one")])),
      ("words: [1, no]", "words", .list([.text("1"), .text("no")])),
      ("words: '${{ inputs.t }}'", "words", .list([.text("Grüße")])),
      ("words: ['${{ inputs.n }}', b]", "words", .list([.text("7"), .text("b")])),
      ("text: '${{ inputs.d }} of ${{ inputs.b }}'", "text", .text("1m30s of true")),
      ("text: '${{ inputs.gone }}'", "text", .text("")),
      ("number: '${{ inputs.options.q }}'", "number", .integer(0)),
      ("text: ''", "text", .text("")), ("flag: true", "flag", .boolean(true)),
    ] as [(String, String, Value)])
  func typed(yaml: String, name: String, expected: Value) throws {
    #expect(try options(yaml)[name] == expected)
  }

  @Test("the result of a template is never read again")
  func onceOnly() throws {
    var scope = Scope(inputs: values)
    scope.inputs["t"] = .text("${{ inputs.n }} {{ x }} [1]")
    #expect(
      try options("text: '${{ inputs.t }}'", in: scope)["text"]
        == .text("${{ inputs.n }} {{ x }} [1]"))
    #expect(
      try options("words: ['<${{ inputs.t }}>']", in: scope)["words"]
        == .list([.text("<${{ inputs.n }} {{ x }} [1]>")]))
  }

  @Test(
    "a computed value that does not fit is an error at its place",
    arguments: [
      ("number: '${{ inputs.n * 2 }}'", "expected 0 to 10, found `14`"),
      (
        "length: '${{ inputs.t }}'",
        "expected duration such as 300ms, 4s, 2m30s or 1h, found `Grüße`"
      ),
      ("number: '${{ inputs.options.a }}'", "expected integer, found map"),
    ])
  func misfits(yaml: String, message: String) {
    let error = #expect(throws: EvaluationError.self) { try options(yaml) }
    #expect(error?.message == message)
    #expect(error?.field == yaml.split(separator: ":").first.map(String.init))
    #expect(error?.range.start.line == 19)
    #expect(error?.diagnostic.code == "evaluation")
    #expect(error?.stageError.errorClass == .configuration)
  }

  @Test("a path written in the file is relative to the file; one that is given is left alone")
  func paths() throws {
    let file = "/films/the one/p.yaml"
    func logo(_ yaml: String, _ inputs: [String: Value] = values) throws -> Value? {
      try options(
        "logo: \(yaml)", in: Scope(inputs: inputs), file: file, uses: "burn",
        needs: "in: { video: \"'../a.mp4'\" }, ")["logo"]
    }
    #expect(try logo("logo.png") == .text("/films/the one/logo.png"))
    #expect(try logo("../x/logo.png") == .text("/films/x/logo.png"))
    #expect(try logo("/abs/logo.png") == .text("/abs/logo.png"))
    #expect(try logo("https://host/logo.png") == .text("https://host/logo.png"))
    #expect(try logo("'logos/${{ inputs.mode }}.png'") == .text("/films/the one/logos/fast.png"))
    #expect(try logo("\"${{ 'logo.png' }}\"") == .text("/films/the one/logo.png"))
    #expect(try logo("'${{ inputs.t }}'", ["t": .text("rel.png")]) == .text("rel.png"))
  }

  @Test("rules that span fields are checked again when something was computed")
  func crossField() {
    let error = #expect(throws: EvaluationError.self) {
      try options(
        "min-lines: '${{ inputs.n - 3 }}'", uses: "burn", needs: "in: { video: \"'a'\" }, ")
    }
    #expect(error?.message == "`min-lines` is greater than `max-lines`")
    #expect(error?.field == "min-lines")
  }
}
