import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("Rendering motion", .blocking, .timeLimit(.minutes(10)))
struct MotionTests {
  let studio: Studio
  var samples: Samples { studio.samples }

  init() throws { studio = try Studio() }

  /// A soft white spot on black, of 640x360 pixels, at a place in shares.
  private func spot(_ name: String = "spot.png", x: Double = 0.5, y: Double = 0.5) throws
    -> FileReference
  {
    try studio.use(
      samples.make(
        name, "-f", "lavfi", "-i",
        "color=black:size=640x360,format=gray,geq=lum='255*exp(-(pow(X+0.5-640*\(x),2)+pow(Y+0.5-360*\(y),2))/800)'",
        "-frames:v", "1"))
  }

  /// Where the middle of what is bright lies, in pixels.
  private func centre(_ film: Film, _ frame: Int) -> (x: Double, y: Double) {
    var (sum, x, y) = (0, 0, 0)
    let width = film.size.width
    film.lumaPlane(frame) { plane in
      for index in plane.indices where plane[index] > 20 {
        let light = Int(plane[index]) - 20
        sum += light
        x += light * (2 * (index % width) + 1)
        y += light * (2 * (index / width) + 1)
      }
    }
    let scale = 2 * Double(sum)
    return (Double(x) / scale, Double(y) / scale)
  }

  private func moving(_ motion: Motion, _ file: FileReference, seconds: Double = 2) -> Clip {
    var clip = Clip(source: .file(file), at: .zero, duration: MediaTime(seconds: seconds))
    clip.motion = motion
    return clip
  }

  @Test("a slow pan moves by fractions of a pixel, without a jump")
  func smoothPan() throws {
    // A fifth of a pixel from frame to frame.
    let motion = Motion(
      from: Area(x: 0.1, y: 0.1, width: 0.8, height: 0.8),
      to: Area(x: 0.15, y: 0.1, width: 0.8, height: 0.8))
    let film = try studio.render(studio.film([moving(motion, try spot())], seconds: 2))
    let places = (0..<50).map { centre(film, $0).x }
    for frame in 0..<50 {
      let left = 0.1 + 0.05 * Double(frame) / 50
      let expected = (0.5 - left) / 0.8 * 160
      #expect(abs(places[frame] - expected) < 0.06, "frame \(frame): \(places[frame]), \(expected)")
    }
    let steps = zip(places, places.dropFirst()).map { $1 - $0 }
    #expect(steps.allSatisfy { abs($0 + 0.2) < 0.06 }, "\(steps)")
  }

  @Test("a zoom keeps the point that it goes to in its place, and grows evenly")
  func smoothZoom() throws {
    let file = try spot(x: 0.75, y: 0.5)
    let motion = Motion(to: Area(x: 0.375, y: 0.25, width: 0.5, height: 0.5))
    let film = try studio.render(studio.film([moving(motion, file)], seconds: 2))
    for frame in stride(from: 0, to: 50, by: 7) {
      // x = 0.75 is seen at 0.75 all the time.
      let middle = centre(film, frame)
      #expect(abs(middle.x - 120) < 0.15, "frame \(frame): \(middle)")
      #expect(abs(middle.y - 45) < 0.15, "frame \(frame): \(middle)")
    }
    func light(_ frame: Int) -> Double { film.brightness(frame) - 16 }
    // The spot's area doubles twice over the whole way: equal factors in equal times.
    let ratios = (0..<4).map { light(10 * $0 + 10) / light(10 * $0) }
    #expect(ratios.allSatisfy { abs($0 - pow(4, 0.2)) < 0.05 }, "\(ratios)")
  }

  @Test("easing changes when, not where", arguments: Easing.allCases)
  func easing(easing: Easing) throws {
    let motion = Motion(
      from: Area(x: 0, y: 0.25, width: 0.5, height: 0.5),
      to: Area(x: 0.5, y: 0.25, width: 0.5, height: 0.5), easing: easing)
    let film = try studio.render(studio.film([moving(motion, try spot(), seconds: 1)]))
    for frame in [0, 6, 12, 18, 24] {
      let left = 0.5 * easing.progress(Double(frame) / 25)
      let expected = (0.5 - left) / 0.5 * 160
      guard expected > 20, expected < 140 else { continue }
      #expect(abs(centre(film, frame).x - expected) < 0.4, "frame \(frame)")
    }
  }

