import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("From a film back to its source", .timeLimit(.minutes(5)))
struct TracingCommandTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func call(_ words: String...) async -> (code: ExitCode, out: String, err: String) {
    let console = Console(collecting: ())
    let code = await Videocraft.dispatch(words, console: console)
    return (code, console.written.out, console.written.err)
  }

  private static let pipeline = """
    version: 1
    name: traced
    inputs:
      scenes: list<json>
    stages:
      voice:
        uses: tts
        foreach: inputs.scenes
        with: { text: "${{ item.narration }}" }
      cut:
        uses: compose
        in: { narration: voice.audio }
        with: { scenes: "${{ inputs.scenes }}", size: 64x36, frame-rate: 10, tail: 300ms }
      captions:
        uses: burn
        in: { video: cut.video, transcript: voice.transcript }
      package:
        uses: segment
        in: { video: captions.video }
        with: { preset: ultrafast }
    outputs:
      film: package.mp4
      hls: package.playlist
    """

  private static let inputs = """
    scenes:
      - narration: Red water runs. Blue water stands.
        background: red
      - narration: >-
          Nothing moves here.
          Everything waits.
        background: blue
        elements:
          - { file: logo.png, width: 16 }
    """

  private func run(_ pipeline: String, _ name: String = "film.yaml") async throws -> SourceMap {
    if !FileManager.default.fileExists(atPath: folder.file("logo.png").path) {
      _ = try await TestMedia.flatPicture(
        folder.file("logo.png"), colour: "green", width: 16, height: 16)
      _ = try folder.write(Self.inputs, to: "inputs.yaml")
    }
    let file = try folder.write(pipeline, to: name)
    let result = await call(
      "run", file.path, "--input-file", folder.file("inputs.yaml").path, "-o",
      folder.file("out").path, "--data-dir", folder.file("data").path)
    try #require(result.code == .done, "\(result.err)")
    return try SourceMapFile.read(SourceMapFile.find(folder.file("out/film.mp4").path))
  }

  /// The lines of the input file that are shown in a film's frame, by kind.
  private func lines(_ map: SourceMap, at seconds: Double) -> [String] {
    map.entries(at: seconds).map { "\($0.kind.rawValue) \($0.source?.line ?? 0)" }
  }

  @Test(
    "each scene and cue leads to its line, also of a film that was found again and by other names")
  func wholeWay() async throws {
    let map = try await run(Self.pipeline)
    let scenes = map.entries.filter { $0.kind == .scene }
    #expect(scenes.map(\.source?.line) == [2, 4])
    #expect(scenes.map(\.stage) == ["cut", "cut"])
    #expect(scenes[0].start == 0 && scenes[0].end == scenes[1].start)
    #expect(scenes[1].end == map.duration && scenes[1].endFrame == map.frameCount)
    #expect(scenes[1].entries?.map(\.kind) == [.element, .narration])
    // At every boundary: the scene that ends is over, the next one is there.
    let cut = scenes[1].start
    #expect(lines(map, at: cut - 0.001).first == "scene 2")
    #expect(lines(map, at: cut).contains("scene 4") && lines(map, at: cut).contains("element 9"))
    #expect(!lines(map, at: cut).contains("scene 2"))
    let cues = map.entries.filter { $0.kind == .cue }
    #expect(cues.count >= 3)
    for cue in cues {
      let text = try #require(cue.text)
      let line =
        text.contains("water")
        ? 2 : text.contains("Everything") && !text.contains("Nothing") ? 6 : 5
      #expect(cue.source?.line == line, "\(cue)")
      #expect(cue.stage == "captions" && cue.via == ["voice"] && cue.source?.input == "scenes")
      #expect(lines(map, at: cue.start).contains("cue \(line)"))
      #expect(lines(map, at: cue.end - 0.0005).contains("cue \(line)"))
    }
    #expect(try await run(Self.pipeline) == map)

    let renamed = try await run(
      "# A comment\n" + Self.pipeline.replacing("cut", with: "montage"), "other.yaml")
    #expect(renamed.entries.map(\.start) == map.entries.map(\.start))
    #expect(renamed.entries.map(\.source) == map.entries.map(\.source))
    #expect(renamed.entries.filter { $0.kind == .scene }.map(\.stage) == ["montage", "montage"])
    #expect(renamed.filmDigest == map.filmDigest && renamed.pipelineDigest != map.pipelineDigest)

    try await isValid()
    try await locates(map)
    try await inspects(map)
    try await exports(map)
  }

  /// By a validator that is not ours.
  private func isValid() async throws {
    let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Documentation/map.schema.json")
    let script = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      jsonschema.validate(json.load(open(sys.argv[2])), schema)
      print("valid")
      """
    let result = try await TestProgram.run(
      "/usr/bin/python3", ["-c", script, schema.path, folder.file("out/hls.map.json").path],
      checked: false)
    #expect(result.text == "valid\n", "\(result.errors)")
  }

  private func locates(_ map: SourceMap) async throws {
    let film = folder.file("out/film.mp4").path
    let result = await call("locate", film, "0:00.250")
    #expect(result.code == .done)
    #expect(
      result.out.contains("frame 2 of \(map.frameCount), `film` of `traced`"), "\(result.out)")
    #expect(result.out.contains("inputs.yaml:2:5\n"))
    #expect(
      result.out.contains(
        " 2 |   - narration: Red water runs. Blue water stands.\n   |     ^^^^^^^^^"))
    #expect(result.out.contains("= note: given as the input `scenes`"))
    for path in ["out", "out/hls", "out/hls/master.m3u8", "out/film.map.json"] {
      let same = await call("locate", folder.file(path).path, "250ms", "--format", "json")
      #expect(same.code == .done && same.out.contains("\"line\" : 2"), "\(same.err)")
    }
    let late = await call("locate", film, "10:00")
    #expect(late.code == .wrong && late.err.contains("`10:00` is behind its end"))
    let wrong = await call("locate", film, "soon")
    #expect(wrong.code == .usage && wrong.err.contains("`soon` is no time in a film"))
    let none = await call("locate", folder.file("logo.png").path, "1")
    #expect(none.code == .wrong && none.err.contains("there is no map"))
  }

  private func inspects(_ map: SourceMap) async throws {
    for path in ["out/film.mp4", "out/hls"] {
      let result = await call("inspect", folder.file(path).path)
      #expect(result.code == .done, "\(result.out)\(result.err)")
      #expect(result.out.contains("Made by VideoCraft \(Videocraft.version)"), "\(result.out)")
      #expect(result.out.contains("sha256:\(map.filmDigest)"))
      #expect(result.out.contains("Nothing is wrong with it."))
      // Of the run that made the bytes, not of the last one that found them.
      let digest = PipelineSource(.init(name: nil, text: Self.pipeline)).digest
      #expect(result.out.contains("sha256:\(digest)"))
    }
    let address = await call("inspect", "https://example.org/film.mp4")
    #expect(address.code == .usage && address.err.contains("is an address"))
    let several = await call("inspect", folder.file("out").path)
    #expect(several.code == .wrong && several.err.contains("there are several in"))
    let missing = await call("inspect", folder.file("none").path)
    #expect(missing.code == .wrong && missing.err.contains("there is no file or folder"))
  }

  private func exports(_ map: SourceMap) async throws {
    let target = folder.file("film.otio")
    let data = folder.file("data").path
    let result = await call("export", "last", "-o", target.path, "--data-dir", data)
    #expect(result.code == .done, "\(result.err)")
    let text = try String(contentsOf: target, encoding: .utf8)
    #expect(text.contains("\"film-digest\" : \"\(map.filmDigest)\""))
    let copies = try FileManager.default.contentsOfDirectory(atPath: folder.file("film.media").path)
    #expect(copies.contains("logo.png") && copies.count == 3)
    let byFile = await call(
      "export", folder.file("film.yaml").path, "--input-file", folder.file("inputs.yaml").path,
      "-o", folder.file("again.otio").path, "--media", folder.file("film.media").path,
      "--data-dir", data)
    #expect(byFile.code == .done, "\(byFile.err)")
    let unknown = await call(
      "export", folder.file("film.yaml").path, "--input-file", folder.file("inputs.yaml").path,
      "--set", "stages.cut.with.tail=900ms", "-o", folder.file("none.otio").path, "--data-dir", data
    )
    #expect(unknown.code == .wrong && unknown.err.contains("there is no film to export"))
    let mixed = await call("export", "last", "--set", "a=b", "--data-dir", data)
    #expect(mixed.code == .usage && mixed.err.contains("is for a pipeline file"))
  }

  @Test(
    "times are read as people write them",
    arguments: [
      ("1:23.4", 83.4), ("0:05", 5), ("1:02:03", 3723), ("83.4", 83.4), ("83.4s", 83.4),
      ("2500ms", 2.5), ("2m", 120), ("90:00", 5400),
    ])
  func times(text: String, seconds: Double) {
    #expect(FilmTime.seconds(text).map { abs($0 - seconds) < 1e-9 } == true)
  }

  @Test(
    "what is no time is none",
    arguments: ["", ":", "1:60", "1:2:3:4", "-1", "1.5:20", "x", "1e3", "nan"])
  func noTimes(text: String) { #expect(FilmTime.seconds(text) == nil) }
}
