import Pipeline
import TestSupport
import Testing

@testable import ComposeStage

@Suite("Compose: what is wrong", .timeLimit(.minutes(5)))
struct ComposeProblemsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var fixture: FilmFixture
    var problems: [String]

    var testDescription: String { problems.first ?? "" }
  }

  @Test(
    "a film that cannot be made says which scene and why",
    arguments: [
      Case(
        fixture: FilmFixture(),
        problems: [
          "there is nothing to make a film of: give it `scenes`, `pictures` or `narration`"
        ]),
      Case(
        fixture: FilmFixture([.image("wide.png"), .image("wide.png"), .image("wide.png")])
          .spoken("three.wav", "four.wav"),
        problems: [
          "the narration has 2 sounds for 3 scenes; it needs one for each scene, in order"
        ]),
      Case(
        fixture: FilmFixture([
          .image("wide.png"), Scene(narrating: "The river bends to the north-east here"),
        ]),
        problems: [
          "scene 2 (\"The river bends to the…\") has nothing to show: give it `image`, `video`, "
            + "`background` or `elements`"
        ]),
      Case(
        fixture: FilmFixture([.image("clip.mp4"), .video("wide.png"), .video("three.wav")]),
        problems: [
          "scene 1: `clip.mp4` is a video; write `video` in place of `image`",
          "scene 2: `wide.png` is a picture; write `image` in place of `video`",
          "scene 3: `three.wav` has no picture; as a sound it goes to `audio`",
        ]),
      Case(
        fixture: FilmFixture([
          .image("wide.png") {
            $0.video = MediaFile(.named("clip.mp4"))
            $0.audio = AudioFile(.named("mute.mp4"))
          }
        ]),
        problems: [
          "scene 1: `mute.mp4` has no sound and cannot be its narration",
          "scene 1 has both `image` and `video`; put one of them into its `elements`",
        ]),
      Case(
        fixture: FilmFixture([
          .image("wide.png") { $0.audio = AudioFile(.named("four.wav")) }
        ]).spoken("three.wav"),
        problems: [
          "scene 1 has `audio`, and the `narration` input has a sound for it too; leave one out"
        ]),
      Case(
        fixture: FilmFixture([.image("wide.png")]).spoken("empty.wav"),
        problems: ["scene 1: the narration `empty.wav` is empty, it lasts 0s"]),
      Case(
        fixture: FilmFixture([
          .image("wide.png") {
            $0.x = 100
            $0.elements = [.file("logo.png") { $0.y = -10 }]
          }
        ]),
        problems: [
          "scene 1: `wide.png` is outside the picture: it would be at 100, 0 with 100x50 pixels, "
            + "and the film has 100x50",
          "scene 1, element 1: `logo.png` is outside the picture: it would be at 40, -10 with "
            + "20x10 pixels, and the film has 100x50",
        ]),
      Case(
        fixture: FilmFixture([.image("wide.png")]).showing("tall.png"),
        problems: ["there are `scenes`, and the input `pictures` is connected too; leave one out"]),
      Case(
        fixture: FilmFixture([.video("live.mkv")]),
        problems: ["scene 1: `live.mkv` does not say how long it is; give the scene a `duration`"]),
      Case(
        fixture: FilmFixture([
          .image("wide.png") { $0.duration = .seconds(86_000) },
          .image("wide.png") { $0.duration = .seconds(500) },
        ]),
        problems: ["the film would last 24h1m40s; at most a day is possible"]),
    ])
  func problems(_ given: Case) {
    #expect(given.fixture.problems() == given.problems)
  }

  @Test("music without sound and a background without a picture are refused")
  func otherInputs() {
    var fixture = FilmFixture([.image("wide.png")])
    fixture.material.music = .named("mute.mp4")
    fixture.material.background = .named("music.mp3")
    #expect(
      fixture.problems() == [
        "the music `mute.mp4` has no sound", "the background `music.mp3` has no picture",
      ])
  }

  @Test("what has no effect or will not look good is said, and the film is made all the same")
  func warnings() throws {
    let scenes: [Scene] = [
      .image("small.png") {
        $0.loop = true
        $0.volume = 1
      },
      .colour { $0.x = 10 },
      .image("wide.png") {
        $0.narration = "Nobody says this"
        $0.elements = [
          .file("odd.wav") { $0.width = 10 }, .file("logo.png") { $0.start = .seconds(50) },
          .file("logo.png") {
            $0.start = .seconds(1)
            $0.duration = .seconds(5)
          },
        ]
        $0.duration = .seconds(4)
      },
    ]
    #expect(
      try FilmFixture(scenes).build().warnings.map(\.message) == [
        "scene 1: `small.png` has no sound, `volume` does nothing",
        "scene 1: `small.png` is a still picture, `loop` does nothing",
        "scene 1: `small.png` has 20x10 pixels and is enlarged 5 times; it will look soft",
        "scene 2 has no picture that `x`, `y`, `width` or `height` could place",
        "scene 3 (\"Nobody says this\"), element 1: `odd.wav` is a sound; `x`, `y`, `width` and "
          + "`height` do nothing",
        "scene 3 (\"Nobody says this\") will not be spoken: there is narration text, but no sound "
          + "in `audio` or from the `narration` input",
        "scene 3 (\"Nobody says this\"), element 2: `logo.png` is never seen or heard: it starts at "
          + "50000ms, and the scene lasts 4000ms",
        "scene 3 (\"Nobody says this\"), element 3: `logo.png` ends 2000ms early, with its scene "
          + "of 4000ms",
      ])
  }

  @Test("a size with an odd side and a see-through background are refused before anything runs")
  func options() {
    var options = Compose.Options()
    options.size = PixelSize(width: 1081, height: 1920)
    options.background = Colour(red: 0, green: 0, blue: 0, alpha: 10)
    var problems = OptionProblems()
    options.validate(&problems)
    options.size = PixelSize(width: 8, height: 10_000)
    options.background = .black
    options.validate(&problems)
    #expect(problems.found.map(\.field) == ["size", "background", "size"])
    #expect(
      problems.found.last?.message == "both sides must be 16 to 8192 pixels, found 8x10000")
    #expect(
      problems.found.first?.message
        == "both sides must be even, found 1081x1920; 1080x1920 would do")
  }
}

extension Scene {
  fileprivate init(narrating text: String) {
    self.init()
    narration = text
  }
}
