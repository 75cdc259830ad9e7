import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("Rendering fits, backgrounds and texts", .blocking, .timeLimit(.minutes(10)))
struct LookTests {
  let studio: Studio
  var samples: Samples { studio.samples }

  init() throws { studio = try Studio() }

  private func still(_ clip: Clip, canvas: Canvas = Studio.canvas) throws -> Film {
    try studio.render(studio.film([clip], seconds: 0.12, canvas: canvas))
  }

  private func clip(_ source: Clip.Source, _ change: (inout Clip) -> Void = { _ in }) -> Clip {
    var clip = Clip(source: source, at: .zero, duration: ms(120))
    change(&clip)
    return clip
  }

  // MARK: - Blurred background

  @Test(
    "a portrait picture lies whole over a blurred copy of itself that fills the frame",
    arguments: ["p.png", "p.mp4"])
  func blur(name: String) throws {
    // Upper half red, lower half blue, with fine white lines.
    let file = try studio.use(
      samples.make(
        name, "-f", "lavfi", "-i",
        "color=red:size=90x160:rate=25:d=0.2,format=rgb24,drawbox=x=0:y=80:w=90:h=80:color=blue:t=fill,drawgrid=w=9:h=200:t=2:c=white",
        "-frames:v", name == "p.png" ? "1" : "5", "-pix_fmt",
        name == "p.png" ? "rgb24" : "yuv444p"))
    let film = try still(clip(.file(file)) { $0.fit = .blur })
    // The picture is 51 pixels wide, from 54 to 105.
    let inside = (60..<100).map { film.luma(1, $0, 20) }
    #expect((inside.max() ?? 0) - (inside.min() ?? 0) > 60, "\(inside)")
    let beside = (4..<46).map { film.luma(1, $0, 20) }
    #expect((beside.max() ?? 0) - (beside.min() ?? 0) < 25, "\(beside)")
    // No bar is left, and the copy is as red above and as blue below.
    for x in [4, 30, 130, 156] {
      let (upper, lower) = (film.pixel(1, x, 10), film.pixel(1, x, 80))
      #expect(upper[2] > 150, "\(x): \(upper)")
      #expect(lower[1] > 150, "\(x): \(lower)")
    }
  }

  @Test("a blurred frame may lie partly outside the canvas")
  func blurOutside() throws {
    let file = try studio.use(
      samples.make(
        "p.png", "-f", "lavfi", "-i", "color=white:size=20x60,format=rgb24", "-frames:v", "1"))
    let film = try still(
      clip(.file(file)) {
        $0.fit = .blur
        $0.frame = PixelRect(x: -60, y: 11, width: 131, height: 63)
      })
    #expect(film.luma(1, 2, 40) > 200)
    #expect(film.luma(1, 66, 40) > 200)
    #expect(film.luma(1, 76, 40) < 20)
    #expect(film.luma(1, 2, 5) < 20)
  }

  // MARK: - Gradients

  @Test(
    "a gradient goes from one colour to the other in its direction",
    arguments: [
      (0.0, (2, 44), (157, 44)), (90, (80, 1), (80, 88)), (180, (157, 44), (2, 44)),
      (270, (80, 88), (80, 1)), (45, (1, 1), (158, 88)),
    ])
  func linear(angle: Double, first: (Int, Int), last: (Int, Int)) throws {
    let gradient = Gradient(from: .black, to: .white, angle: angle)
    let film = try still(clip(.gradient(gradient)))
    #expect(film.luma(1, first.0, first.1) < 24)
    #expect(film.luma(1, last.0, last.1) > 226)
    #expect(abs(film.luma(1, 80, 45) - 126) < 6)
    #expect(abs(film.brightness(1) - 125.5) < 2)
  }

  @Test("a radial gradient begins in the middle and ends in the corners")
  func radial() throws {
    let gradient = Gradient(from: .white, to: .black, shape: .radial)
    let film = try still(clip(.gradient(gradient)))
    #expect(film.luma(1, 80, 45) > 228)
    #expect(film.luma(1, 1, 1) < 24)
    #expect(film.luma(1, 1, 45) < film.luma(1, 40, 45))
  }

  @Test("a faint gradient has no bands: levels change into each other")
  func dither() throws {
    let dark = Colour(red: 40, green: 40, blue: 40)
    let light = Colour(red: 46, green: 46, blue: 46)
    let url = samples.url("out.mp4")
    let timeline = studio.film(
      [clip(.gradient(Gradient(from: dark, to: light, angle: 0)))], seconds: 0.12)
    try studio.render(
      timeline, encoding: Encoding(quality: 0, preset: .ultrafast), to: [.file(url, .mp4)])
    let film = try Film(url, size: timeline.canvas.size)
    let changes = zip(0..<159, 1..<160).filter { film.luma(1, $0, 44) != film.luma(1, $1, 44) }
    #expect(changes.count > 20)
    let means = stride(from: 0, to: 160, by: 16).map { start in
      (start..<start + 16).flatMap { x in (40..<48).map { film.luma(1, x, $0) } }.reduce(0, +)
    }
    #expect(zip(means, means.dropFirst()).allSatisfy { $0 < $1 }, "\(means)")
  }

