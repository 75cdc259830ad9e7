import BuiltInStages
import Foundation
import Media
import Pipeline
import TestSupport
import Testing
import Threads

import struct Pipeline.Port

/// Words at fixed times, as a script with its recording would give.
private struct Words: Stage {
  static let info = StageInfo(
    "words", version: "1.0.0", cacheVersion: 1, summary: "Says words.", isForeseeable: true)
  struct Options: StageOptions {
    @Field("The words; each takes a second and a half.") var text: String
  }
  struct Outputs: Ports {
    @Port("The words.") var transcript: Transcript
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    outputs.transcript = Transcript(
      words: options.text.split(separator: " ").enumerated().map { index, word in
        Transcript.Word(text: String(word), start: index * 1500, end: index * 1500 + 900)
      }, language: "en", timing: .engine, sound: nil)
    return outputs
  }
}

/// Plans of whole chains, compared with what the renderer then does.
@Suite("Chunks in plans", .timeLimit(.minutes(4)))
struct PlannedChunksTests {
  private final class Bench: Sendable {
    let folder: TestFolder
    let engine: PipelineEngine
    let registry: StageRegistry
    private let said = Locked<[String]>([])

    init() throws {
      folder = try TestFolder()
      let artifacts = MemoryArtifactStore(folder: folder.file("artifacts"))
      engine = PipelineEngine(
        EngineEnvironment(
          journal: MemoryRunJournal(artifacts: artifacts), artifacts: artifacts,
          renderer: TimelineFileRenderer(), scratch: folder.file("scratch"),
          resources: ResourcePool(cores: 2)))
      registry = StageRegistry(BuiltInStages.all + [StageSpec(Words.self)])
    }

    func request(_ film: FilmText, preview: FilmPreview? = nil) throws -> RunRequest {
      let source = PipelineSource(.init(name: nil, text: film.yaml))
      let (loaded, diagnostics) = PipelineGraph.load(source, registry: registry)
      let graph = try #require(loaded, "\(diagnostics)")
      let bound = graph.bindInputs(arguments: film.inputs, file: nil)
      try #require(bound.diagnostics.isEmpty, "\(bound.diagnostics)")
      return RunRequest(
        graph: graph, source: source, inputs: bound.values, inputFolder: folder.url,
        preview: preview)
    }

    struct Work: Equatable {
      var chunks: [Int]
      var hasSound: Bool
    }

    /// What the renderer says that it did in a stage, or for the outputs; nil when it did nothing.
    func run(_ request: RunRequest, _ stage: String) async throws -> Work? {
      said.withLock { $0 = [] }
      let result = try await engine.run(request) { event in
        if event.type == .stageLog, event.stage == stage, let message = event.message {
          self.said.withLock { $0.append(message) }
        }
      }
      try #require(result.state == .completed, "\(result.stages)")
      guard
        let line = said.withLock({ $0.first { $0.contains("chunks rendered") } }),
        let match = line.firstMatch(of: /(\d+) of (\d+) chunks rendered; (\d+) samples/)
      else { return nil }
      return Work(
        chunks: [match.1, match.2].compactMap { Int($0) }, hasSound: match.3 != "0")
    }

    static func work(_ parts: [RunPlan.Parts]) -> Work? {
      guard let chunks = parts.first(where: { $0.kind == .chunk }) else { return nil }
      let sound = parts.first { $0.kind == .sound }
      return Work(
        chunks: [chunks.missing.count, chunks.total], hasSound: sound?.missing.isEmpty == false)
    }
  }

  /// Seven scenes with pictures, recordings and a clip, captions, and a package.
  private struct FilmText {
    var scenes = (1...7).map { "{ image: p\($0).png, audio: long.wav }" }
    var words = (1...36).map { "word\($0)" }
    var segment = 4

    init() { scenes[4] = "{ video: clip.mp4, volume: 0.5, audio: long.wav, loop: true }" }

    var inputs: [(name: String, text: String)] {
      [("scenes", "[\(scenes.joined(separator: ", "))]")]
    }

    var yaml: String {
      """
      version: 1
      name: planned
      inputs: { scenes: list<json> }
      stages:
        words: { uses: words, with: { text: "\(words.joined(separator: " "))" } }
        cut: { uses: compose, with: { scenes: "${{ inputs.scenes }}", size: 96x54, frame-rate: 5, lead: 0s, tail: 0s } }
        captions: { uses: burn, in: { video: cut.video, transcript: words.transcript } }
        package: { uses: segment, in: { video: captions.video }, with: { preset: ultrafast, duration: \(segment)s } }
      outputs: { video: package.mp4, film: captions.video }
      """
    }
  }

