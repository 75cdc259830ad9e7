import Foundation
import Testing

@testable import Pipeline

@Suite("Tracing films to their source", .timeLimit(.minutes(1)))
struct TracingTests {
  private static let registry = StageRegistry([
    StageSpec(Speak.self), StageSpec(Cut.self), StageSpec(Letter.self), StageSpec(Pack.self),
  ])

  private let bench: EngineBench

  init() throws { bench = try EngineBench() }

  private func request(
    _ yaml: String, overlay: String? = nil, set: [(String, String)] = [],
    arguments: [(name: String, text: String)] = [], file: String? = nil
  ) throws -> RunRequest {
    let source = PipelineSource(
      .init(name: "film.yaml", text: yaml),
      overlays: overlay.map { [.init(name: "over.yaml", text: $0)] } ?? [],
      overrides: set.map { .init(path: $0.0, text: $0.1) })
    let (loaded, diagnostics) = PipelineGraph.load(source, registry: Self.registry)
    let graph = try #require(loaded, "\(diagnostics)")
    let bound = graph.bindInputs(arguments: arguments, file: file.map { ($0, "inputs.yaml") })
    try #require(bound.diagnostics.isEmpty, "\(bound.diagnostics)")
    var request = RunRequest(
      graph: graph, source: source, inputs: bound.values, inputFolder: bench.folder)
    request.inputTexts = InputTexts(
      arguments: arguments.map { .init(path: $0.name, text: $0.text) },
      file: file.map { .init(name: "inputs.yaml", text: $0) })
    return request
  }

  /// Each mark of the film `film` in order of time: what it is, who made it, and which text of which place.
  private func trace(
    _ request: RunRequest, _ result: RunResult, knowing made: Bool = true
  ) async throws -> [String] {
    try #require(result.state == .completed, "\(result.stages.compactMap(\.error))")
    let status = try #require(await bench.journal.run(result.id))
    let ingest = FileIngest(
      artifacts: bench.artifacts, root: bench.folder, mode: .identify)
    let replay = RunReplay(
      request.graph, journal: bench.journal, ingest: ingest, rendererVersion: 1)
    let scope = try await replay.scope(
      inputs: try #require(status.resolvedInputs), run: result.id,
      made: made ? result.made : [:])
    var tracer = FilmTracer(
      request.graph, status.record.source, inputTexts: status.record.inputTexts, scope: scope)
    let film = try #require(tracer.films().first)
    return tracer.trace(film).map { traced in
      let place = traced.place
      let via = traced.via.isEmpty ? "" : " from \(traced.via.joined(separator: ", "))"
      let input = (place?.input).map { " as \($0)" } ?? ""
      return "\(traced.mark.kind.rawValue) \(traced.stage ?? "nobody")\(via)\(input) "
        + (place.map { "\($0.range) \(Self.marked($0))" } ?? "nowhere")
    }
  }