  @Test("a gradient may end in nothing")
  func transparent() throws {
    let gradient = Gradient(
      from: .white, to: Colour(red: 255, green: 255, blue: 255, alpha: 0), angle: 0)
    let film = try still(clip(.gradient(gradient)))
    #expect(film.luma(1, 2, 44) > 226)
    #expect(film.luma(1, 157, 44) < 24)
    #expect(abs(film.luma(1, 80, 44) - 126) < 6)
  }

  // MARK: - Texts

  private func text(_ words: String, _ change: (inout TextBlock) -> Void = { _ in }) -> TextBlock {
    var block = TextBlock(words, size: 240)
    change(&block)
    return block
  }

  /// The smallest rectangle around what is bright: left, upper, right and lower edge.
  private func extent(_ film: Film) -> [Int] {
    let (width, height) = (film.size.width, film.size.height)
    let columns = (0..<width).filter { x in (0..<height).contains { film.luma(1, x, $0) > 120 } }
    let rows = (0..<height).filter { y in (0..<width).contains { film.luma(1, $0, y) > 120 } }
    return [columns.first ?? -1, rows.first ?? -1, columns.last ?? -1, rows.last ?? -1]
  }

  @Test("a text is drawn in the middle of its frame, in its colour")
  func middle() throws {
    let film = try still(clip(.text(text("HOH") { $0.bold = true })))
    let extent = extent(film)
    #expect(abs(extent[0] + extent[2] - 159) <= 3, "\(extent)")
    #expect(abs(extent[1] + extent[3] - 89) <= 8, "\(extent)")
    #expect(extent[3] - extent[1] > 10)
    let coloured = try still(clip(.text(text("HHH") { $0.colour = green })))
    let pixels = (60..<100).map { coloured.pixel(1, $0, 44) }
    #expect(pixels.contains { near($0, green.stored, within: 16) }, "\(pixels)")
  }

  @Test(
    "a text keeps to the corner that is told",
    arguments: [
      (CaptionStyle.Position.topLeft, (true, true)), (.bottomRight, (false, false)),
      (.topRight, (false, true)), (.bottomLeft, (true, false)),
    ])
  func corners(position: CaptionStyle.Position, isLeftTop: (Bool, Bool)) throws {
    let film = try still(
      clip(.text(text("HO") { $0.position = position })) {
        $0.frame = PixelRect(x: 10, y: 6, width: 140, height: 78)
      })
    let extent = extent(film)
    #expect((extent[2] < 80) == isLeftTop.0, "\(extent)")
    #expect((extent[3] < 48) == isLeftTop.1, "\(extent)")
    #expect(extent[0] >= 10 && extent[2] <= 150 && extent[1] >= 6 && extent[3] <= 84)
  }

  @Test("a long text is broken into lines within its frame; a line break is kept")
  func lines() throws {
    let long = try still(
      clip(.text(text("HHHH HHHH HHHH") { $0.size = 180 })) {
        $0.frame = PixelRect(x: 40, y: 0, width: 80, height: 90)
      })
    let extent = extent(long)
    #expect(extent[0] >= 40 && extent[2] < 120, "\(extent)")
    #expect(extent[3] - extent[1] > 20, "\(extent)")
    let one = self.extent(try still(clip(.text(text("HH HH") { $0.size = 180 }))))
    let two = self.extent(try still(clip(.text(text("HH\nHH") { $0.size = 180 }))))
    #expect(two[3] - two[1] > one[3] - one[1] + 10)
  }

  @Test("what means something to the script is drawn as itself")
  func escaped() throws {
    let plain = extent(try still(clip(.text(text("A{\\b0}B") { $0.size = 120 }))))
    let short = extent(try still(clip(.text(text("AB") { $0.size = 120 }))))
    #expect(plain[2] - plain[0] > short[2] - short[0] + 15)
  }

  @Test("letters have smooth edges and leave what lies below as it is")
  func edges() throws {
    let clips = [clip(.colour(red)), clip(.text(text("OOO")))]
    let film = try studio.render(studio.film(clips, seconds: 0.12))
    #expect(near(film.pixel(1, 4, 4), red.stored, within: 3))
    let row = (0..<160).map { film.luma(1, $0, 45) }
    #expect(row.contains { $0 > 220 })
    #expect(row.filter { $0 > 90 && $0 < 210 }.count >= 3)
    // Neither black nor another colour surrounds them.
    #expect((row.min() ?? 0) > 50, "\(row)")
  }

