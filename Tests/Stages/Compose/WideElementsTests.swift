import Pipeline
import TestSupport
import Testing

@testable import ComposeStage

@Suite("Compose: what is there for the whole film", .timeLimit(.minutes(5)))
struct WideElementsTests {
  private func names(_ layers: [Layer]) -> [[String]] {
    layers.map { $0.clips.map { $0.source.file?.name ?? "colour" } }
  }

  @Test("a backdrop lies behind all scenes, higher ones over lower ones")
  func backdrop() throws {
    var fixture = FilmFixture([.image("small.png") { $0.width = 20 }, .image("wide.png")])
    fixture.options.backdrop = [
      .file("mute.mp4") {
        $0.zIndex = 2
        $0.loop = true
      }, .file("logo.png") { $0.zIndex = -1 }, .file("small.png") { $0.zIndex = 2 },
    ]
    let timeline = try fixture.build().timeline
    #expect(
      names(timeline.layers) == [
        ["logo.png", "mute.mp4", "small.png"], ["small.png", "wide.png"],
      ])
    #expect(timeline.layers[0].clips.map(\.duration) == [.s(10), .s(10), .s(10)])
    #expect(timeline.layers[0].clips.map(\.loops) == [false, true, false])
    // As over the background of the film, scenes fade away instead of hiding it.
    #expect(timeline.layers[1].clips.map(\.enter?.duration) == [nil, .s(1)])
  }

  @Test("elements of the film lie among those of the scenes, over those of the same z-index")
  func elements() throws {
    let scene = Scene.image("wide.png") {
      $0.elements = [.file("logo.png"), .file("tall.png") { $0.zIndex = 3 }]
    }
    var fixture = FilmFixture([scene, .image("wide.png")])
    fixture.options.elements = [
      .file("small.png"), .file("mute.mp4") { $0.zIndex = -5 },
      .file("music.mp3") { $0.volume = 1 },
    ]
    let timeline = try fixture.build().timeline
    #expect(
      names(timeline.layers) == [
        ["wide.png", "wide.png"], ["mute.mp4"], ["logo.png", "small.png"], ["tall.png"],
      ])
    #expect(timeline.layers[2].clips.map(\.duration) == [.s(6), .s(10)])
    #expect(timeline.track("clips")?.clips.map(\.duration) == [.s(10)])
    #expect(timeline.marks.map(\.path).contains("with.elements[2]"))
  }

  @Test("the sound of a backdrop is heard as loud as wanted, and not at all at 0")
  func sound() throws {
    var fixture = FilmFixture([.image("wide.png")])
    fixture.options.backdrop = [.file("clip.mp4") { $0.volume = 0.5 }]
    #expect(try fixture.build().timeline.tracks.flatMap(\.clips).map(\.gain) == [-6.02])
    fixture.options.backdrop[0].volume = 0
    #expect(try fixture.build().timeline.tracks.isEmpty)
  }

  @Test("a scene may be empty where something is seen all the time")
  func emptyScenes() throws {
    var fixture = FilmFixture([Scene()])
    #expect(fixture.problems().count == 1)
    fixture.options.elements = [.file("music.mp3")]
    #expect(fixture.problems().count == 1)
    fixture.options.elements = [.file("logo.png")]
    #expect(try fixture.build().timeline.duration == .s(5))
    fixture.options.elements = []
    fixture.options.backdrop = [.file("mute.mp4")]
    #expect(try fixture.build().timeline.layers.count == 1)
  }

  @Test("a backdrop without a picture is refused")
  func soundBehind() {
    var fixture = FilmFixture([.image("wide.png")])
    fixture.options.backdrop = [.file("music.mp3") { $0.name = "sea" }]
    #expect(fixture.problems() == ["backdrop, element `sea`: `music.mp3` has no picture"])
    let error = #expect(throws: StageError.self) { try fixture.build() }
    #expect(error?.field == "backdrop")
  }

  @Test("what there is to say about elements of the film is said of them")
  func warnings() throws {
    var fixture = FilmFixture([.image("wide.png") { $0.duration = .seconds(2) }])
    fixture.options.elements = [.file("logo.png") { $0.duration = .seconds(3) }]
    fixture.options.backdrop = [.file("small.png") { $0.width = 80 }]
    #expect(
      try fixture.build().warnings == [
        Film.Warning(
          message: "backdrop, element 1: `small.png` has 20x10 pixels and is enlarged 4 times; it "
            + "will look soft", field: "backdrop"),
        Film.Warning(
          message: "element 1: `logo.png` ends 1000ms early, with its film of 2000ms",
          field: "elements"),
      ])
  }

  @Test(
    "a file is what its kind says",
    arguments: [
      (ElementKind.image, "clip.mp4", "`clip.mp4` is a video, not a picture"),
      (.image, "music.mp3", "`music.mp3` is a sound, not a picture"),
      (.video, "wide.png", "`wide.png` is a picture, not a video"),
      (.audio, "wide.png", "`wide.png` has no sound"),
      (.audio, "mute.mp4", "`mute.mp4` has no sound"),
      (.audio, "empty.wav", "`empty.wav` is empty, it lasts 0s"), (.image, "wide.png", nil),
      (.video, "clip.mp4", nil), (.audio, "three.wav", nil), (.audio, "clip.mp4", nil),
    ] as [(ElementKind, String, String?)])
  func kinds(kind: ElementKind, file: String, problem: String?) {
    var scene = Scene.colour { $0.elements = [.file(file) { $0.kind = kind }] }
    scene.name = "intro"
    let expected = problem.map { ["scene `intro`, element 1: \($0)"] } ?? []
    #expect(FilmFixture([scene]).problems() == expected)
  }

  @Test("as a sound a video is heard and not seen")
  func videoAsSound() throws {
    let scene = Scene.colour { $0.elements = [.file("clip.mp4") { $0.kind = .audio }] }
    let timeline = try FilmFixture([scene]).build().timeline
    #expect(names(timeline.layers) == [["colour"]])
    #expect(timeline.tracks.flatMap(\.clips).count == 1)
    #expect(timeline.duration == .s(5))
  }

  @Test(
    "a scene that lasts as long as its sound does so to its very end",
    arguments: [
      (["three.wav"], 3), (["three.wav", "four.wav"], 4), (["four.wav", "mute.mp4"], 4),
      (["small.png"], 5), (["mute.mp4"], 6),
    ] as [([String], Double)])
  func lengths(files: [String], seconds: Double) throws {
    let scene = Scene.colour {
      $0.lasts = .sound
      $0.elements = files.map { .file($0) }
    }
    #expect(try FilmFixture([scene]).build().timeline.duration == .s(seconds))
  }

  @Test("a sound counts as long as it is heard, whatever pictures want")
  func heard() throws {
    func length(_ change: (inout SceneElement) -> Void) throws -> Double {
      let scene = Scene.colour {
        $0.lasts = .sound
        $0.elements = [
          .file("three.wav", change), .file("wide.png") { $0.duration = .seconds(9) },
        ]
      }
      return try FilmFixture([scene]).build().timeline.duration.seconds
    }
    #expect(try length { _ in } == 3)
    #expect(try length { $0.duration = .seconds(2) } == 2)
    #expect(try length { $0.duration = .seconds(8) } == 3)
    #expect(
      try length {
        $0.duration = .seconds(8)
        $0.loop = true
      } == 8)
    #expect(try length { $0.start = .seconds(1) } == 4)
    #expect(try length { $0.speed = 2 } == 1.52, "to the next frame")
  }

  @Test("a sound fades out at its own end, not at that of its scene")
  func fadeOfSound() throws {
    let scene = Scene.colour {
      $0.duration = .seconds(10)
      $0.elements = [.file("three.wav") { $0.fadeOut = .seconds(1) }]
    }
    let clip = try #require(
      try FilmFixture([scene]).build().timeline.tracks.flatMap(\.clips).first)
    #expect(clip.duration == .s(3) && clip.fadeOut == .s(1))
  }

  @Test("fades that leave each other room are as long as wanted; shortened ones are told")
  func fades() throws {
    func film(_ fadeIn: Int, _ fadeOut: Int) throws -> Film {
      let scene = Scene.colour {
        $0.duration = .seconds(4)
        $0.elements = [
          .file("small.png") {
            $0.fadeIn = .seconds(fadeIn)
            $0.fadeOut = .seconds(fadeOut)
          }
        ]
      }
      return try FilmFixture([scene]).build()
    }
    let roomy = try film(3, 1)
    #expect(roomy.timeline.layers.last?.clips.first?.enter?.duration == .s(3))
    #expect(roomy.warnings.isEmpty)
    let narrow = try film(3, 2)
    #expect(narrow.timeline.layers.last?.clips.first?.enter?.duration == .s(2))
    #expect(
      narrow.warnings.map(\.message) == [
        "scene 1, element 1: `small.png` is there for 4000ms only; its fades are shortened"
      ])
  }
}
