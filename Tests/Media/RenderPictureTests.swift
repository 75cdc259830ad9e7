import Foundation
import Media
import Pipeline
import TestSupport
import Testing
import Threads

@Suite("Rendering pictures", .blocking, .timeLimit(.minutes(10)))
struct RenderPictureTests {
  let studio: Studio
  var samples: Samples { studio.samples }

  init() throws { studio = try Studio() }

  @Test(
    "a film has every frame of its length and one encoder",
    arguments: [
      (FrameRate(25), 1.0, 25), (FrameRate(30_000, per: 1001), 2.0, 60), (FrameRate(24), 1.01, 25),
      (FrameRate(10), 0.05, 1),
    ])
  func frameCount(rate: FrameRate, length: Double, expected: Int) throws {
    var canvas = Studio.canvas
    canvas.frameRate = rate
    let clip = Clip(source: .colour(red), at: .zero, duration: MediaTime(seconds: length))
    let film = try studio.render(studio.film([clip], seconds: length, canvas: canvas))
    #expect(film.frameCount == expected)
    #expect(film.report.encodedFrames == expected)
    #expect(film.report.videoEncoders == 1)
    let video = try #require(try streams(film.url).first)
    #expect(video["color_space"] as? String == "bt709")
    #expect(video["color_range"] as? String == "tv")
    #expect(video["pix_fmt"] as? String == "yuv420p")
    #expect(
      abs(Self.fraction(video["avg_frame_rate"]) / rate.framesPerSecond - 1) < 0.0001)
    #expect(abs(seconds(video["start_time"])) < 0.0001)
  }

  private static func fraction(_ value: Any?) -> Double {
    let parts = (value as? String ?? "").split(separator: "/").compactMap { Double($0) }
    return parts.count == 2 ? parts[0] / parts[1] : .nan
  }

  @Test("the usual encoding is High profile with one keyframe per segment")
  func usualEncoding() throws {
    let file = try studio.use(samples.film(seconds: 3, sound: false))
    let url = samples.url("out.mp4")
    try studio.render(
      studio.film([Clip(source: .file(file), at: .zero, duration: ms(3000))], seconds: 3),
      encoding: Encoding(segmentDuration: ms(1000)), to: [.file(url, .mp4)])
    #expect(try streams(url).first?["profile"] as? String == "High")
    let frames = try ffprobe(url, "-show_frames", "-show_entries", "frame=key_frame")["frames"]
    let keys = (frames as? [[String: Any]] ?? []).map { $0["key_frame"] as? Int }
    #expect(keys.indices.filter { keys[$0] == 1 } == [0, 25, 50])
  }

  @Test("colours come out exactly", arguments: [red, green, blue, .white, .black])
  func colours(colour: Colour) throws {
    let film = try studio.render(
      studio.film([Clip(source: .colour(colour), at: .zero, duration: ms(200))], seconds: 0.2))
    #expect(near(film.pixel(2, 80, 44), colour.stored, within: 2))
  }

  @Test(
    "a PNG has the colour it was painted with, whatever its kind",
    arguments: ["rgba", "rgb24", "gray16be"])
  func pngColours(format: String) throws {
    let file = try studio.use(
      samples.make(
        "p.png", "-f", "lavfi", "-i", "color=0x808080:size=64x64,format=\(format)", "-frames:v", "1"
      ))
    let film = try studio.render(
      studio.film([Clip(source: .file(file), at: .zero, duration: ms(200))], seconds: 0.2))
    let grey = Colour(red: 128, green: 128, blue: 128)
    #expect(near(film.pixel(2, 80, 44), grey.stored, within: 3))
  }

  @Test("a cross-fade goes straight from one picture to the other")
  func crossFade() throws {
    let clips = [
      Clip(source: .colour(.black), at: .zero, duration: ms(1000)),
      Clip(
        source: .colour(.white), at: ms(400), duration: ms(600),
        enter: Transition(duration: ms(400))),
    ]
    let film = try studio.render(studio.film(clips))
    for (frame, share) in [(9, 0.0), (10, 0), (15, 0.5), (18, 0.8), (20, 1), (24, 1)] {
      let expected = Int((16 + 219 * share).rounded())
      #expect(near([film.luma(frame, 80, 45)], [expected], within: 3), "frame \(frame)")
    }
  }

  @Test("a clip that leaves fades to what lies below, and opacity weighs")
  func leave() throws {
    var clip = Clip(
      source: .colour(.white), at: .zero, duration: ms(800), opacity: 0.5,
      leave: Transition(duration: ms(400)))
    clip.frame = PixelRect(x: 0, y: 0, width: 80, height: 90)
    let film = try studio.render(studio.film([clip]))
    #expect(near([film.luma(5, 40, 45)], [16 + 110]))
    #expect(near([film.luma(15, 40, 45)], [16 + 55]))
    #expect(film.luma(22, 40, 45) <= 18)
    #expect(film.luma(5, 120, 45) <= 18)
  }

  // MARK: - Fits

  /// 100x100 pixels: white with a black border of 10.
  private func square() throws -> FileReference {
    try studio.use(
      samples.make(
        "square.png", "-f", "lavfi", "-i",
        "color=black:size=100x100,format=rgb24,drawbox=x=10:y=10:w=80:h=80:color=white:t=fill",
        "-frames:v",
        "1"))
  }

  /// Where white begins and ends in the middle row and column.
  private func extent(_ film: Film) -> [Int] {
    let row = (0..<160).filter { film.luma(1, $0, 45) > 126 }
    let column = (0..<90).filter { film.luma(1, 80, $0) > 126 }
    return [row.first ?? -1, row.last ?? -1, column.first ?? -1, column.last ?? -1]
  }

  @Test(
    "a picture of another shape is fitted",
    arguments: [
      (Fit.cover, [16, 143, 0, 89]), (.contain, [44, 115, 9, 80]), (.stretch, [16, 143, 9, 80]),
      (.center, [40, 119, 5, 84]), (.fit, [44, 115, 9, 80]),
    ])
  func fits(fit: Fit, expected: [Int]) throws {
    let clip = Clip(source: .file(try square()), at: .zero, duration: ms(120), fit: fit)
    var canvas = Studio.canvas
    canvas.background = .black
    let film = try studio.render(studio.film([clip], seconds: 0.12, canvas: canvas))
    if fit == .cover {
      // The upper and lower border are cut off with some of the white.
      #expect(near(extent(film), expected, within: 1))
    } else {
      #expect(near(extent(film), expected, within: 1))
    }
  }

  @Test("`fit` does not enlarge, `contain` does")
  func smallPicture() throws {
    let file = try studio.use(
      samples.make("tiny.png", "-f", "lavfi", "-i", "color=white:size=20x20", "-frames:v", "1"))
    func width(_ fit: Fit) throws -> Int {
      let clip = Clip(source: .file(file), at: .zero, duration: ms(120), fit: fit)
      let film = try studio.render(studio.film([clip], seconds: 0.12))
      return (0..<160).filter { film.luma(1, $0, 45) > 126 }.count
    }
    #expect(try width(.fit) == 20)
    #expect(try width(.contain) == 90)
  }

  @Test(
    "a frame may lie partly outside the canvas",
    arguments: [
      (PixelRect(x: -40, y: -20, width: 80, height: 40), [0, 39, 0, 19]),
      (PixelRect(x: 140, y: 80, width: 60, height: 60), [140, 159, 80, 89]),
      (PixelRect(x: -100, y: -100, width: 1000, height: 1000), [0, 159, 0, 89]),
    ])
  func outside(frame: PixelRect, expected: [Int]) throws {
    let clip = Clip(source: .colour(.white), at: .zero, duration: ms(120), frame: frame)
    let film = try studio.render(studio.film([clip], seconds: 0.12))
    let columns = (0..<160).filter { film.luma(1, $0, expected[2]) > 126 }
    let rows = (0..<90).filter { film.luma(1, expected[0], $0) > 126 }
    #expect([columns.first, columns.last, rows.first, rows.last] == expected)
  }

  @Test("a frame wholly outside the canvas shows nothing")
  func invisible() throws {
    let clip = Clip(
      source: .file(try square()), at: .zero, duration: ms(120),
      frame: PixelRect(x: 500, y: 0, width: 80, height: 80))
    let film = try studio.render(studio.film([clip], seconds: 0.12))
    #expect(film.brightness(1) < 17)
  }

  @Test("the part of a picture that is seen is the one at its place")
  func rightPart() throws {
    // Left half red, right half blue; only the right half of the frame lies on the canvas.
    let file = try studio.use(
      samples.make(
        "halves.png", "-f", "lavfi", "-i",
        "color=red:size=80x40,format=rgb24,drawbox=x=40:y=0:w=40:h=40:color=blue:t=fill",
        "-frames:v", "1"))
    let clip = Clip(
      source: .file(file), at: .zero, duration: ms(120),
      frame: PixelRect(x: -80, y: 0, width: 160, height: 80))
    let film = try studio.render(studio.film([clip], seconds: 0.12))
    #expect(near(film.pixel(1, 10, 20), blue.stored))
    #expect(near(film.pixel(1, 70, 20), blue.stored))
  }

  @Test("transparent pixels show what lies below and give no colour")
  func alpha() throws {
    // Half transparent green on the left, nothing (stored as white) on the right.
    let file = try studio.use(
      samples.make(
        "alpha.png", "-f", "lavfi", "-i",
        "color=white@0:size=160x90,format=rgba,geq=r='if(lt(X,80),0,255)':g=255:b='if(lt(X,80),0,255)':a='if(lt(X,80),if(lt(Y,60),128,255),0)'",
        "-frames:v", "1"))
    let clips = [
      Clip(source: .colour(.black), at: .zero, duration: ms(120)),
      Clip(source: .file(file), at: .zero, duration: ms(120)),
    ]
    let film = try studio.render(studio.film(clips, seconds: 0.12))
    #expect(near(film.pixel(1, 40, 44), Colour(red: 0, green: 128, blue: 0).stored, within: 8))
    #expect(near(film.pixel(1, 40, 80), green.stored, within: 3))
    #expect(near(film.pixel(1, 120, 44), Colour.black.stored, within: 2))
    #expect((78..<90).allSatisfy { film.luma(1, $0, 44) < 105 })
  }

  @Test("a translucent colour mixes with what lies below")
  func translucentColour() throws {
    let clips = [
      Clip(source: .colour(.white), at: .zero, duration: ms(120)),
      Clip(
        source: .colour(Colour(red: 0, green: 0, blue: 0, alpha: 128)), at: .zero,
        duration: ms(120)),
    ]
    let film = try studio.render(studio.film(clips, seconds: 0.12))
    #expect(near([film.luma(1, 80, 45)], [125], within: 3))
  }

  @Test("later clips and higher layers lie on top")
  func order() throws {
    func clip(_ colour: Colour, _ x: Int) -> Clip {
      Clip(
        source: .colour(colour), at: .zero, duration: ms(120),
        frame: PixelRect(x: x, y: 0, width: 80, height: 90))
    }
    var timeline = studio.film([clip(red, 0), clip(green, 40)], seconds: 0.12)
    timeline.layers.append(Layer(clips: [clip(blue, 80)]))
    let film = try studio.render(timeline)
    #expect(near(film.pixel(1, 20, 44), red.stored))
    #expect(near(film.pixel(1, 60, 44), green.stored))
    #expect(near(film.pixel(1, 100, 44), blue.stored))
  }

  // MARK: - Work that is not done

  @Test("a still is decoded once and its frames are sent again without work")
  func staticFrames() throws {
    let file = try studio.use(samples.picture("p.png", colour: "red"))
    let film = try studio.render(
      studio.film([
        Clip(source: .file(file), at: .zero, duration: ms(500)),
        Clip(source: .file(file), at: ms(500), duration: ms(500)),
      ]))
    #expect(film.report.decodedPictures[file.digest] == 1)
    #expect(film.report.composedFrames == 0)
    #expect(film.report.repeatedFrames == 24)
  }

  @Test("what is hidden behind an opaque clip is not decoded")
  func hidden() throws {
    let below = try studio.use(samples.film("below.mp4", sound: false))
    let above = try studio.use(
      samples.make("above.jpg", "-f", "lavfi", "-i", "color=red:size=160x90", "-frames:v", "1"))
    let film = try studio.render(
      studio.film([
        Clip(source: .file(below), at: .zero, duration: ms(1000)),
        Clip(source: .file(above), at: .zero, duration: ms(1000)),
      ]))
    #expect(film.report.decodedPictures[below.digest] == nil)
    #expect(near(film.pixel(10, 80, 44), red.stored, within: 8))
  }

  @Test("overlays are drawn, and frames with the same overlay are not made again")
  func overlays() throws {
    struct Box: Overlay {
      let id: Int
      func blend(into planes: FramePlanes) {
        for row in 0..<10 {
          (planes.y + row * planes.strideY).update(repeating: UInt8(id), count: 10)
        }
      }
    }
    struct Boxes: OverlaySource {
      func overlay(at time: MediaTime) -> (any Overlay)? {
        time < ms(400) ? nil : Box(id: time < ms(800) ? 100 : 200)
      }
    }
    var timeline = studio.film([Clip(source: .colour(.black), at: .zero, duration: ms(1000))])
    timeline.captions = [CaptionLayer(captions: Captions(cues: []), style: CaptionStyle())]
    let url = samples.url("out.mp4")
    let report = try studio.render(timeline, to: [.file(url, .mp4)], overlays: { _, _ in Boxes() })
    let film = try Film(url, size: timeline.canvas.size)
    #expect(film.luma(5, 4, 4) < 20)
    #expect(near([film.luma(12, 4, 4)], [100]))
    #expect(near([film.luma(22, 4, 4)], [200]))
    #expect(report.composedFrames == 2)
    #expect(report.repeatedFrames == 22)
  }

  // MARK: - What cannot be rendered

  @Test("a film that cannot be made says why before anything is written")
  func refused() throws {
    let clip = Clip(source: .colour(red), at: .zero, duration: ms(100))
    var odd = studio.film([clip])
    odd.canvas.size.width = 161
    var endless = studio.film([clip])
    endless.duration = .zero
    let text = samples.url("notes.txt")
    try Data("not a picture".utf8).write(to: text)
    let wrong = studio.film([
      Clip(source: .file(try studio.use(text)), at: .zero, duration: ms(100))
    ])
    for (timeline, word) in [
      (odd, "even"), (endless, "no length"), (studio.film([]), "nothing"), (wrong, "`notes.txt`"),
    ] {
      let error = #expect(throws: MediaError.self) {
        try studio.render(timeline, to: [.file(samples.url("out.mp4"), .mp4)])
      }
      #expect(error?.message.contains(word) == true, "\(String(describing: error))")
      #expect(error?.stageError.errorClass == .invalidInput)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: samples.folder.path) == ["notes.txt"])
  }

  @Test("a render that is cancelled ends soon and leaves nothing")
  func cancelled() async throws {
    let flag = CancellationFlag()
    let timeline = studio.film(
      [
        Clip(
          source: .file(try studio.use(samples.film())), at: .zero,
          duration: MediaTime(seconds: 3600), loops: true)
      ], seconds: 3600)
    let hls = samples.url("hls")
    try FileManager.default.createDirectory(at: hls, withIntermediateDirectories: true)
    let raisedAt = Instant()
    let error = #expect(throws: MediaError.self) {
      try studio.render(
        timeline, to: [.file(samples.url("out.mp4"), .mp4), .hls(hls)], cancellation: flag,
        progress: { progress in
          guard progress.frames > 20, !flag.isRaised else { return }
          raisedAt.mark()
          flag.raise()
        })
    }
    #expect(error?.reason == .cancelled)
    // An hour of film would take much longer.
    #expect(raisedAt.elapsed < .seconds(60))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: samples.folder.path).sorted()
        == ["film.mp4", "hls"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: hls.path).isEmpty)
  }
}

/// A moment that another thread marks.
private final class Instant: @unchecked Sendable {
  private let lock = NSLock()
  private var moment = ContinuousClock.now

  func mark() { lock.withLock { moment = .now } }
  var elapsed: Duration { lock.withLock { ContinuousClock.now - moment } }
}