  @Test("a text moves by fractions of a pixel")
  func moving() throws {
    var moving = Clip(source: .text(text("O")), at: .zero, duration: ms(1000))
    moving.path = [
      Keyframe(at: .zero, value: Area(x: 0, y: 0, width: 160, height: 90)),
      Keyframe(at: ms(1000), value: Area(x: 5, y: 0, width: 160, height: 90)),
    ]
    let film = try studio.render(studio.film([moving]))
    let places = (0..<25).map { frame -> Double in
      let row = (0..<160).map { x in
        (20..<70).reduce(0) { $0 + max(0, film.luma(frame, x, $1) - 20) }
      }
      let weighted = zip(row, 0..<160).reduce(0) { $0 + $1.0 * $1.1 }
      return Double(weighted) / Double(max(1, row.reduce(0, +)))
    }
    let steps = zip(places, places.dropFirst()).map { $1 - $0 }
    #expect(steps.allSatisfy { abs($0 - 0.2) < 0.07 }, "\(steps)")
  }

  // MARK: - Keys and effects

  @Test("the colour of a key vanishes with its glow, the rest stays")
  func chromaKey() throws {
    let file = try studio.use(
      samples.make(
        "g.png", "-f", "lavfi", "-i",
        "color=0x00c010:size=160x90,format=rgb24,drawbox=x=40:y=20:w=80:h=50:color=0xC08060:t=fill",
        "-frames:v", "1"))
    let clips = [
      clip(.colour(blue)),
      clip(.file(file)) {
        $0.key = ChromaKey(colour: Colour(red: 0, green: 0xC0, blue: 0x10))
      },
    ]
    let film = try studio.render(studio.film(clips, seconds: 0.12))
    #expect(near(film.pixel(1, 10, 10), blue.stored, within: 4))
    #expect(
      near(
        film.pixel(1, 80, 44), Colour(red: 0xC0, green: 0x80, blue: 0x60).stored, within: 6))
    // Green is where Cb and Cr are both low: none of it at the edge.
    let least = (30..<130).map { film.pixel(1, $0, 44) }.map { max($0[1], $0[2]) }.min() ?? 0
    #expect(least > 118, "\(least)")
  }

  static let effects: [(text: String, colour: Colour, expected: Colour)] = [
    ("negate", Colour(red: 200, green: 40, blue: 90), Colour(red: 55, green: 215, blue: 165)),
    ("hue=s=0", Colour(red: 200, green: 40, blue: 90), Colour(red: 78, green: 78, blue: 78)),
    (
      "eq=brightness=0.2", Colour(red: 90, green: 90, blue: 90),
      Colour(red: 149, green: 149, blue: 149)
    ),
    (
      "colorchannelmixer=rr=0:rg=0:rb=1:br=1:bb=0", Colour(red: 200, green: 40, blue: 90),
      Colour(red: 90, green: 40, blue: 200)
    ),
    (
      "exposure=exposure=1", Colour(red: 60, green: 60, blue: 60),
      Colour(red: 120, green: 120, blue: 120)
    ),
    ("gblur=sigma=5", Colour(red: 200, green: 40, blue: 90), Colour(red: 200, green: 40, blue: 90)),
    (
      "monochrome", Colour(red: 128, green: 128, blue: 128), Colour(red: 128, green: 128, blue: 128)
    ),
  ]

  @Test("an effect does to colours what its name says", arguments: effects)
  func colours(given: (text: String, colour: Colour, expected: Colour)) throws {
    let hex = given.colour.description.dropFirst()
    let file = try studio.use(samples.picture("c.png", colour: "0x\(hex)"))
    let effect = try Effect(parsing: given.text)
    let film = try still(clip(.file(file)) { $0.effects = [effect] })
    #expect(
      near(film.pixel(1, 80, 44), given.expected.stored, within: 7),
      "\(film.pixel(1, 80, 44)), expected \(given.expected.stored)")
  }

  @Test(
    "every effect can be used, also on see-through and on moving pictures", arguments: Effect.names)
  func all(name: String) throws {
    let file = try studio.use(
      samples.make(
        "a.png", "-f", "lavfi", "-i",
        "color=0x804020:size=160x90,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,80),255,0)'",
        "-frames:v", "1"))
    let effect = try Effect(parsing: name)
    let below = clip(.colour(.black))
    let placed = clip(.file(file)) { $0.effects = [effect] }
    let moving = clip(.file(file)) {
      $0.effects = [effect]
      $0.motion = Motion()
    }
    for above in [placed, moving] {
      let film = try studio.render(studio.film([below, above], seconds: 0.12))
      let (seen, empty) = name == "hflip" ? (130, 30) : (30, 130)
      #expect(film.luma(1, seen, 44) > 40, "\(name)")
      #expect(film.luma(1, empty, 44) < 24, "\(name)")
    }
  }

  @Test("mirrors and blurs change pictures as they should")
  func shapes() throws {
    let file = try studio.use(
      samples.make(
        "h.png", "-f", "lavfi", "-i",
        "color=black:size=160x90,format=rgb24,drawbox=x=0:y=0:w=40:h=90:color=white:t=fill",
        "-frames:v", "1"))
    func film(_ effects: String...) throws -> Film {
      let parsed = try effects.map { try Effect(parsing: $0) }
      return try still(clip(.file(file)) { $0.effects = parsed })
    }
    let mirrored = try film("hflip")
    #expect(mirrored.luma(1, 150, 45) > 220 && mirrored.luma(1, 10, 45) < 24)
    let soft = try film("gblur=sigma=8")
    let row = (0..<160).map { soft.luma(1, $0, 45) }
    #expect(row.filter { $0 > 40 && $0 < 210 }.count > 12)
    let both = try film("hflip", "gblur=sigma=8", "negate")
    #expect(both.luma(1, 155, 45) < 30 && both.luma(1, 10, 45) > 220)
  }

  @Test(
    "what is no effect, or out of bounds, is told with what was probably meant",
    arguments: [
      ("blur=3", "`blur` is not an effect; did you mean `gblur`?"),
      ("movie=/etc/passwd", "`movie` is not an effect; there are `cas`"),
      ("eq=contrast=9", "`eq`: `contrast` is 0 to 4, found 9"),
      ("eq=contras=1", "`eq` has no setting `contras`; did you mean `contrast`?"),
      ("eq=contrast=random(1)", "`eq`: `contrast` is a number, found `random(1)`"),
      ("eq=contrast=1,movie=x", "`eq`: `contrast` is a number, found `1,movie=x`"),
      ("eq=1.2", "`eq`: expected `setting=number`, found `1.2`"),
      ("eq=contrast=1:contrast=2", "`eq` has `contrast` twice"),
      ("unsharp=lx=4", "`unsharp`: `lx` is an odd number, found 4"),
      ("pixelize=w=2.5", "`pixelize`: `w` is a whole number, found 2.5"),
      ("hflip=x=1", "`hflip` has no setting `x`; it has none"),
      ("eq=contrast=nan", "`eq`: `contrast` is a number, found `nan`"),
    ])
  func wrong(text: String, message: String) {
    let error = #expect(throws: EffectError.self) { _ = try Effect(parsing: text) }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  @Test("a film with looks that cannot be says so before anything is written")
  func refused() throws {
    let changes: [(String, (inout Clip) -> Void)] = [
      ("speed", { $0.speed = 0 }),
      (
        "outside the picture", { $0.motion = Motion(to: Area(x: 0.5, y: 0, width: 0.6, height: 1)) }
      ),
      ("no keyframes", { $0.path = [] }),
      (
        "order",
        {
          $0.opacityKeys = [Keyframe(at: ms(5), value: 1), Keyframe(at: ms(5), value: 0)]
        }
      ),
      (
        "places",
        {
          $0.path = [Keyframe(at: .zero, value: Area(x: .nan, y: 0, width: 10, height: 10))]
        }
      ),
      (
        "blur",
        {
          $0.fit = .blur
          $0.motion = Motion()
        }
      ),
      ("not an effect", { $0.effects = [Effect(filter: "movie")] }),
      ("border", { $0.border = Border(radius: -1) }),
      ("key", { $0.key = ChromaKey(colour: green, similarity: 7) }),
      ("letters", { $0.source = .text(TextBlock("a", size: 1e9)) }),
      (
        "8192",
        {
          $0.source = .gradient(Gradient(from: red, to: blue))
          $0.frame = PixelRect(x: 0, y: 0, width: 10_000, height: 10)
        }
      ),
      ("further away", { $0.frame = PixelRect(x: .max, y: .min, width: .max, height: 2) }),
      (
        "its transition",
        {
          $0.enter = Transition(
            kind: .circle, duration: ms(50),
            area: PixelRect(x: 0, y: 0, width: .max, height: .max))
        }
      ),
    ]
    for (word, change) in changes {
      let error = #expect(throws: MediaError.self, "\(word)") {
        try studio.render(
          studio.film([clip(.colour(red), change)], seconds: 0.12),
          to: [.file(samples.url("out.mp4"), .mp4)])
      }
      #expect(error?.message.contains(word) == true, "\(String(describing: error))")
      #expect(error?.stageError.errorClass == .invalidInput)
    }
  }
}
