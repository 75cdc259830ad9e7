import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

/// Projects of the `videocraft` contract, rendered by its pipeline and measured.
@Suite("Films of the videocraft contract", .blocking, .timeLimit(.minutes(10)))
struct VideocraftFilmTests {
  @Test(
    "a project has every effect that it asks for: times, colours, order, fades, loop and volume")
  func everything() async throws {
    let bench = try Bench()
    let speech = try await speech(bench, "Hello there. This is the first scene of a short film.")
    // Blue for half a second, then green.
    try await picture(
      bench, "waves.mp4",
      "color=0x0000FF:size=160x90:rate=30:duration=1,drawbox=w=160:h=90:color=0x00A000:t=fill:enable='gte(t,0.5)'"
    )
    _ = try await TestMedia.make(
      bench.folder.file("clip.mp4"),
      [
        "-f", "lavfi", "-i", "color=0x8040C0:size=320x240:rate=25:duration=1.5", "-f", "lavfi",
        "-i", "sine=frequency=440:sample_rate=48000:duration=1.5", "-c:a", "aac", "-b:a", "192k",
      ])
    let tone = try await TestMedia.tone(bench.folder.file("tone.wav"), seconds: 1, frequency: 880)
    for (name, colour) in [("yellow", "0xFFFF00"), ("magenta", "0xFF00FF"), ("orange", "0xFF8000")]
    {
      try await picture(bench, "\(name).png", "color=\(colour):size=100x50:rate=1:duration=1")
    }
    try await picture(bench, "logo.png", "color=0xFF0000:size=20x20:rate=1:duration=1")
    let project = """
      {
        "comment": "All of it", "resolution": "640x360", "quality": "high",
        "scenes": [
          {"id": "intro", "elements": [
            {"type": "audio", "src": "speech.wav"},
            {"type": "image", "src": "magenta.png", "x": 200, "y": 160, "width": 200, "height": 100, "z-index": 2},
            {"type": "image", "src": "yellow.png", "id": "card", "x": 100, "y": 120, "width": 200, "height": 100,
             "z-index": 1, "resize": "stretch", "fade_in": 1}
          ]},
          {"id": "colour", "background-color": "#204060", "elements": [
            {"type": "image", "src": "orange.png", "x": 300, "y": 130, "width": 100, "duration": 2, "fade_out": 1}
          ]},
          {"id": "clip", "elements": [
            {"type": "video", "src": "clip.mp4", "resize": "contain", "volume": 0.25}
          ]},
          {"id": "still", "background-color": "#800000", "elements": [
            {"type": "image", "src": "orange.png", "resize": "center"}
          ]}
        ],
        "elements": [
          {"type": "video", "src": "waves.mp4"},
          {"type": "image", "src": "logo.png", "x": 610, "y": 10, "z-index": 50},
          {"type": "audio", "src": "tone.wav", "loop": true, "volume": 0.1},
          {"type": "subtitles", "language": "en", "settings": {
            "style": "progressive", "font-family": "DejaVu Sans", "font-size": 70, "position": "left-top",
            "line-color": "#00FF00", "word-color": "#FFFF00", "outline-color": "#0000FF", "outline-width": 3,
            "shadow-color": "#FF0000", "shadow-offset": 6, "box-color": "#000000"}}
        ]
      }
      """
    try await render(project, bench)
    let film = try await bench.film("video.mp4")
    #expect(film.width == 640 && film.height == 360)
    #expect(abs(film.seconds - (speech + 2 + 1.5 + 5)) < 0.1, "\(film.seconds)")
    #expect(film.drift < 1.0 / 30)

    func frame(_ second: Double) async throws -> FilmFrame {
      try await bench.frame("video.mp4", at: second, width: 640, height: 360)
    }
    try await checkFirstScene(frame)
    // The second scene hides the video behind it, and its picture goes away.
    let colour = try await frame(speech + 0.5)
    #expect(colour.shows([0x20, 0x40, 0x60], x: 20, y: 340))
    #expect(colour.shows([0xFF, 0x80, 0], x: 350, y: 155))
    #expect(colour.shows([255, 0, 0], x: 620, y: 20))
    let fading = try await frame(speech + 1.9)
    #expect(fading.shows([0x20, 0x40, 0x60], x: 350, y: 155, tolerance: 50))
    // The clip is shown whole: 480 of 640 columns; beside it is the video behind.
    let clip = try await frame(speech + 2.75)
    #expect(clip.shows([0x80, 0x40, 0xC0], x: 320, y: 180))
    #expect(clip.shows([0x80, 0x40, 0xC0], x: 90, y: 180))
    #expect(clip[40, 180][0] < 40, "\(clip[40, 180])")
    let still = try await frame(speech + 2 + 1.5 + 2)
    #expect(still.shows([0x80, 0, 0], x: 20, y: 20) && still.shows([0x80, 0, 0], x: 320, y: 150))
    #expect(still.shows([0xFF, 0x80, 0], x: 320, y: 180))
    try await checkSound(bench, tone: tone, speech: speech)
    try await checkSubtitles(bench, frame)
  }

