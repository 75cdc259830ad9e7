import Pipeline
import TestSupport
import Testing

@testable import ComposeStage

@Suite("Compose: what is seen", .timeLimit(.minutes(5)))
struct PictureLayersTests {
  @Test("elements lie over the scenes by z-index, then in the order of the list")
  func order() throws {
    let scene = Scene.image("wide.png") {
      $0.elements = [
        .file("small.png") { $0.zIndex = 5 }, .file("logo.png"), .file("tall.png"),
        .file("mute.mp4") { $0.zIndex = 2 },
      ]
    }
    let layers = try FilmFixture([scene]).build().timeline.layers
    let names = layers.map { $0.clips.map { $0.source.file?.name ?? "colour" } }
    #expect(names == [["wide.png"], ["logo.png", "tall.png"], ["mute.mp4"], ["small.png"]])
  }

  @Test(
    "what an author leaves out of a place follows from the picture",
    arguments: [
      (Placement(), PixelRect(x: 40, y: 20, width: 20, height: 10)),
      (Placement(x: 0, y: 0), PixelRect(x: 0, y: 0, width: 20, height: 10)),
      (Placement(x: 5, width: 50), PixelRect(x: 5, y: 12, width: 50, height: 25)),
      (Placement(y: -5, height: 20), PixelRect(x: 30, y: -5, width: 40, height: 20)),
      (Placement(width: 10, height: 30), PixelRect(x: 45, y: 10, width: 10, height: 30)),
    ])
  func places(placement: Placement, frame: PixelRect) {
    let canvas = PixelSize(width: 100, height: 50)
    #expect(placement.frame(of: PixelSize(width: 20, height: 10), on: canvas) == frame)
  }

  @Test("a picture larger than the canvas is reduced to it")
  func largePicture() {
    let frame = Placement().frame(
      of: PixelSize(width: 400, height: 400), on: PixelSize(width: 100, height: 50))
    #expect(frame == PixelRect(x: 25, y: 0, width: 50, height: 50))
  }

  @Test("a scene without a place fills the canvas, one with a place does not")
  func scenePlace() throws {
    let placed = Scene.image("wide.png") { $0.width = 50 }
    let clips = try FilmFixture([.image("wide.png"), placed]).build().timeline.layers[0].clips
    #expect(clips.first?.frame == nil)
    #expect(clips.last?.frame == PixelRect(x: 25, y: 12, width: 50, height: 25))
  }

  @Test(
    "a scene that leaves part of the canvas open covers the last one with the background",
    arguments: [
      ("tall.png", Fit.cover, false), ("tall.png", .stretch, false), ("tall.png", .contain, true),
      ("wide.png", .contain, false), ("small.png", .center, true), ("logo.png", .cover, true),
    ])
  func backing(name: String, fit: Fit, expected: Bool) throws {
    let scene = Scene.image(name) { $0.fit = fit }
    let clips = try FilmFixture([.image("wide.png"), scene]).build().timeline.layers[0].clips
    let backing = clips.filter { $0.source == .colour(.black) }
    #expect(backing.count == (expected ? 1 : 0))
    if expected {
      #expect(backing.first?.at == .s(5))
      #expect(backing.first?.enter?.duration == .s(1))
      #expect(clips.map(\.leave) == [nil, nil, nil])
    }
  }

  @Test("pictures in place of scenes are shown whole unless told otherwise")
  func pictureFit() throws {
    var fixture = FilmFixture().showing("tall.png", "wide.png")
    #expect(try fixture.build().timeline.layers[0].clips.map(\.fit) == [.contain, .contain])
    fixture.options.pictureFit = .cover
    #expect(try fixture.build().timeline.layers[0].clips.map(\.fit) == [.cover, .cover])
  }

  @Test("the background of a scene lies behind its picture for as long")
  func sceneBackground() throws {
    let scene = Scene.colour { $0.image = ImageFile(.named("logo.png")) }
    let clips = try FilmFixture([scene]).build().timeline.layers[0].clips
    #expect(clips.map(\.source) == [.colour(.white), .file(.named("logo.png"))])
    #expect(Set(clips.map(\.duration)) == [.s(5)])
  }

  @Test("over a background video scenes fade into each other without hiding it")
  func backgroundVideo() throws {
    var fixture = FilmFixture([
      .image("tall.png") { $0.fit = .contain }, .image("logo.png") { $0.width = 20 },
      .image("wide.png"),
    ])
    fixture.material.background = .named("mute.mp4")
    let layers = try fixture.build().timeline.layers
    let background = try #require(layers.first?.clips.first)
    #expect(background.source == .file(.named("mute.mp4")))
    #expect(background.loops)
    #expect(background.duration == .s(15))
    #expect(layers[1].clips.map(\.leave?.duration) == [.s(1), nil, nil])
    #expect(layers[1].clips.map(\.enter?.duration) == [nil, .s(1), .s(1)])
  }

  @Test("a scene may be empty over a background video, and narration alone makes a film of it")
  func emptyOverBackground() throws {
    var fixture = FilmFixture([Scene()])
    fixture.material.background = .named("mute.mp4")
    #expect(try fixture.build().timeline.layers.count == 1)
    var spoken = FilmFixture().spoken("three.wav")
    spoken.material.background = .named("mute.mp4")
    let timeline = try spoken.build().timeline
    #expect(timeline.layers.map { $0.clips.map(\.duration) } == [[.s(3)]])
  }

  @Test("the film comes up from its background colour and goes down to it over everything")
  func filmFades() throws {
    var fixture = FilmFixture([.image("wide.png") { $0.elements = [.file("logo.png")] }])
    fixture.options.fadeIn = .seconds(1)
    fixture.options.fadeOut = .seconds(60)
    fixture.options.background = .white
    let sheets = try #require(try fixture.build().timeline.layers.last).clips
    #expect(sheets.map(\.source) == [.colour(.white), .colour(.white)])
    #expect(sheets.map(\.at) == [.zero, .s(2.5)])
    #expect(sheets.map(\.duration) == [.s(1), .s(2.5)])
    #expect(sheets.map(\.leave?.duration) == [.s(1), nil])
    #expect(sheets.map(\.enter?.duration) == [nil, .s(2.5)])
  }

  @Test(
    "a clip that is shorter than its scene stands still unless it loops", arguments: [true, false])
  func loop(loops: Bool) throws {
    let scene = Scene.video("mute.mp4") {
      $0.duration = .seconds(20)
      $0.loop = loops
    }
    let clip = try #require(try FilmFixture([scene]).build().timeline.layers[0].clips.first)
    #expect(clip.loops == loops)
    #expect(clip.duration == .s(20))
  }
}
