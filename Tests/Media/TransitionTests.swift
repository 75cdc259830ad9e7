import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("Rendering transitions", .blocking, .timeLimit(.minutes(10)))
struct TransitionTests {
  let studio: Studio

  init() throws { studio = try Studio() }

  /// Black becomes white from frame 5 to frame 15, over a canvas of 160x90.
  private func film(_ kind: Transition.Kind, slides: Bool = false) throws -> Film {
    var below = Clip(source: .colour(.black), at: .zero, duration: ms(600))
    if slides { below.leave = Transition(kind: kind, duration: ms(400)) }
    let above = Clip(
      source: .colour(.white), at: ms(200), duration: ms(600),
      enter: Transition(kind: kind, duration: ms(400)))
    var canvas = Studio.canvas
    canvas.background = Colour(red: 255, green: 0, blue: 0)
    return try studio.render(studio.film([below, above], seconds: 0.8, canvas: canvas))
  }

  private func share(_ film: Film, _ frame: Int) -> Double { (film.brightness(frame) - 16) / 219 }

  static let patterns: [Transition.Kind] = [
    .fade, .wipeLeft, .wipeRight, .wipeUp, .wipeDown, .circle, .dissolve,
  ]

  @Test(
    "shows nothing of the new picture before, all of it after", arguments: Transition.Kind.allCases)
  func ends(kind: Transition.Kind) throws {
    let film = try film(kind, slides: true)
    #expect(share(film, 4) < 0.02)
    #expect(share(film, 5) < 0.02)
    #expect(share(film, 15) > 0.98)
    #expect(film.frameCount == 20)
  }

  @Test("grows from frame to frame, and half is there after half the time", arguments: patterns)
  func grows(kind: Transition.Kind) throws {
    let film = try film(kind)
    let shares = (5...15).map { share(film, $0) }
    #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 < $1 + 0.001 }, "\(shares)")
    // A circle has covered a quarter of its corner's radius squared by then, and fills the picture's height.
    let middle = kind == .circle ? 0.45 : 0.5
    #expect(abs(shares[5] - middle) < 0.06, "\(shares)")
  }

  @Test(
    "the new picture comes from the side that the direction says",
    arguments: [
      (Transition.Kind.wipeLeft, (150, 45), (10, 45)), (.wipeRight, (10, 45), (150, 45)),
      (.wipeUp, (80, 84), (80, 6)), (.wipeDown, (80, 6), (80, 84)),
      (.slideLeft, (150, 45), (10, 45)), (.slideRight, (10, 45), (150, 45)),
      (.slideUp, (80, 84), (80, 6)), (.slideDown, (80, 6), (80, 84)),
      (.circle, (80, 45), (4, 4)),
    ])
  func direction(kind: Transition.Kind, new: (Int, Int), old: (Int, Int)) throws {
    let film = try film(kind)
    #expect(film.luma(9, new.0, new.1) > 220)
    #expect(film.luma(9, old.0, old.1) < 30)
  }

  @Test("an edge is where the time says, and sharp to a few pixels")
  func edge() throws {
    let film = try film(.wipeRight)
    for frame in 6...14 {
      let row = (0..<160).map { Double(film.luma(frame, $0, 45) - 16) / 219 }
      let edge = row.reduce(0, +)
      #expect(abs(edge - Double(frame - 5) * 16) < 2.5, "frame \(frame): \(edge)")
      #expect(row.filter { $0 > 0.1 && $0 < 0.9 }.count <= 6)
    }
  }

  @Test("a slide pushes the last picture out without a gap")
  func push() throws {
    let film = try film(.slideLeft, slides: true)
    for frame in 5...15 {
      // Red is the canvas: it would show in a gap.
      let chroma = film.largestChroma(frame, x: 0..<160, y: 44..<45)
      #expect(chroma.allSatisfy { $0 < 140 }, "frame \(frame): \(chroma)")
    }
  }

