import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Media

@Suite("OpenTimelineIO", .timeLimit(.minutes(2)))
struct TimelineExportTests {
  private static func file(_ name: String) -> FileReference {
    FileReference(
      digest: Digest(of: Array(name.utf8)), byteCount: 1,
      mediaType: MediaTypes.type(forExtension: (name as NSString).pathExtension), name: name)
  }

  private static let picture = file("a picture, 100%.png")
  private static let clip = file("clip.mp4")
  private static let music = file("music.wav")

  /// A known film: two scenes with a cross-fade, a short clip that stands still, an element that wipes in, and music
  /// that begins again.
  static func film(_ rate: FrameRate = FrameRate(25)) -> Timeline {
    let canvas = Canvas(size: PixelSize(width: 64, height: 36), frameRate: rate)
    func time(_ frame: Int) -> MediaTime { rate.time(ofFrame: frame) }
    func clip(_ source: Clip.Source, _ frames: Range<Int>) -> Clip {
      Clip(
        source: source, at: time(frames.lowerBound),
        duration: time(frames.upperBound) - time(frames.lowerBound))
    }
    var second = clip(.file(Self.clip), 50..<110)
    second.enter = Transition(duration: time(10))
    var element = clip(.file(picture), 20..<40)
    element.enter = Transition(kind: .wipeLeft, duration: time(5))
    element.frame = PixelRect(x: 2, y: 2, width: 16, height: 8)
    var film = Timeline(
      canvas: canvas, duration: time(110),
      layers: [
        Layer(clips: [clip(.file(picture), 0..<60), second]), Layer(clips: [element]),
        Layer(clips: [clip(.text(TextBlock("Hello\nworld")), 5..<15)]),
      ],
      tracks: [
        AudioTrack(
          name: "music",
          clips: [AudioClip(source: music, at: .zero, duration: time(110), gain: -6, loops: true)])
      ],
      captions: [
        CaptionLayer(
          captions: Captions(cues: [
            Cue(start: 1000, end: 2000, lines: [[.init(text: "one"), .init(text: "two")]])
          ]), style: CaptionStyle())
      ])
    film.marks = [
      TimelineMark(
        .scene, at: .zero, duration: time(50), path: "with.scenes[0]", module: "compose"),
      TimelineMark(
        .scene, at: time(50), duration: time(60), path: "with.scenes[1]", module: "compose",
        text: "Light"),
    ]
    return film
  }

  static var media: [Digest: TimelineExport.Media] {
    func video(_ codec: String, _ rate: FrameRate?, _ frames: Int?) -> VideoStreamInfo {
      VideoStreamInfo(
        codec: codec, size: PixelSize(width: 64, height: 36),
        codedSize: PixelSize(width: 64, height: 36), frameRate: rate, isVariable: false,
        rotation: 0, pixelFormat: "yuv420p", hasAlpha: false, frameCount: frames,
        colourTransfer: nil)
    }
    func info(
      _ seconds: Double?, _ video: VideoStreamInfo?, _ audio: AudioStreamInfo?, still: Bool = false
    ) -> MediaInfo {
      MediaInfo(
        formatName: "x", duration: seconds.map { MediaTime(seconds: $0) }, byteCount: 1,
        video: video, audio: audio, streamCount: 1, isStillImage: still)
    }
    return [
      picture.digest: .init(
        url: "file:///media/a%20picture,%20100%25.png",
        info: info(nil, video("png", nil, 1), nil, still: true)),
      clip.digest: .init(
        url: "file:///media/clip.mp4", info: info(1.6, video("h264", FrameRate(30), 48), nil)),
      music.digest: .init(
        url: "file:///media/music.wav",
        info: info(
          3, nil,
          AudioStreamInfo(
            codec: "pcm_s16le", sampleRate: 44_100, channels: 2, duration: MediaTime(seconds: 3)))),
    ]
  }

