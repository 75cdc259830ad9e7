import Pipeline
import Testing

/// A pipeline file with mistakes, and what its author reads about them.
struct WrongPipeline: Sendable, CustomTestStringConvertible {
  let name: String
  let yaml: String
  let overlays: [String]
  let overrides: [PipelineSource.Override]
  let expected: String

  /// - Parameters:
  ///   - overlays: called `o1.yaml`, `o2.yaml`, …
  ///   - overrides: `path=text`.
  init(
    _ name: String, _ yaml: String, overlays: [String] = [], overrides: [String] = [],
    says expected: String
  ) {
    self.name = name
    self.yaml = yaml
    self.overlays = overlays
    self.overrides = overrides.map { text in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      return .init(path: parts[0], text: parts.count > 1 ? parts[1] : "")
    }
    self.expected = expected
  }

  var source: PipelineSource {
    PipelineSource(
      .init(name: "p.yaml", text: yaml),
      overlays: overlays.enumerated().map { .init(name: "o\($0 + 1).yaml", text: $1) },
      overrides: overrides)
  }

  var testDescription: String { name }

  static let all = Array(
    [
      structure, yaml, settings, graph, expressions, gitHubActions, kestra, benthos, secrets, rules,
      merging,
    ].joined())
}

@Suite("Wrong pipelines", .timeLimit(.minutes(5)))
struct WrongPipelineTests {
  @Test(
    "every problem is shown at its place",
    arguments: WrongPipeline.all)
  func rendered(wrong: WrongPipeline) {
    let (graph, diagnostics) = PipelineGraph.load(wrong.source, registry: FakeStages.registry)
    let text = DiagnosticRenderer(sources: wrong.source.texts).render(diagnostics)
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