  @Test("a picture that moves is decoded once and as sharp as the canvas allows")
  func sharp() throws {
    // Lines two pixels wide at the size in which they are seen at last.
    let file = try studio.use(
      samples.make(
        "lines.png", "-f", "lavfi", "-i",
        "color=black:size=640x360,format=gray,geq=lum='255*mod(floor(X/4),2)'", "-frames:v", "1"))
    let motion = Motion(
      from: .whole, to: Area(x: 0.25, y: 0.25, width: 0.5, height: 0.5))
    let film = try studio.render(studio.film([moving(motion, file, seconds: 1)]))
    let row = (40..<120).map { film.luma(24, $0, 45) }
    #expect((row.max() ?? 0) - (row.min() ?? 0) > 150, "\(row)")
    #expect(film.report.decodedPictures[file.digest] == 1)
  }

  @Test("a video can be moved over too")
  func video() throws {
    let url = samples.url("v.mp4")
    _ = try command(
      "ffmpeg",
      [
        "-v", "error", "-loop", "1", "-i", try spotURL().path, "-t", "1", "-r", "25", "-pix_fmt",
        "yuv420p", "-crf", "5", url.path,
      ])
    let file = try studio.use(url)
    let motion = Motion(
      from: Area(x: 0.1, y: 0.1, width: 0.8, height: 0.8),
      to: Area(x: 0.15, y: 0.1, width: 0.8, height: 0.8))
    let film = try studio.render(studio.film([moving(motion, file, seconds: 1)]))
    for frame in 0..<25 {
      let expected = (0.4 - 0.05 * Double(frame) / 25) / 0.8 * 160
      #expect(abs(centre(film, frame).x - expected) < 0.12, "frame \(frame)")
    }
  }

  private func spotURL() throws -> URL {
    _ = try spot("s.png")
    return samples.url("s.png")
  }

  @Test("the same moment looks the same wherever the film begins")
  func anywhere() throws {
    let file = try spot()
    func timeline(from start: Int) -> Timeline {
      var clip = moving(Motion(to: Area(x: 0.3, y: 0.3, width: 0.5, height: 0.5)), file)
      clip.at = ms(-start)
      clip.path = [
        Keyframe(at: .zero, value: Area(x: 0, y: 0, width: 160, height: 90)),
        Keyframe(at: ms(1500), value: Area(x: 10.3, y: 5.7, width: 100, height: 60)),
      ]
      return studio.film([clip], seconds: 2 - Double(start) / 1000)
    }
    let whole = try studio.render(timeline(from: 0))
    let late = try studio.render(timeline(from: 1000))
    for frame in 0..<25 {
      let (left, right) = (centre(whole, frame + 25), centre(late, frame))
      #expect(abs(left.x - right.x) < 0.03)
      #expect(abs(left.y - right.y) < 0.03)
    }
  }

  // MARK: - Places and edges

  private func white(_ change: (inout Clip) -> Void) throws -> Film {
    var clip = Clip(source: .colour(.white), at: .zero, duration: ms(1000))
    change(&clip)
    return try studio.render(studio.film([clip]))
  }

  @Test("a path takes the picture from place to place by fractions of a pixel")
  func path() throws {
    let film = try white { clip in
      clip.path = [
        Keyframe(at: .zero, value: Area(x: 10, y: 20, width: 40, height: 30)),
        Keyframe(at: ms(1000), value: Area(x: 17.5, y: 20, width: 40, height: 30)),
      ]
    }
    let places = (0..<25).map { centre(film, $0).x }
    for frame in 0..<25 {
      #expect(abs(places[frame] - (30 + 0.3 * Double(frame))) < 0.08, "frame \(frame)")
    }
    #expect(abs(centre(film, 12).y - 35) < 0.05)
    #expect(film.luma(0, 30, 35) > 230)
    #expect(film.luma(0, 60, 35) < 20)
  }