  /// Each child of each track in a line.
  private func outline(_ film: Timeline) throws -> [String] {
    let export = TimelineExport(film, name: "film", media: Self.media)
    let root = try #require(
      JSONSerialization.jsonObject(with: export.document()) as? [String: Any])
    let stack = try #require(root["tracks"] as? [String: Any])
    let tracks = try #require(stack["children"] as? [[String: Any]])
    func number(_ time: Any?) -> String {
      let time = time as? [String: Any]
      return "\((time?["value"] as? Double).map { Int($0) } ?? -1)"
    }
    return tracks.flatMap { track -> [String] in
      let children = track["children"] as? [[String: Any]] ?? []
      return ["\(track["kind"] ?? "") \(track["name"] ?? "")"]
        + children.map { child in
          let schema = "\(child["OTIO_SCHEMA"] ?? "")"
          if schema == "Transition.1" {
            return "  \(schema) \(child["name"] ?? "") "
              + "\(number(child["in_offset"]))/\(number(child["out_offset"]))"
          }
          let range = child["source_range"] as? [String: Any]
          let effects = (child["effects"] as? [[String: Any]] ?? []).map {
            "\($0["OTIO_SCHEMA"] ?? "")"
          }
          return
            (["  \(schema) \(child["name"] ?? "")"] + [
              "\(number(range?["start_time"]))+\(number(range?["duration"]))"
            ] + effects).joined(separator: " ")
        }
    }
  }

  @Test("layers become tracks with cuts, transitions and gaps at exact frames")
  func tracks() throws {
    #expect(
      try outline(Self.film()) == [
        "Video layer 1", "  Clip.2 a picture, 100%.png 0+50", "  Transition.1 fade 0/10",
        // 1.6 s of media, then it stands still.
        "  Clip.2 clip.mp4 0+40", "  Clip.2 clip.mp4 39+20 FreezeFrame.1",
        "Video layer 2", "  Gap.1  0+20", "  Transition.1 wipe-left 0/5",
        "  Clip.2 a picture, 100%.png 0+20", "  Gap.1  0+70",
        "Video layer 3", "  Gap.1  0+5", "  Clip.2 Hello world 0+10", "  Gap.1  0+95",
        "Audio music", "  Clip.2 music.wav 0+144000", "  Clip.2 music.wav 0+67200",
      ])
  }

  @Test("what has no words there is named and kept")
  func unexpressed() throws {
    let export = TimelineExport(Self.film(), name: "film", media: [:])
    #expect(
      export.unexpressed == [
        "captions, which become markers", "the places of pictures on the canvas",
        "wipes, slides and other patterns, which become custom transitions", "levels of sound",
      ])
    let text = String(decoding: try export.document(), as: UTF8.self)
    #expect(text.contains("MissingReference.1"))
    #expect(!text.contains("ExternalReference.1"))
  }

  /// The first Python on this machine that has the package; nil for none.
  static func python() async -> String? {
    for python in ["/usr/bin/python3", "python3"] {
      let found = try? await TestProgram.run(
        python, ["-c", "import opentimelineio"], checked: false)
      if found?.status == 0 { return python }
    }
    return nil
  }

  @Test(
    "opentimelineio reads it: the same durations, ranges, clips and markers",
    // Debian has no package of it; `pip install opentimelineio` gives the one of its makers.
    .enabled("no Python here has opentimelineio") { await TimelineExportTests.python() != nil },
    arguments: [FrameRate(25), FrameRate(30_000, per: 1001)])
  func readBack(rate: FrameRate) async throws {
    let python = try #require(await Self.python())
    let folder = try TestFolder()
    let file = folder.file("film.otio")
    let provenance = Provenance(pipeline: "p", digest: Digest(of: [1]))
    try TimelineExport(
      Self.film(rate), name: "film", media: Self.media, provenance: provenance
    ).document().write(to: file)
    let script = """
      import sys, json, opentimelineio as otio
      film = otio.adapters.read_from_file(sys.argv[1])
      each = film.find_clips() if hasattr(film, "find_clips") else film.each_clip()
      print(json.dumps({
        "duration": [film.duration().value, film.duration().rate],
        "tracks": [[t.kind, t.duration().to_seconds()] for t in film.tracks],
        "clips": [[c.name, c.range_in_parent().start_time.value, c.duration().value,
                   type(c.media_reference).__name__,
                   c.available_range().duration.value] for c in each],
        "markers": [[m.name, m.marked_range.start_time.value, m.marked_range.duration.value,
                     m.metadata["videocraft"]["kind"]] for m in film.tracks.markers],
        "pipeline": film.metadata["videocraft"]["pipeline"],
        "again": otio.adapters.write_to_string(film, "otio_json") != "",
      }))
      """
    let result = try await TestProgram.run(python, ["-c", script, file.path])
    let read = try JSONDecoder().decode(ReadBack.self, from: result.output)
    #expect(read.duration == [110, rate.framesPerSecond])
    #expect(read.tracks.map(\.kind) == ["Video", "Video", "Video", "Audio"])
    let seconds = rate.time(ofFrame: 110).seconds
    #expect(read.tracks.allSatisfy { abs($0.seconds - seconds) < 1.0 / 48_000 })
    #expect(
      read.clips.prefix(5).map(\.text) == [
        "a picture, 100%.png 0+50 ExternalReference 60",
        "clip.mp4 50+\(Self.played(rate)) ExternalReference 48",
        "clip.mp4 \(50 + Self.played(rate))+\(60 - Self.played(rate)) ExternalReference 48",
        "a picture, 100%.png 20+20 ExternalReference 20", "Hello world 5+10 GeneratorReference 10",
      ])
    #expect(read.clips.count == 7)
    #expect(
      read.markers.map(\.text) == [
        "scene 1 0+50 scene", "Light 50+60 scene",
        "one two \(rate.frameCount(in: MediaTime(seconds: 1)))+"
          + "\(rate.frameCount(in: MediaTime(seconds: 2)) - rate.frameCount(in: MediaTime(seconds: 1))) cue",
      ])
    #expect(read.pipeline == "p" && read.again)
  }

  /// How many frames 1.6 s of media fill.
  private static func played(_ rate: FrameRate) -> Int {
    Int((1.6 * rate.framesPerSecond).rounded())
  }

  private struct ReadBack: Decodable {
    struct Track: Decodable {
      var kind: String
      var seconds: Double
      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        kind = try list.decode(String.self)
        seconds = try list.decode(Double.self)
      }
    }
    struct Span: Decodable {
      var text: String
      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        text = try list.decode(String.self)
        let start = try list.decode(Double.self)
        let length = try list.decode(Double.self)
        text += " \(Int(start))+\(Int(length)) " + (try list.decode(String.self))
        if !list.isAtEnd { text += " \(Int(try list.decode(Double.self)))" }
      }
    }
    var duration: [Double]
    var tracks: [Track]
    var clips: [Span]
    var markers: [Span]
    var pipeline: String
    var again: Bool
  }
}