  @Test("a slide moves the picture itself, slowly at both ends")
  func slide() throws {
    let samples = studio.samples
    // A white line in the middle of black.
    let file = try studio.use(
      samples.make(
        "line.png", "-f", "lavfi", "-i",
        "color=black:size=160x90,format=rgb24,drawbox=x=78:y=0:w=4:h=90:color=white:t=fill",
        "-frames:v", "1"))
    let clip = Clip(
      source: .file(file), at: .zero, duration: ms(1000),
      enter: Transition(kind: .slideLeft, duration: ms(800)))
    let film = try studio.render(studio.film([clip]))
    let places = (0..<25).map { frame -> Double in
      let row = (0..<160).map { Double(max(0, film.luma(frame, $0, 45) - 24)) }
      let weight = row.reduce(0, +)
      return weight < 50
        ? .nan : zip(row, 0..<160).map { $0 * (Double($1) + 0.5) }.reduce(0, +) / weight
    }
    for frame in 11..<25 {
      let share = Easing.smooth.progress(Double(frame) / 20)
      #expect(abs(places[frame] - (80 + 160 * (1 - share))) < 1.3, "frame \(frame)")
    }
  }

  @Test("leaving shows what entering would not", arguments: patterns + [.slideDown])
  func leaving(kind: Transition.Kind) throws {
    func film(_ change: (inout Clip) -> Void) throws -> Film {
      var clip = Clip(source: .colour(.white), at: .zero, duration: ms(400))
      change(&clip)
      return try studio.render(studio.film([clip], seconds: 0.4))
    }
    let entering = try film { $0.enter = Transition(kind: kind, duration: ms(400)) }
    let leaving = try film { $0.leave = Transition(kind: kind, duration: ms(400)) }
    for frame in 0..<10 {
      let sum = share(entering, frame) + share(leaving, frame)
      #expect(abs(sum - 1) < 0.03, "frame \(frame): \(sum)")
    }
  }

  @Test("a pattern lies over the clip's own frame, or over the area that is told")
  func area() throws {
    let frame = PixelRect(x: 20, y: 10, width: 80, height: 60)
    var clip = Clip(
      source: .colour(.white), at: .zero, duration: ms(400), frame: frame,
      enter: Transition(kind: .wipeRight, duration: ms(400)))
    let own = try studio.render(studio.film([clip], seconds: 0.4))
    #expect(own.luma(5, 50, 40) > 220)
    #expect(own.luma(5, 70, 40) < 30)
    clip.enter?.area = PixelRect(x: 0, y: 0, width: 160, height: 90)
    let whole = try studio.render(studio.film([clip], seconds: 0.4))
    #expect(whole.luma(5, 70, 40) > 220)
    #expect(whole.luma(5, 90, 40) < 30)
  }

  @Test("see-through pictures stay so during a transition")
  func alpha() throws {
    let file = try studio.use(
      studio.samples.make(
        "half.png", "-f", "lavfi", "-i",
        "color=white:size=160x90,format=rgba,geq=r=255:g=255:b=255:a='if(lt(Y,45),255,0)'",
        "-frames:v", "1"))
    let clip = Clip(
      source: .file(file), at: .zero, duration: ms(400),
      enter: Transition(kind: .wipeRight, duration: ms(400)))
    let film = try studio.render(studio.film([clip], seconds: 0.4))
    #expect(film.luma(5, 20, 20) > 220)
    #expect(film.luma(5, 20, 70) < 20)
    #expect(film.luma(5, 140, 20) < 20)
  }

  @Test("frames without a change are sent again before and after a transition")
  func repeated() throws {
    let film = try film(.circle)
    #expect(film.report.composedFrames <= 10)
    #expect(film.report.repeatedFrames >= 8)
  }

  @Test(
    "the same moment looks the same wherever the film begins", arguments: Transition.Kind.allCases)
  func anywhere(kind: Transition.Kind) throws {
    func timeline(from start: Int) -> Timeline {
      studio.film(
        [
          Clip(source: .colour(.black), at: ms(-start), duration: ms(800)),
          Clip(
            source: .colour(.white), at: ms(200 - start), duration: ms(600),
            enter: Transition(kind: kind, duration: ms(400))),
        ], seconds: 0.8 - Double(start) / 1000)
    }
    let whole = try studio.render(timeline(from: 0))
    let late = try studio.render(timeline(from: 320))
    for frame in 0..<late.frameCount {
      #expect(abs(whole.brightness(frame + 8) - late.brightness(frame)) < 0.6)
    }
  }
}
