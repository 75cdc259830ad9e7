import FFmpeg
import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

@testable import Media

/// Frames as they go into the encoder, of whole films and of their slices.
@Suite("Slices of films", .blocking, .timeLimit(.minutes(10)))
struct SlicePictureTests {
  let studio: Studio
  var samples: Samples { studio.samples }

  init() throws { studio = try Studio() }

  private static let rates = [
    FrameRate(25), FrameRate(30_000, per: 1001), FrameRate(24_000, per: 1001),
    // Neither a frame nor its hundredths fall on whole ticks.
    FrameRate(11), FrameRate(2397, per: 100),
  ]

  @Test("every picture of a slice is the very one of the whole film", arguments: rates)
  func samePictures(rate: FrameRate) throws {
    try check(film(at: rate))
  }

  @Test(
    "a video is entered in the middle wherever its keyframes are, in whatever container",
    arguments: ["v.mp4", "v.mkv", "v.mov", "v.ts", "v.avi", "v.flv", "v.webm", "v.gif", "v.mpg"])
  func containers(name: String) throws {
    let coding: [String] =
      switch name {
      case "v.webm": ["-c:v", "libvpx", "-deadline", "realtime", "-g", "300"]
      case "v.gif": []
      case "v.mpg": ["-c:v", "mpeg2video", "-g", "18", "-bf", "2"]
      default: ["-c:v", "libx264", "-preset", "veryfast", "-g", "250"]
      }
    let url = samples.url(name)
    _ = try command(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:d=10"]
        + coding + [url.path])
    let clip = Clip(
      source: .file(try studio.use(url)), at: .zero, duration: ms(9500), sourceStart: ms(280))
    try check(studio.film([clip], seconds: 9.5))
  }

  @Test("pictures at irregular distances and loops go on over the seams")
  func irregular() throws {
    let file = try studio.use(
      samples.make(
        "v.mp4", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:d=6", "-vf",
        "select='not(between(n,90,115))*not(between(n,130,131))'", "-fps_mode", "vfr", "-c:v",
        "libx264", "-g", "50"))
    let held = Clip(source: .file(file), at: .zero, duration: ms(13_000))
    try check(studio.film([held], seconds: 13))
    var looping = held
    looping.loops = true
    looping.sourceStart = ms(1040)
    try check(studio.film([looping], seconds: 13))
  }

  @Test(
    "moves, paths, patterns, borders, effects, texts and other speeds go on over the seams",
    arguments: [FrameRate(25), FrameRate(30_000, per: 1001)])
  func looks(rate: FrameRate) throws {
    let still = try studio.use(
      samples.make("s.png", "-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", "1"))
    let video = try studio.use(samples.film("v.mp4", seconds: 3, sound: false))
    var canvas = Studio.canvas
    canvas.frameRate = rate
    var moving = Clip(source: .file(still), at: .zero, duration: ms(7000))
    moving.motion = Motion(to: Area(x: 0.2, y: 0.3, width: 0.4, height: 0.4), easing: .smooth)
    moving.effects = [try Effect(parsing: "hue=s=0.5")]
    var fast = Clip(
      source: .file(video), at: ms(1310), duration: ms(7000), sourceStart: ms(200), loops: true,
      frame: PixelRect(x: 20, y: 10, width: 100, height: 60),
      enter: Transition(kind: .dissolve, duration: ms(3500)),
      leave: Transition(kind: .slideUp, duration: ms(800)))
    fast.speed = 1.3
    fast.border = Border(radius: 9, width: 3, colour: red)
    var text = Clip(source: .text(TextBlock("Seams", size: 300)), at: ms(3000), duration: ms(3000))
    text.path = [
      Keyframe(at: .zero, value: Area(x: 0, y: 0, width: 100, height: 40)),
      Keyframe(at: ms(2900), value: Area(x: 33, y: 31, width: 120, height: 50), easing: .easeOut),
    ]
    text.opacityKeys = [Keyframe(at: .zero, value: 0.2), Keyframe(at: ms(2000), value: 1)]
    let last = Clip(
      source: .gradient(Gradient(from: red, to: blue, shape: .radial)), at: ms(7300),
      duration: ms(2000), enter: Transition(kind: .circle, duration: ms(1500)))
    let blurred = Clip(source: .file(video), at: ms(6500), duration: ms(1900), fit: .blur)
    try check(
      studio.film([moving, blurred, fast, text, last], seconds: 9.3, canvas: canvas))
  }