  private func checkFirstScene(_ frame: (Double) async throws -> FilmFrame) async throws {
    // The video behind all scenes begins again each second.
    for (second, colour) in [(1.25, [0, 0, 255]), (1.75, [0, 0xA0, 0]), (2.25, [0, 0, 255])] {
      let frame = try await frame(second)
      #expect(frame.shows(colour, x: 20, y: 340), "\(second): \(frame[20, 340])")
      #expect(frame.shows([255, 0, 255], x: 250, y: 190), "the higher z-index is on top")
      #expect(frame.shows([255, 255, 0], x: 110, y: 200), "\(second): \(frame[110, 200])")
      #expect(frame.shows([255, 0, 255], x: 390, y: 250))
      #expect(frame.shows([255, 0, 0], x: 620, y: 20))
    }
    let begun = try await frame(0.25)
    #expect((30...100).contains(begun[110, 200][0]), "\(begun[110, 200])")
    #expect((150...235).contains(begun[110, 200][2]), "\(begun[110, 200])")
  }

  private func checkSound(_ bench: Bench, tone: URL, speech: Double) async throws {
    let video = bench.folder.file("out/video.mp4")
    let full = try await bench.level(tone, from: 0.1, seconds: 0.8)
    let music = try await bench.level(video, from: speech + 0.5, seconds: 1)
    #expect(abs(music / full - 0.1) < 0.01, "\(music / full)")
    let both = try await bench.level(video, from: speech + 2.2, seconds: 1)
    let expected = (0.25 * 0.25 + 0.1 * 0.1).squareRoot()
    #expect(abs(both / full - expected) < 0.025, "\(both / full)")
    let spoken = try await bench.level(video, from: 0.3, seconds: speech - 0.6)
    #expect(spoken > 2 * music)
  }

  private func checkSubtitles(
    _ bench: Bench, _ frame: (Double) async throws -> FilmFrame
  ) async throws {
    let cue = try #require(try bench.text("captions.srt").firstMatch(of: /00:00:0([0-9]),([0-9]+)/))
    let start = try #require(Double("\(cue.1).\(cue.2)"))
    // While the second word or a later one is spoken there are some in the line's colour.
    let frame = try await frame(start + 1)
    let (right, lower) = (320..<640, 180..<360)
    #expect(frame.count([0, 255, 0], x: 0..<640, y: 20..<110) > 15, "the line")
    #expect(frame.count([255, 255, 0], y: 20..<110) > 15, "the word")
    #expect(frame.count([0, 0, 0], x: 40..<320, y: 20..<110) > 400, "the box")
    #expect(frame.count([0, 255, 0], x: right, y: lower, tolerance: 40) == 0)
  }

