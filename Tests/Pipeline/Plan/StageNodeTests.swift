import Pipeline
import Testing

private func film(_ name: String) -> Value {
  .file(
    FileReference(
      digest: Digest(of: name.utf8), byteCount: 1, mediaType: "video/mp4", name: name))
}

private func graph(_ stages: String, outputs: String = "{}") throws -> PipelineGraph {
  let text = """
    version: 1
    name: demo
    inputs:
      film: video
      extra: { type: video, optional: true }
      words: { type: list<text>, default: [] }
      on: { type: boolean, default: true }
      count: { type: integer, optional: true }
    stages:
    \(stages)
    outputs: \(outputs)
    """
  let (graph, diagnostics) = PipelineGraph.load(text: text, registry: FakeStages.registry)
  #expect(diagnostics.filter { $0.severity == .error } == [])
  return try #require(graph)
}

private let inputs: [String: Value] = [
  "film": film("film.mp4"), "words": .list([.text("a"), .text("b")]), "on": .boolean(true),
]

@Suite("Stages of a graph", .timeLimit(.minutes(5)))
struct StageNodeTests {
  @Test("a required port that only skipped stages feed skips the stage, saying which")
  func skipped() throws {
    let graph = try graph(
      """
        a: { uses: burn, in: { video: inputs.film } }
        b: { uses: burn, in: { video: a.video } }
        c: { uses: burn, in: { video: a.video else inputs.extra } }
        d: { uses: burn, in: { video: a.video else inputs.film } }
        e: { uses: burn, in: { video: inputs.extra } }
      """, outputs: "{ x: b.video else a.video, y: d.video }")
    let scope = Scope(
      inputs: inputs, stages: ["a": .skipped, "b": .skipped, "d": .completed(["video": film("d")])])
    func flow(_ id: String) throws -> ResolvedInputs? { try graph[stage: id]?.inputs(in: scope) }
    #expect(try flow("b") == .skipped(port: "video", because: ["stage `a` was skipped"]))
    #expect(
      try flow("c")
        == .skipped(
          port: "video", because: ["stage `a` was skipped", "input `extra` was not given"]))
    #expect(
      try flow("d")
        == .ready(["video": try ValueType.video.convert(film("film.mp4"))]))
    #expect(try flow("e") == .skipped(port: "video", because: ["input `extra` was not given"]))
    #expect(try graph.outputs[0].value(in: scope) == nil)
    #expect(try graph.outputs[1].value(in: scope) == film("d"))
  }

  @Test("an optional port that gets nothing is left out")
  func optionalPort() throws {
    let graph = try graph(
      """
        words: { uses: transcribe, if: inputs.on, in: { audio: inputs.film } }
        a: { uses: burn, in: { video: inputs.film, transcript: words.transcript } }
      """)
    let scope = Scope(inputs: inputs, stages: ["words": .skipped])
    guard case .ready(let values) = try graph[stage: "a"]?.inputs(in: scope) else {
      Issue.record("the stage was skipped")
      return
    }
    #expect(values.keys.sorted() == ["video"])
  }

  @Test("a list port takes what there is, and nothing when nothing is there")
  func listPort() throws {
    let graph = try graph(
      """
        a: { uses: burn, in: { video: inputs.film } }
        t: { uses: transcribe, in: { audio: [inputs.film, inputs.extra, a.video] } }
        u: { uses: transcribe, in: { audio: [inputs.extra, a.video] } }
      """)
    let scope = Scope(inputs: inputs, stages: ["a": .failed])
    #expect(
      try graph[stage: "t"]?.inputs(in: scope) == .ready(["audio": .list([film("film.mp4")])]))
    #expect(
      try graph[stage: "u"]?.inputs(in: scope)
        == .skipped(port: "audio", because: ["input `extra` was not given", "stage `a` failed"]))
  }

  @Test(
    "a required setting that only skipped stages give skips the stage; another one gets its default"
  )
  func skippedSetting() throws {
    let graph = try graph(
      """
        n: { uses: count }
        say: { uses: tts, with: { text: "${{ n.number }} items", voice: "${{ n.words[0] }}" } }
      """)
    let skipped = Scope(inputs: inputs, stages: ["n": .skipped])
    let node = try #require(graph[stage: "say"])
    #expect(
      try node.inputs(in: skipped) == .skipped(port: "text", because: ["stage `n` was skipped"]))
    let error = #expect(throws: EvaluationError.self) { try node.options(in: skipped) }
    #expect(error?.message == "`text` has no value: stage `n` was skipped")
    let done = Scope(
      inputs: inputs, stages: ["n": .completed(["number": .integer(3), "words": .list([])])])
    #expect(try node.inputs(in: done) == .ready([:]))
    #expect(
      try node.options(in: done)
        == ["text": .text("3 items"), "voice": .text("en-us"), "speed": .number(1)])
  }

  @Test(
    "a condition decides",
    arguments: [
      ("inputs.on", .run), ("!inputs.on", .skip(because: ["`if` is false"])),
      ("inputs.count > 2", .skip(because: ["input `count` was not given"])),
      ("inputs.count == null", .run), ("n.number == 1", .skip(because: ["stage `n` was skipped"])),
      ("(inputs.count else 3) > 2", .run),
    ] as [(String, StageDecision)])
  func condition(condition: String, decision: StageDecision) throws {
    let graph = try graph("  n: { uses: count }\n  a: { uses: count, if: \"\(condition)\" }")
    let scope = Scope(inputs: inputs, stages: ["n": .skipped])
    let node = try #require(graph[stage: "a"])
    #expect(try node.decision(in: scope) == decision)
    #expect(try node.isEnabled(in: scope) == (decision == .run))
  }

  @Test("foreach gives its items; each task sees its own")
  func foreach() throws {
    let graph = try graph(
      """
        a: { uses: tts, foreach: inputs.words, with: { text: "${{ index }}: ${{ item }}" } }
        b: { uses: count, foreach: a.audio, with: { number: "${{ index }}" } }
        c: { uses: transcribe, in: { audio: a.audio } }
      """)
    let node = try #require(graph[stage: "a"])
    #expect(try node.items(in: Scope(inputs: inputs)) == [.text("a"), .text("b")])
    let task = Scope(inputs: inputs, item: .text("b"), index: 1)
    #expect(try node.options(in: task)["text"] == .text("1: b"))
    #expect(try graph[stage: "c"]?.items(in: Scope(inputs: inputs)) == nil)
    #expect(try node.items(in: Scope(inputs: ["words": .list([])])) == [])
    let skipped = Scope(inputs: inputs, stages: ["a": .skipped])
    #expect(
      try graph[stage: "b"]?.decision(in: skipped) == .skip(because: ["stage `a` was skipped"]))
    let empty = Scope(inputs: inputs, stages: ["a": .completed(["audio": .list([])])])
    #expect(try graph[stage: "c"]?.inputs(in: empty) == .ready(["audio": .list([])]))
  }

  @Test("more than ten thousand items are refused")
  func manyItems() throws {
    let graph = try graph("  a: { uses: tts, foreach: inputs.words, with: { text: x } }")
    let many = Scope(inputs: ["words": .list(Array(repeating: .text("x"), count: 10_001))])
    let error = #expect(throws: EvaluationError.self) { try graph.stages[0].items(in: many) }
    #expect(error?.message == "`foreach` has 10001 items; at most 10000 are allowed")
  }

  @Test("on-error: continue makes outputs optional, and what failed is not there")
  func continues() throws {
    let graph = try graph(
      """
        a: { uses: burn, on-error: continue, in: { video: inputs.film } }
        b: { uses: burn, in: { video: a.video } }
      """, outputs: "{ v: a.video, w: a.video else inputs.film }")
    #expect(graph[stage: "a"]?.continuesOnError == true)
    #expect(graph.outputs.map(\.type) == [.optional(.video), .video])
    let scope = Scope(inputs: inputs, stages: ["a": .failed])
    #expect(
      try graph[stage: "b"]?.inputs(in: scope)
        == .skipped(port: "video", because: ["stage `a` failed"]))
    #expect(try graph.outputs[1].value(in: scope) == film("film.mp4"))
  }

  @Test("stages come after what they depend on, otherwise in the order of the file")
  func order() throws {
    let graph = try graph(
      """
        z: { uses: count, needs: [m, a] }
        y: { uses: count }
        m: { uses: count, if: "x.number == 1" }
        a: { uses: count }
        x: { uses: count, with: { number: "${{ y.number }}" } }
      """)
    #expect(graph.stages.map(\.id) == ["y", "a", "x", "m", "z"])
    #expect(graph[stage: "z"]?.dependencies == ["m", "a"])
    #expect(graph[stage: "m"]?.dependencies == ["x"])
  }

  @Test(
    "settings of a stage come from its default, then defaults, then the stage, then an override")
  func merging() throws {
    let text = """
      version: 1
      name: demo
      defaults:
        retry: { max: 2, initial: 3s }
        uses: { count: { with: { number: 2, amount: 2, text: two } } }
      stages:
        a:
          uses: count
          with: { amount: 3, text: three }
          retry: { max: 4, backoff: constant }
        b: { uses: count }
      """
    let (graph, diagnostics) = PipelineGraph.load(
      text: text, overrides: [("stages.a.with.text", "four")], registry: FakeStages.registry)
    #expect(diagnostics == [])
    let options = try graph?[stage: "a"]?.options(in: Scope())
    #expect(options?["flag"] == .boolean(false))
    #expect(options?["number"] == .integer(2))
    #expect(options?["amount"] == .number(3))
    #expect(options?["text"] == .text("four"))
    #expect(
      graph?[stage: "a"]?.retry == RetryPolicy(max: 4, backoff: .constant, initial: .seconds(3)))
    #expect(graph?[stage: "b"]?.retry == RetryPolicy(max: 2, initial: .seconds(3)))
  }

  @Test("a retry policy knows its classes and waits")
  func retry() {
    let usual = RetryPolicy(max: 3, initial: .seconds(2), cap: .seconds(10))
    #expect(
      StageError.Class.allCases.filter(usual.retries) == [
        .transient, .rateLimited, .lost, .timeout,
      ])
    #expect((1...5).map(usual.longestWait) == [2, 4, 8, 10, 10].map { .seconds($0) })
    let only = RetryPolicy(max: 1, backoff: .constant, initial: .seconds(2), only: [.internal])
    #expect(StageError.Class.allCases.filter(only.retries) == [.internal])
    #expect(only.longestWait(before: 1000) == .seconds(2))
  }
}
