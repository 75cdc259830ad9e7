import Foundation
import Pipeline
import Testing

private func range(_ file: String?, _ line: Int, _ from: Int, _ to: Int) -> SourceRange {
  SourceRange(
    file: file, start: SourcePosition(line: line, column: from, offset: 0),
    end: SourcePosition(line: line, column: to, offset: 0))
}

@Suite("Diagnostics", .timeLimit(.minutes(5)))
struct DiagnosticTests {
  @Test(
    "carets stand under their place in a terminal",
    arguments: [
      ("ab: x", 5, 6, "    ^"), ("日本: x", 5, 6, "      ^"), ("日本: x", 1, 3, "^^^^"),
      ("e\u{301}: x", 5, 6, "   ^"), ("😀: 👨‍👩‍👧", 4, 9, "    ^^"), ("\ta: x", 2, 3, "    ^"),
      ("abc", 4, 4, "   ^"), ("abc", 9, 12, "   ^"),
    ])
  func carets(line: String, from: Int, to: Int, carets: String) {
    let diagnostic = Diagnostic("code", "message", at: range("f", 1, from, to))
    let text = DiagnosticRenderer(text: line, file: "f").render(diagnostic)
    #expect(text.split(separator: "\n").last.map(String.init) == "  | " + carets)
  }

  @Test("a long line is cut around the place")
  func longLine() {
    let line = String(repeating: "a", count: 5000) + "!" + String(repeating: "b", count: 5000)
    let diagnostic = Diagnostic("code", "message", at: range("f", 1, 5001, 5002), hint: "here")
    let lines = DiagnosticRenderer(text: line, file: "f").render(diagnostic).split(separator: "\n")
    #expect(
      lines[3] == "1 | …" + String(repeating: "a", count: 60) + "!"
        + String(repeating: "b", count: 79) + "…")
    #expect(lines[4] == "  | " + String(repeating: " ", count: 61) + "^ here")
  }

  @Test("what would command a terminal is shown as a picture")
  func controlCharacters() {
    let diagnostic = Diagnostic("code", "bad \u{1B}[2J\u{202E} text", at: range("f\u{7}", 1, 1, 2))
    let text = DiagnosticRenderer(text: "\u{1B}[31m\u{9B}x", file: "f\u{7}").render(diagnostic)
    #expect(
      text.unicodeScalars.allSatisfy {
        $0 == "\n"
          || !(0...0x1F).contains($0.value) && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}"
      })
    #expect(text.contains("␛[31m"))
  }

  @Test("without the text there is no snippet; without a place only the message")
  func bare() {
    let placed = Diagnostic("code", "message", at: range("f", 3, 2, 4), hint: "hint")
    #expect(
      DiagnosticRenderer().render(placed)
        == "error[code]: message\n --> f:3:2\n  = note: hint\n")
    let unplaced = Diagnostic("code", "message", at: nil, severity: .warning)
    #expect(DiagnosticRenderer().render(unplaced) == "warning[code]: message\n")
  }

  @Test("colour only wraps")
  func colour() throws {
    let yaml = WrongPipeline.settings[0].yaml
    let (_, diagnostics) = PipelineGraph.load(
      text: yaml, file: "p.yaml", registry: FakeStages.registry)
    let coloured = DiagnosticRenderer(text: yaml, file: "p.yaml", colour: true).render(diagnostics)
    #expect(coloured.contains("\u{1B}[1;31merror[unknown-field]\u{1B}[0m"))
    let escapes = try Regex("\u{1B}\\[[0-9;]*m")
    #expect(coloured.replacing(escapes, with: "") == WrongPipeline.settings[0].expected + "\n")
  }

  @Test("diagnostics survive JSON, with lines and columns in it")
  func json() throws {
    let yaml = WrongPipeline.settings[0].yaml
    let (_, diagnostics) = PipelineGraph.load(
      text: yaml, file: "p.yaml", registry: FakeStages.registry)
    let data = try CanonicalJSON.encode(diagnostics)
    #expect(try JSONDecoder().decode([Diagnostic].self, from: data) == diagnostics)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#""file":"p.yaml""#))
    #expect(text.contains(#""suggestion":"size""#))
    #expect(text.contains(#""start":{"column":33,"line":8"#))
  }

  @Test("a summary counts")
  func summary() {
    let error = Diagnostic("a", "b", at: nil)
    let warning = Diagnostic("a", "b", at: nil, severity: .warning)
    #expect(DiagnosticRenderer.summary([]) == "")
    #expect(DiagnosticRenderer.summary([error]) == "1 error")
    #expect(DiagnosticRenderer.summary([error, warning, error]) == "2 errors, 1 warning")
  }
}