  /// What the carets would stand under.
  private static func marked(_ place: SourcePlace) -> String {
    let scalars = Array(place.line.unicodeScalars)
    let start = min(place.range.start.column - 1, scalars.count)
    let isOneLine = place.range.start.line == place.range.end.line
    let end = isOneLine ? min(place.range.end.column - 1, scalars.count) : scalars.count
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[start..<max(start, end)])
    return String(view)
  }

  @Test("scenes, what is in them and defaults are found where they are written")
  func settings() async throws {
    let request = try request(
      """
      version: 1
      name: film
      stages:
        cut:
          uses: cut
          with:
            scenes:
              - narration: one
                titles: [a, "b"]
              - { narration: two }
      outputs: { film: cut.video }
      """)
    #expect(
      try await trace(request, bench.run(request)) == [
        "scene cut film.yaml:8:11 narration: one", "text cut film.yaml:9:20 a",
        "text cut film.yaml:9:23 \"b\"", "scene cut film.yaml:10:11 { narration: two }",
      ])
  }

  @Test("settings of `defaults`, overlays and `--set` are found in their texts")
  func merged() async throws {
    let request = try request(
      """
      version: 1
      name: film
      defaults: { uses: { cut: { with: { scenes: [{ titles: [a, b] }] } } } }
      stages: { cut: { uses: cut } }
      outputs: { film: cut.video }
      """)
    #expect(
      try await trace(request, bench.run(request)) == [
        "scene cut film.yaml:3:45 { titles: [a, b] }", "text cut film.yaml:3:56 a",
        "text cut film.yaml:3:59 b",
      ])
    let changed = try self.request(
      """
      version: 1
      name: film
      stages: { cut: { uses: cut, with: { scenes: [{ titles: [a, b] }] } } }
      outputs: { film: cut.video }
      """, overlay: "stages:\n  cut: { with: { scenes: [{ titles: [c, d] }] } }\n",
      set: [("stages.cut.with.scenes.0.titles.1", "e")])
    #expect(
      try await trace(changed, bench.run(changed)) == [
        "scene cut over.yaml:2:27 { titles: [c, d] }", "text cut over.yaml:2:38 c",
        "text cut --set:1:35 e",
      ])
  }

  private static let narrated = """
    version: 1
    name: film
    inputs: { scenes: list<json> }
    vars: { all: [{ narration: one two }, { narration: "two, three" }] }
    stages:
      voice:
        uses: speak
        foreach: SCENES
        with: { text: "${{ item.narration }}" }
      cut:
        uses: cut
        in: { narration: voice.audio }
        with: { scenes: "${{ SCENES }}" }
      words:
        uses: letter
        in: { video: cut.video, transcript: voice.transcript }
      pack:
        uses: pack
        in: { video: words.video }
    outputs: { film: pack.video }
    """

  @Test("what comes through inputs, constants and other stages is found where it was written")
  func expressions() async throws {
    let file = """
      scenes:
        - narration: >-
            One, two
            one more.
        - { narration: two three }
      """
    let given = try request(
      Self.narrated.replacing("SCENES", with: "inputs.scenes"), file: file)
    let result = try await bench.run(given)
    let expected = [
      "scene cut as scenes inputs.yaml:2:5 narration: >-",
      "narration cut from voice as scenes inputs.yaml:3:7 One, two",
      "cue words from voice as scenes inputs.yaml:3:7 One",
      "cue words from voice as scenes inputs.yaml:3:12 two",
      "cue words from voice as scenes inputs.yaml:4:7 one",
      "cue words from voice as scenes inputs.yaml:4:11 more",
      "scene cut as scenes inputs.yaml:5:5 { narration: two three }",
      "narration cut from voice as scenes inputs.yaml:5:18 two three",
      "cue words from voice as scenes inputs.yaml:5:18 two",
      "cue words from voice as scenes inputs.yaml:5:22 three",
    ]
    // The last word of the first scene lasts as long as the scene; marks of the same time keep the longer one first.
    #expect(try await trace(given, result).sorted() == expected.sorted())
    #expect(try await trace(given, result, knowing: false).sorted() == expected.sorted())

    let constant = try request(
      Self.narrated.replacing("SCENES", with: "vars.all"), arguments: [("scenes", "[{}]")])
    let found = try await trace(constant, bench.run(constant))
    #expect(found.contains("scene cut film.yaml:4:39 { narration: \"two, three\" }"))
    #expect(found.contains("cue words from voice film.yaml:4:53 two"))
    #expect(found.contains("cue words from voice film.yaml:4:58 three"))
  }

  @Test("inputs of a command line point to their argument, a default to its declaration")
  func arguments() async throws {
    let yaml = Self.narrated.replacing("SCENES", with: "inputs.scenes")
    let items = try request(
      yaml, arguments: [("scenes", "{ narration: one }"), ("scenes", "{ narration: two }")])
    let found = try await trace(items, bench.run(items))
    #expect(found.contains("scene cut as scenes --input:1:8 { narration: one }"))
    #expect(found.contains("scene cut as scenes --input:2:8 { narration: two }"))
    #expect(found.contains("cue words from voice as scenes --input:2:21 two"))

    let defaulted = try request(
      yaml.replacing(
        "scenes: list<json>", with: "scenes: { type: list<json>, default: [{ narration: one }] }"))
    #expect(
      try await trace(defaulted, bench.run(defaulted)).contains(
        "scene cut film.yaml:3:49 { narration: one }"))
  }

  @Test("a moved line and a renamed stage make nothing again, and the new lines are told")
  func moved() async throws {
    let yaml = Self.narrated.replacing("SCENES", with: "vars.all").replacing(
      "inputs: { scenes: list<json> }\n", with: "")
    let first = try request(yaml)
    let before = try await trace(first, bench.run(first))
    let second = try request(
      yaml.replacing("vars: {", with: "# moved\n\nvars: {").replacing("  cut:", with: "  montage:")
        .replacing("cut.video", with: "montage.video"))
    let result = try await bench.run(second)
    #expect(result.stages.allSatisfy { $0.cached == $0.tasks })
    let after = try await trace(second, result)
    #expect(
      after
        == before.map {
          $0.replacing("film.yaml:3:", with: "film.yaml:5:").replacing(" cut", with: " montage")
        })
  }

  @Test("marks change the film for stages, and nothing that is rendered")
  func digests() throws {
    var film = Timeline(
      canvas: Canvas(size: PixelSize(width: 16, height: 16)), duration: MediaTime(seconds: 1))
    let plain = try Digest(canonical: film)
    let digest = try film.filmDigest
    let encoded = try JSONEncoder().encode(film)
    film.marks = [
      TimelineMark(.scene, at: .zero, duration: film.duration, path: "with.a", module: "m")
    ]
    #expect(try Digest(canonical: film) != plain)
    #expect(try film.filmDigest == digest && digest == plain)
    #expect(film.slice(0..<10) { _ in true }.marks.isEmpty)
    // A film from before there were marks is read as one without.
    #expect(try JSONDecoder().decode(Timeline.self, from: encoded) == film.withoutMarks)
    let again = try JSONDecoder().decode(Timeline.self, from: JSONEncoder().encode(film))
    #expect(again == film)
  }

  @Test("a stage keeps its key when only the marks of what it renders change")
  func keys() throws {
    let spec = StageSpec(Pack.self)
    var film = Timeline(
      canvas: Canvas(size: PixelSize(width: 16, height: 16)), duration: MediaTime(seconds: 1))
    #expect(Value.video(.timeline(film)).needsRendering(for: .media))
    film.marks = [
      TimelineMark(.scene, at: .zero, duration: film.duration, path: "with.a", module: "m")
    ]
    var keys = TaskKeyMaker(spec, rendererVersion: 1, preview: nil)
    let marked = try keys.key(options: [:], inputs: ["video": .video(.timeline(film))])
    let plain = try keys.key(
      options: [:], inputs: ["video": .video(.timeline(film.withoutMarks))])
    // What takes timelines may pass marks on, so that it must see them.
    #expect(marked.digest != plain.digest)
  }

  @Test("the digest of a lone file is that of its bytes, and overlays and overrides count")
  func pipelineDigest() {
    let file = PipelineSource.File(name: "a.yaml", text: "abc")
    let alone = PipelineSource(file)
    // As `printf abc | sha256sum` prints it.
    #expect(
      alone.digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    var renamed = file
    renamed.name = "b.yaml"
    #expect(PipelineSource(renamed).digest == alone.digest)
    #expect(PipelineSource(file, overlays: [.init(name: "o", text: "x")]).digest != alone.digest)
    #expect(
      PipelineSource(file, overrides: [.init(path: "a", text: "1")]).digest != alone.digest)
  }
}
