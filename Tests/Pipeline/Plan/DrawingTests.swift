import Pipeline
import Testing

@Suite("Drawings of a graph", .timeLimit(.minutes(5)))
struct DrawingTests {
  private func graph() throws -> PipelineGraph {
    let text = """
      version: 1
      name: two
      inputs: { film: video, "quote": text }
      stages:
        check: { uses: validate, in: { media: inputs.film } }
        captions:
          uses: burn
          if: inputs.quote != '"'
          needs: check
          in: { video: inputs.film }
        pack: { uses: segment, in: { video: captions.video } }
      outputs: { hls: pack.playlist }
      """
    return try #require(
      PipelineGraph.load(text: text, registry: FakeStages.registry).graph)
  }

  @Test("Mermaid shows inputs, stages and outputs, and what flows between them")
  func mermaid() throws {
    #expect(
      try graph().mermaid() == """
        flowchart LR
          i0(["film<br/>video"])
          i1(["quote<br/>text"])
          s0["check<br/>validate"]
          s1["captions<br/>burn"]
          s2["pack<br/>segment"]
          o0[/"hls<br/>bundle"/]
          i0 -->|"media"| s0
          i1 --> s1
          i0 -->|"video"| s1
          s0 -.-> s1
          s1 -->|"video"| s2
          s2 -->|"playlist"| o0

        """)
  }

  @Test("Graphviz gets the same")
  func dot() throws {
    let dot = try graph().dot()
    #expect(dot.hasPrefix("digraph \"two\" {\n"))
    #expect(dot.contains("  i0 [label=\"film\\nvideo\", shape=ellipse];\n"))
    #expect(dot.contains("  s0 -> s1 [label=\"\", style=dashed];\n"))
    #expect(dot.hasSuffix("  s2 -> o0 [label=\"playlist\"];\n}\n"))
  }
}
