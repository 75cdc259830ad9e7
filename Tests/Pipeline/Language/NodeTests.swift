import Pipeline
import Testing

private func load(_ text: String) -> (graph: PipelineGraph?, shown: [String]) {
  let (graph, diagnostics) = PipelineGraph.load(text: text, registry: FakeStages.registry)
  return (
    graph, diagnostics.map { "\($0.range?.description ?? "-") \($0.code)" }
  )
}

@Suite("YAML in pipeline files", .timeLimit(.minutes(5)))
struct NodeTests {
  @Test("an alias stands for what it names; an anchor that nobody uses is mentioned")
  func anchors() throws {
    let (graph, shown) = load(
      """
      version: 1
      name: p
      x-big: &big # a comment
        text: hello
        number: 3
      x-word: &word hello
      x-old: &old 1
      stages:
        a: { uses: count, with: *big }
        b: { uses: count, with: { text: *word } }
      """)
    #expect(shown == ["7:8 unused-anchor"])
    #expect(
      try graph?.stages.map { try $0.options(in: Scope())["text"] } == [
        .text("hello"), .text("hello"),
      ])
  }

  @Test("a mistake behind an alias is told once, where it is written")
  func mistakesInAnchors() {
    let (_, shown) = load(
      """
      version: 1
      name: p
      x-a: &a { nubmer: 3, text: "${{ inputs.q }}" }
      stages: { a: { uses: count, with: *a }, b: { uses: count, with: *a } }
      """)
    #expect(shown == ["3:11 unknown-field", "3:40 unknown-reference"])
  }

  @Test("line ends make no difference", arguments: ["\n", "\r\n", "\r"])
  func lineEnds(end: String) {
    let lines = ["version: 1", "name: p", "stages:", "  a:", "    uses: count", "    wiht: {}", ""]
    #expect(load(lines.joined(separator: end)).shown == ["6:5 unknown-key"])
  }

  @Test(
    "a place inside a scalar is right in every style",
    arguments: [
      ("text: a ${{ q }}", 1, 13), ("text: 'it''s ${{ q }}'", 1, 18),
      ("text: \"\\u00e9\\n\\x41 ${{ q }}\"", 1, 25),
      ("text: |\n  one\n  two ${{ q }}", 3, 11),
      ("text: >-\n  one\n    two\n\n  three ${{ q }}", 5, 13),
      ("text: one\n  two\n\n  ${{ q }}", 4, 7), ("text: \"one\n  two \\\n  ${{ q }}\"", 3, 7),
      ("text: |2\n    ${{ q }}", 2, 9), ("text: &x !!str\n  ä ${{ q }}", 2, 9),
    ])
  func places(setting: String, line: Int, column: Int) {
    let body = setting.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "      \($0)" }.joined(separator: "\n")
    let (_, shown) = load(
      "version: 1\nname: p\nstages:\n  a:\n    uses: count\n    with:\n\(body)\n")
    #expect(
      shown.filter { $0.hasSuffix("unknown-reference") } == [
        "\(line + 6):\(column + 6) unknown-reference"
      ])
  }

  @Test("keys of one's own begin with x-")
  func extensions() {
    #expect(
      load("version: 1\nname: p\nx-team: { any: [thing] }\nstages: { a: { uses: count } }\n").shown
        == [])
  }

  @Test("constants have the type that YAML 1.2 reads")
  func vars() {
    let (graph, shown) = load(
      """
      version: 1
      name: p
      labels: { team: film }
      vars: { a: 1, b: "1", c: no, d: [1, x], e: true, f: 0123 }
      stages: { s: { uses: count, with: { number: "${{ vars.a }}", flag: "${{ vars.e }}" } } }
      """)
    #expect(shown == [])
    #expect(
      graph?.vars == [
        "a": .integer(1), "b": .text("1"), "c": .text("no"),
        "d": .list([.integer(1), .text("x")]), "e": .boolean(true), "f": .text("0123"),
      ])
    #expect(graph?.labels == ["team": "film"])
  }
}