  enum Change: String, CaseIterable, CustomTestStringConvertible {
    case nothing, word, picture, volume, sceneText, insertion, segments

    var testDescription: String { rawValue }
  }

  private func changed(_ change: Change) -> FilmText {
    var film = FilmText()
    switch change {
    case .nothing: break
    case .word: film.words[20] = "another"
    case .picture: film.scenes[2] = "{ image: p8.png, audio: long.wav }"
    case .volume:
      film.scenes[4] = "{ video: clip.mp4, volume: 0.25, audio: long.wav, loop: true }"
    case .sceneText:
      film.scenes[3] = "{ image: p4.png, audio: short.wav }"
      film.words.removeLast(2)
    case .insertion: film.scenes.insert("{ image: p8.png, audio: short.wav }", at: 3)
    case .segments: film.segment = 8
    }
    return film
  }

  private func media(in folder: TestFolder) async throws {
    for index in 1...8 {
      try await TestMedia.flatPicture(
        folder.file("p\(index).png"), colour: "0x\(index * 11)88\(99 - index * 10)", width: 64,
        height: 36)
    }
    try await TestMedia.clip(folder.file("clip.mp4"), width: 64, height: 36, seconds: 2)
    try await TestMedia.tone(folder.file("long.wav"), seconds: 8)
    try await TestMedia.tone(folder.file("short.wav"), seconds: 6)
  }

  @Test("what a plan says is what is rendered, whatever was changed", arguments: Change.allCases)
  func foretold(change: Change) async throws {
    let bench = try Bench()
    try await media(in: bench.folder)
    let first = try bench.request(FilmText())
    let before = try await bench.engine.plan(first)
    let all = try #require(Bench.work(before[stage: "package"]?.tasks.first?.parts ?? []))
    #expect(all.hasSound)
    #expect(all.chunks[0] == all.chunks[1] && all.chunks[0] > 6)
    #expect(try await bench.run(first, "package") == all)

    let again = try bench.request(changed(change))
    let plan = try await bench.engine.plan(again)
    let planned = Bench.work(plan[stage: "package"]?.tasks.first?.parts ?? [])
    #expect(try await bench.run(again, "package") == planned)
    switch change {
    case .nothing: #expect(planned == nil)
    // The cue that it is in may be seen in two chunks.
    case .word: #expect(1...2 ~= planned?.chunks[0] ?? 0 && planned?.hasSound == false)
    case .picture: #expect(planned?.chunks[0] ?? 0 <= 3 && planned?.hasSound == false)
    case .volume: #expect(planned == .init(chunks: [0, all.chunks[1]], hasSound: true))
    case .segments: #expect(planned == .init(chunks: [0, all.chunks[1]], hasSound: false))
    case .sceneText, .insertion:
      #expect(planned?.hasSound == true)
      #expect(planned?.chunks[0] ?? 0 < planned?.chunks[1] ?? 0)
    }
  }

  @Test("films that are outputs and those of other stages are foretold, with the parts they share")
  func outputs() async throws {
    let bench = try Bench()
    try await media(in: bench.folder)
    let request = try bench.request(FilmText())
    let plan = try await bench.engine.plan(request)
    let outputs = try #require(plan.outputs)
    #expect(outputs.names == ["film"])
    let work = try #require(Bench.work(outputs.parts))
    // Another preset, the same sound.
    #expect(!work.hasSound)
    #expect(try await bench.run(request, "(outputs)") == work)
    #expect(try await bench.engine.plan(request).outputs == nil)
  }

  @Test("a preview is foretold, renders its stretch alone, and leaves the film as it was")
  func preview() async throws {
    let bench = try Bench()
    try await media(in: bench.folder)
    let preview = FilmPreview(
      stretch: .init(start: MediaTime(seconds: 30), duration: MediaTime(seconds: 5)),
      scale: .lines(32))
    let request = try bench.request(FilmText(), preview: preview)
    let planned = Bench.work(
      try await bench.engine.plan(request)[stage: "package"]?.tasks.first?.parts ?? [])
    #expect(planned == .init(chunks: [2, 2], hasSound: true))
    #expect(try await bench.run(request, "package") == planned)
    let whole = try bench.request(FilmText())
    let all = Bench.work(
      try await bench.engine.plan(whole)[stage: "package"]?.tasks.first?.parts ?? [])
    #expect(all?.chunks[0] == all?.chunks[1])

    var late = request
    late.preview?.stretch?.start = MediaTime(seconds: 400)
    let refused = try await bench.engine.plan(late)
    #expect(refused[stage: "package"]?.error?.message.contains("the film ends at 0:56") == true)
    let result = try await bench.engine.run(late)
    #expect(result.state == .failed)
    #expect(result.stages.last?.error == refused[stage: "package"]?.error)
  }
}
