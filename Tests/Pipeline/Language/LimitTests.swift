import Pipeline
import Testing

private func codes(_ text: String) -> [String] {
  PipelineGraph.load(text: text, registry: FakeStages.registry).diagnostics.map(\.code)
}

private func nested(_ levels: Int) -> String {
  "version: 1\nname: p\nx-a: \(String(repeating: "[", count: levels))\(String(repeating: "]", count: levels))\nstages: { a: { uses: count } }\n"
}

@Suite("Rule 2: input is bounded", .timeLimit(.minutes(5)))
struct LimitTests {
  @Test("an alias bomb is refused at once", .timeLimit(.minutes(5)))
  func aliasBomb() {
    var lines = ["version: 1", "name: p", "x-0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    for level in 1...9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      lines.append("x-\(level): &a\(level) [\(aliases)]")
    }
    lines.append("stages: { a: { uses: count } }")
    let clock = ContinuousClock()
    var found: [String] = []
    let time = clock.measure { found = codes(lines.joined(separator: "\n")) }
    #expect(found == ["too-many-nodes"])
    // To follow every alias would take hours.
    #expect(time < .seconds(30))
  }

  @Test("many aliases of one long text are an alias bomb too")
  func longTextBomb() {
    let text = String(repeating: "x", count: 400_000)
    let aliases = Array(repeating: "*a", count: 10_000).joined(separator: ", ")
    #expect(
      codes("version: 1\nname: p\nx-a: &a \(text)\nx-b: [\(aliases)]\n") == ["too-many-nodes"])
  }

  @Test(
    "99 levels of lists fit below the root, 100 do not", arguments: [(99, []), (100, ["too-deep"])])
  func levels(levels: Int, expected: [String]) {
    #expect(codes(nested(levels)) == expected)
  }

  @Test("a hundred thousand brackets are refused at the first too many", .timeLimit(.minutes(5)))
  func brackets() {
    #expect(codes(nested(100_000)).first == "too-deep")
  }

  @Test("a file of a megabyte is read, one of two is not")
  func size() {
    let head = "version: 1\nname: p\nstages: { a: { uses: count } }\n# "
    let room = (1 << 20) - head.utf8.count
    #expect(codes(head + String(repeating: "x", count: room)) == [])
    #expect(codes(head + String(repeating: "x", count: room + 1)) == ["too-large"])
    #expect(codes(String(repeating: "a: b\n", count: 400_000)) == ["too-large"])
  }

  @Test("of a flood of problems the first 200 are told", .timeLimit(.minutes(5)))
  func flood() {
    let keys = (0..<5000).map { "k\($0): 1" }.joined(separator: "\n")
    let found = codes(keys)
    #expect(found.count == 201)
    #expect(found.contains("too-many-problems"))
  }

  @Test("a long text with many templates is read in time", .timeLimit(.minutes(5)))
  func manyTemplates() {
    let text = String(repeating: "${{ 1 }} ", count: 60_000)
    #expect(
      codes("version: 1\nname: p\nstages: { a: { uses: count, with: { text: \"\(text)\" } } }\n")
        == [])
  }

  @Test(
    "bytes that are no text are told at their place",
    arguments: [
      ([0x6E, 0x3A, 0x20, 0xFF], 1, 4), ([0x6E, 0x3A, 0x20, 0x00], 1, 4),
      ([0x0A, 0xC3, 0x28], 2, 2), ([0xFE, 0xFF, 0x00, 0x61], 1, 1),
    ] as [([UInt8], Int, Int)])
  func bytes(bytes: [UInt8], line: Int, column: Int) {
    let (file, problems) = PipelineSource.File.decode(bytes, name: nil)
    let (definition, more) = file.map { PipelineDefinition.parse(PipelineSource($0)) } ?? (nil, [])
    let diagnostics = problems + more
    #expect(definition == nil)
    #expect(diagnostics.map(\.code) == ["encoding"])
    #expect(diagnostics.first?.range?.start.line == line)
    #expect(diagnostics.first?.range?.start.column == column)
  }

  @Test("a byte order mark is no part of the file")
  func byteOrderMark() {
    #expect(codes("\u{FEFF}version: 1\nname: p\nstages: { a: { uses: count } }\n") == [])
  }
}
