import Pipeline
import Testing

/// A pipeline file with mistakes, and what its author reads about them.
struct WrongPipeline: Sendable, CustomTestStringConvertible {
  let name: String
  let yaml: String
  let expected: String

  init(_ name: String, _ yaml: String, says expected: String) {
    self.name = name
    self.yaml = yaml
    self.expected = expected
  }

  var testDescription: String { name }
}

@Suite("Wrong pipelines")
struct WrongPipelineTests {
  @Test(
    "every problem is shown at its place",
    arguments: [
      WrongPipeline.structure, WrongPipeline.yaml, WrongPipeline.settings, WrongPipeline.graph,
      WrongPipeline.expressions,
    ].joined())
  func rendered(wrong: WrongPipeline) {
    let (graph, diagnostics) = PipelineGraph.load(
      text: wrong.yaml, file: "p.yaml", registry: FakeStages.registry)
    let text = DiagnosticRenderer(text: wrong.yaml, file: "p.yaml").render(diagnostics)
    #expect(text == wrong.expected + "\n")
    #expect((graph == nil) == diagnostics.hasErrors)
  }

  @Test("a suggestion comes with the edit that makes it")
  func fix() throws {
    let yaml = WrongPipeline.settings[0].yaml
    let (_, diagnostics) = PipelineGraph.load(text: yaml, registry: FakeStages.registry)
    let fix = try #require(diagnostics.first?.fix)
    let bytes = Array(yaml.utf8)
    let mended =
      bytes[..<fix.range.start.offset] + Array(fix.replacement.utf8)
      + bytes[fix.range.end.offset...]
    let (graph, rest) = PipelineGraph.load(
      text: String(decoding: mended, as: UTF8.self), registry: FakeStages.registry)
    #expect(rest == [])
    #expect(graph != nil)
  }
}
