import Pipeline
import TestSupport
import Testing

@testable import ComposeStage

@Suite("Compose: when scenes begin and end", .timeLimit(.minutes(5)))
struct ScheduleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var fixture: FilmFixture
    /// Seconds at which each scene begins, and the end of the film.
    var times: [Double]

    var testDescription: String { name }
  }

  @Test(
    "a scene lasts as long as what it is made of",
    arguments: [
      Case(
        name: "narration",
        fixture: FilmFixture([.image("wide.png"), .image("wide.png")])
          .spoken("three.wav", "four.wav"), times: [0, 3, 7]),
      Case(
        name: "narration longer than the duration",
        fixture: FilmFixture([.image("wide.png") { $0.duration = .seconds(2) }])
          .spoken("three.wav"), times: [0, 3]),
      Case(
        name: "narration shorter than the duration",
        fixture: FilmFixture([.image("wide.png") { $0.duration = .seconds(5) }])
          .spoken("three.wav"), times: [0, 5]),
      Case(
        name: "narration over a longer clip",
        fixture: FilmFixture([.video("clip.mp4")]).spoken("three.wav"), times: [0, 3]),
      Case(
        name: "duration", fixture: FilmFixture([.video("clip.mp4") { $0.duration = .seconds(2) }]),
        times: [0, 2]),
      Case(name: "clip alone", fixture: FilmFixture([.video("clip.mp4")]), times: [0, 8]),
      Case(name: "picture alone", fixture: FilmFixture([.image("wide.png")]), times: [0, 5]),
      Case(
        name: "longest timed element",
        fixture: FilmFixture([
          .image("wide.png") {
            $0.elements = [
              .file("logo.png") {
                $0.start = .seconds(1)
                $0.duration = .seconds(2)
              },
              .file("mute.mp4"),
            ]
          }
        ]), times: [0, 3]),
      Case(
        name: "clip among the elements",
        fixture: FilmFixture([
          .image("wide.png") { $0.elements = [.file("mute.mp4") { $0.start = .seconds(1) }] }
        ]),
        times: [0, 7]),
      Case(
        name: "own sound of a scene",
        fixture: FilmFixture([
          .image("wide.png") { $0.audio = AudioFile(.named("four.wav")) }, .image("wide.png"),
        ]), times: [0, 4, 9]),
      Case(
        name: "a running clip lends its end to the next scene",
        fixture: FilmFixture([.video("clip.mp4"), .image("wide.png")]), times: [0, 7, 12]),
      Case(
        name: "pictures and clips in place of scenes",
        fixture: FilmFixture().showing("wide.png", "clip.mp4", "tall.png"), times: [0, 5, 12, 17]),
      Case(
        name: "pictures with narration",
        fixture: FilmFixture().showing("wide.png", "tall.png").spoken("four.wav", "three.wav"),
        times: [0, 4, 7]),
      Case(
        name: "ends are moved to the next frame",
        fixture: FilmFixture([.image("wide.png"), .image("wide.png")])
          .spoken("odd.wav", "odd.wav"), times: [0, 1.04, 2.08]),
    ])
  func lengths(_ given: Case) throws {
    let film = try given.fixture.build()
    let starts = try #require(film.timeline.layers.first).clips
      .filter { $0.source.file != nil }.map(\.at)
    #expect((starts + [film.timeline.duration]).map(\.seconds) == given.times)
  }

  @Test("pauses lie around the narration of each scene")
  func pauses() throws {
    var fixture = FilmFixture([.image("wide.png"), .image("wide.png")])
      .spoken("three.wav", "four.wav")
    fixture.options.lead = .milliseconds(200)
    fixture.options.tail = .milliseconds(400)
    let film = try fixture.build()
    let spoken = try #require(film.timeline.track("narration")).clips
    #expect(spoken.map(\.at.milliseconds) == [200, 3800])
    #expect(spoken.map(\.end.milliseconds) == [3200, 7800])
    #expect(film.timeline.duration.milliseconds == 8200)
  }

  @Test(
    "speech never meets speech, however long the transition",
    arguments: [0, 100, 500, 1000, 1500, 10_000])
  func speechDoesNotOverlap(milliseconds: Int) throws {
    let scenes = ["odd.wav", "three.wav", "odd.wav", "four.wav"]
    var fixture = FilmFixture(scenes.map { _ in .image("wide.png") })
    fixture.material.narration = scenes.map { .named($0) }
    fixture.options.transition.duration = .milliseconds(milliseconds)
    let spoken = try #require(try fixture.build().timeline.track("narration")).clips
    #expect(spoken.count == 4)
    for (earlier, later) in zip(spoken, spoken.dropFirst()) { #expect(earlier.end <= later.at) }
  }

  @Test("the last scene stays under the next one while that comes up")
  func crossFade() throws {
    let film = try FilmFixture([.image("wide.png"), .image("wide.png")]).build()
    let clips = try #require(film.timeline.layers.first).clips
    #expect(clips.map(\.at) == [.zero, .s(5)])
    #expect(clips.map(\.end) == [.s(6), .s(10)])
    #expect(clips.map(\.enter?.duration) == [nil, .s(1)])
    #expect(clips.map(\.leave) == [nil, nil])
  }

  @Test("a cut is neither overlap nor fade", arguments: [SceneTransition.Kind.cut, .fade])
  func cut(kind: SceneTransition.Kind) throws {
    var fixture = FilmFixture([.image("tall.png") { $0.fit = .contain }, .image("wide.png")])
    fixture.options.transition.kind = kind
    if kind == .fade { fixture.options.transition.duration = .zero }
    let clips = try #require(try fixture.build().timeline.layers.first).clips
    #expect(clips.map(\.at) == [.zero, .s(5)])
    #expect(clips.map(\.end) == [.s(5), .s(10)])
    #expect(clips.allSatisfy { $0.enter == nil && $0.leave == nil })
  }

  @Test("a transition is at most half of the scenes beside it, and that is said")
  func shortened() throws {
    let short = Scene.image("wide.png") { $0.duration = .seconds(1) }
    let film = try FilmFixture([short, .image("wide.png")]).build()
    let clips = try #require(film.timeline.layers.first).clips
    #expect(clips[1].enter?.duration == .s(0.5))
    #expect(clips[0].end == .s(1.5))
    #expect(
      film.warnings == [
        Film.Warning(
          message: "the transition to scene 2 is shortened to 500ms: one of the scenes beside it "
            + "is only 1000ms long", field: "transition")
      ])
  }

  @Test("without scenes the narration is a film of sound alone")
  func soundAlone() throws {
    var fixture = FilmFixture().spoken("three.wav", "four.wav")
    fixture.options.fadeOut = .seconds(1)
    let film = try fixture.build()
    #expect(!film.timeline.hasPicture)
    #expect(film.timeline.duration == .s(7))
    #expect(film.timeline.tracks.map(\.name) == ["narration"])
  }

  @Test(
    "a decimal frame rate is taken as the fraction that is meant",
    arguments: [
      (30.0, 30, 1), (29.97, 30_000, 1001), (23.976, 24_000, 1001), (23.98, 24_000, 1001),
      (59.94, 60_000, 1001), (119.88, 120_000, 1001), (25, 25, 1), (12.5, 25, 2), (24, 24, 1),
      (59.94006, 60_000, 1001),
    ])
  func frameRates(written: Double, numerator: Int, denominator: Int) {
    #expect(FrameRate(nominal: written) == FrameRate(numerator, per: denominator))
  }

  @Test("scenes of a fractional frame rate begin exactly on frames")
  func fractionalFrames() throws {
    var fixture = FilmFixture((0..<50).map { _ in .image("wide.png") })
    fixture.options.frameRate = 29.97
    fixture.material.narration = (0..<50).map { _ in .named("odd.wav") }
    let timeline = try fixture.build().timeline
    let rate = timeline.canvas.frameRate
    for clip in try #require(timeline.layers.first).clips {
      #expect(rate.time(ofFrame: rate.frame(at: clip.at)) == clip.at)
    }
    #expect(timeline.frameCount == 50 * 31)
  }
}