  @Test("the documents' example: speech alone makes a black picture with white subtitles below")
  func example() async throws {
    let bench = try Bench()
    let speech = try await speech(bench, "Hello there. This is a test.")
    let project = """
      {
        "scenes": [{"elements": [{"type": "audio", "src": "speech.wav"}]}],
        "elements": [
          {"type": "subtitles",
           "settings": {"style": "progressive", "font-family": "Arial", "font-size": 24,
                        "word-color": "#FFFFFF", "outline-color": "#000000"}}
        ]
      }
      """
    try await render(project, bench)
    let film = try await bench.film("video.mp4")
    #expect(film.width == 1920 && film.height == 1080)
    #expect(abs(film.seconds - speech) < 0.07)
    let cue = try #require(try bench.text("captions.srt").firstMatch(of: /00:00:0([0-9]),([0-9]+)/))
    let start = try #require(Double("\(cue.1).\(cue.2)"))
    let frame = try await bench.frame(
      "video.mp4", at: start + 0.6, width: 1920, height: 1080)
    #expect(frame.shows([0, 0, 0], x: 960, y: 540))
    #expect(frame.count([255, 255, 255], y: 900..<1080) > 30)
    #expect(frame.count([255, 255, 255], y: 0..<900) == 0)
    #expect(frame.count([255, 255, 255], x: 0..<600) == 0)
  }

  @Test("each project of an array is a film")
  func array() async throws {
    let bench = try Bench()
    try await picture(bench, "red.png", "color=0xFF0000:size=20x20:rate=1:duration=1")
    let request = try VideocraftRequest.read(
      BodyText(
        text: """
          [{"resolution": "160x90", "scenes": [{"elements": [{"type": "image", "src": "red.png", "duration": 0.5}]}]},
           {"width": 90, "height": 160, "scenes": [{"background-color": "#0000FF", "elements":
             [{"type": "image", "src": "red.png", "x": 10, "y": 10, "duration": 1}]}]}]
          """, isJSON: true))
    #expect(request.films.count == 2)
    var sizes: [[Int?]] = []
    for film in request.films {
      try await run(film, bench)
      let made = try await bench.film("video.mp4")
      sizes.append([made.width, made.height, Int((made.seconds * 10).rounded())])
    }
    #expect(sizes == [[160, 90, 5], [90, 160, 10]])
    let frame = try await bench.frame("video.mp4", at: 0.5, width: 90, height: 160)
    #expect(frame.shows([255, 0, 0], x: 20, y: 20) && frame.shows([0, 0, 255], x: 45, y: 100))
  }

  // MARK: Making films

  private func render(_ project: String, _ bench: Bench) async throws {
    let request = try VideocraftRequest.read(BodyText(text: project, isJSON: true))
    try #require(request.films.count == 1)
    try await run(request.films[0], bench)
  }

  private func run(_ film: VideocraftFilm, _ bench: Bench) async throws {
    let inputs = film.inputs { .text(bench.folder.file($0).path) }
    let written = try JSONEncoder().encode(inputs.mapValues(\.written))
    try bench.folder.write(String(decoding: written, as: UTF8.self), to: "inputs.json")
    try await bench.run(
      VideocraftFilm.pipeline, ["--input-file", bench.folder.file("inputs.json").path])
  }

  /// Speech as a file; how many seconds it lasts.
  private func speech(_ bench: Bench, _ text: String) async throws -> Double {
    let file = try await TestMedia.make(
      bench.folder.file("speech.wav"), ["-f", "lavfi", "-i", "flite=text='\(text)'"])
    let probed = try await TestProgram.run(
      "ffprobe",
      ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file.path])
    let seconds = String(decoding: probed.output, as: UTF8.self)
    return try #require(Double(seconds.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  private func picture(_ bench: Bench, _ name: String, _ source: String) async throws {
    let still = name.hasSuffix(".png") ? ["-frames:v", "1", "-update", "1"] : []
    _ = try await TestMedia.make(
      bench.folder.file(name), ["-f", "lavfi", "-i", source] + still)
  }
}

extension Value {
  /// As it is written in a file of inputs.
  fileprivate var written: JSON {
    switch self {
    case .integer(let number): .int(number)
    case .number(let number): .double(number)
    case .boolean(let value): .bool(value)
    case .list(let values): .array(values.map(\.written))
    case .map(let members): .object(members.mapValues(\.written))
    default: asText.map(JSON.string) ?? .null
    }
  }
}