  /// Fades, loops, transparency and captions, all of them crossing seams.
  private func film(at rate: FrameRate) throws -> Timeline {
    let video = try studio.use(samples.film("v.mp4", seconds: 3, sound: false))
    let still = try studio.use(
      samples.make("s.png", "-f", "lavfi", "-i", "testsrc2=size=120x80", "-frames:v", "1"))
    var canvas = Studio.canvas
    canvas.frameRate = rate
    func frame(_ index: Int) -> MediaTime { rate.time(ofFrame: index) }
    let perSecond = Int(rate.framesPerSecond)
    let clips = [
      Clip(source: .file(video), at: .zero, duration: frame(perSecond * 7), loops: true),
      Clip(
        source: .file(still), at: frame(perSecond * 3 + 3), duration: frame(perSecond * 4),
        enter: Transition(duration: ms(1500)), leave: Transition(duration: ms(1300))),
      Clip(
        source: .colour(blue), at: ms(7321), duration: ms(2000),
        frame: PixelRect(x: 20, y: 10, width: 50, height: 40), opacity: 0.6),
    ]
    var film = studio.film(clips, seconds: 10.3, canvas: canvas)
    film.captions = [
      layer(.progressive, [(700, 3456), (3000, 5111), (4213, 6666), (6666, 9000)]),
      layer(.karaoke, [(3333, 4887), (7801, 9999)]), layer(.classic, [(50, 900)]),
    ]
    return film
  }

  private func layer(
    _ animation: CaptionStyle.Animation, _ spans: [(Int, Int)]
  ) -> CaptionLayer {
    var style = CaptionStyle()
    style.animation = animation
    style.size = 120
    style.position = animation == .karaoke ? .topCentre : .bottomCentre
    let cues = spans.enumerated().map { index, span in
      let step = (span.1 - span.0) / 3
      let words = (0..<3).map { word in
        Cue.Word(
          text: "w\(index)\(word)", start: span.0 + step * word, end: span.0 + step * (word + 1))
      }
      return Cue(start: span.0, end: span.1, lines: [words])
    }
    return CaptionLayer(captions: Captions(cues: cues), style: style)
  }

  // MARK: - Comparing

  /// Renders the film in one piece and in chunks of four seconds.
  private func check(_ film: Timeline) throws {
    let encoding = Encoding(segmentDuration: ms(1000))
    let whole = try frames(of: film, encoding, divided: false)
    let divided = try frames(of: film, encoding, divided: true)
    #expect(whole.count == 1)
    #expect(divided.count == Int((film.duration.seconds / 4).rounded(.up)))
    let expected = whole.flatMap { $0 }
    let found = divided.flatMap { $0 }
    #expect(expected.count == film.frameCount)
    #expect(found.count == film.frameCount)
    let different = zip(expected, found).enumerated().filter { $0.element.0 != $0.element.1 }
    #expect(different.isEmpty, "frames \(different.map(\.offset))")
    #expect(Set(expected).count > 20)
  }

  private func frames(
    of film: Timeline, _ encoding: Encoding, divided: Bool
  ) throws -> [[UInt64]] {
    let resources = RenderResources(
      film, sources: SourceFiles(studio.sources),
      makeOverlays: TimelineRenderer.withCaptions.makeOverlays, cancellation: CancellationFlag())
    let plan = try RenderPlan(
      film, encoding: encoding, divided: divided, inventory: resources.inventory)
    return try plan.chunks.map { chunk in
      let renderer = ChunkRenderer(
        chunk: chunk, encoding: encoding, resources: resources, threads: 1, encoded: {})
      let workers = RenderWorkers(cancellation: CancellationFlag())
      let link = BoundedLink<Frame>(capacity: 4)
      workers.adopt(link)
      workers.start("compose") { try renderer.compose(into: link, workers) }
      var sums: [UInt64] = []
      while let frame = link.receive() { sums.append(frame.sum) }
      try workers.join()
      return sums
    }
  }
}

extension Frame {
  /// FNV-1a over all samples.
  fileprivate var sum: UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    for plane in 0..<3 {
      let columns = plane == 0 ? width : width / 2
      withPlane(plane, rows: plane == 0 ? height : height / 2) { view in
        for row in 0..<view.rows {
          for column in 0..<columns {
            sum = (sum ^ UInt64(view.start[row * view.stride + column])) &* 0x100_0000_01b3
          }
        }
      }
    }
    return sum
  }
}