  @Test("opacity keyframes say how strongly a picture is seen when")
  func opacity() throws {
    let film = try white { clip in
      clip.opacity = 0.8
      clip.opacityKeys = [
        Keyframe(at: ms(200), value: 0), Keyframe(at: ms(600), value: 1),
        Keyframe(at: ms(800), value: 0.5, easing: .hold),
      ]
    }
    for (frame, share) in [(0, 0.0), (5, 0), (10, 0.5), (15, 1), (19, 1), (20, 0.5), (24, 0.5)] {
      let expected = 16 + 219 * 0.8 * share
      #expect(abs(Double(film.luma(frame, 80, 45)) - expected) < 3.5, "frame \(frame)")
    }
  }

  @Test("round corners are cut off smoothly, and a line runs along the edge")
  func border() throws {
    let film = try white { clip in
      clip.frame = PixelRect(x: 20, y: 15, width: 100, height: 60)
      clip.border = Border(radius: 20, width: 6, colour: red)
    }
    #expect(film.luma(1, 22, 17) < 24)
    #expect(film.luma(1, 117, 72) < 24)
    #expect(near(film.pixel(1, 22, 44), red.stored, within: 12))
    #expect(near(film.pixel(1, 70, 16), red.stored, within: 12))
    #expect(film.luma(1, 70, 45) > 230)
    #expect(film.luma(1, 30, 45) > 220)
    #expect(film.luma(1, 16, 44) < 20)
    // What is missing at the corners: four of r² − πr²/4.
    let missing = (4 - Double.pi) * 400
    let plain = try white { $0.frame = PixelRect(x: 20, y: 15, width: 100, height: 60) }
    let round = try white { clip in
      clip.frame = PixelRect(x: 20, y: 15, width: 100, height: 60)
      clip.border = Border(radius: 20)
    }
    let cut = (plain.brightness(1) - round.brightness(1)) / 219 * 160 * 90
    #expect(abs(cut - missing) < 8, "\(cut), \(missing)")
    // Smooth: some pixels are in between.
    let corner = (20..<40).flatMap { x in (15..<35).map { round.luma(1, x, $0) } }
    #expect(corner.filter { $0 > 60 && $0 < 190 }.count > 8)
  }

  @Test("a video in a corner with round corners lies over another one")
  func pictureInPicture() throws {
    let file = try studio.use(samples.film(sound: false))
    var small = Clip(
      source: .file(file), at: .zero, duration: ms(400),
      frame: PixelRect(x: 100, y: 50, width: 48, height: 28))
    small.border = Border(radius: 8)
    let below = Clip(source: .colour(red), at: .zero, duration: ms(400))
    let film = try studio.render(studio.film([below, small], seconds: 0.4))
    #expect(near(film.pixel(2, 100, 50), red.stored, within: 10))
    #expect(!near(film.pixel(2, 124, 64), red.stored, within: 30))
    #expect(near(film.pixel(2, 40, 44), red.stored, within: 3))
  }

  @Test("a see-through picture that moves keeps its colours at its edges")
  func alphaEdges() throws {
    // Green with a see-through surrounding that is stored as magenta: nothing of it may come out.
    let file = try studio.use(
      samples.make(
        "a.png", "-f", "lavfi", "-i",
        "color=magenta:size=160x90,format=rgba,geq=r='if(between(X,40,119)*between(Y,20,69),0,255)':g='if(between(X,40,119)*between(Y,20,69),255,0)':b='if(between(X,40,119)*between(Y,20,69),0,255)':a='if(between(X,40,119)*between(Y,20,69),255,0)'",
        "-frames:v", "1"))
    var clip = Clip(source: .file(file), at: .zero, duration: ms(400))
    clip.path = [
      Keyframe(at: .zero, value: Area(x: 0.4, y: 0.3, width: 160, height: 90)),
      Keyframe(at: ms(400), value: Area(x: 7.7, y: 3.1, width: 150, height: 84)),
    ]
    let below = Clip(source: .colour(.black), at: .zero, duration: ms(400))
    let film = try studio.render(studio.film([below, clip], seconds: 0.4))
    for frame in 0..<10 {
      let chroma = film.largestChroma(frame, x: 20..<140, y: 10..<80)
      #expect(chroma.allSatisfy { $0 < 140 }, "frame \(frame): \(chroma)")
    }
    #expect(near(film.pixel(5, 80, 44), green.stored, within: 4))
  }
}
