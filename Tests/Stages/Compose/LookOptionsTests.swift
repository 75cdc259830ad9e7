import Pipeline
import TestSupport
import Testing

@testable import ComposeStage

@Suite("Compose: looks, transitions and texts", .timeLimit(.minutes(5)))
struct LookOptionsTests {
  private func clips(_ scenes: [Scene], _ change: (inout FilmFixture) -> Void = { _ in }) throws
    -> [[Clip]]
  {
    var fixture = FilmFixture(scenes)
    change(&fixture)
    return try fixture.build().timeline.layers.map(\.clips)
  }

  private let whole = PixelRect(x: 0, y: 0, width: 100, height: 50)

  @Test("a transition goes by the film's kind, or the scene's own, over the whole canvas")
  func kinds() throws {
    let scenes: [Scene] = [
      .image("wide.png"), .image("wide.png"),
      .image("wide.png") {
        $0.transition = SceneTransition()
        $0.transition?.kind = .circle
        $0.transition?.duration = .seconds(2)
      },
      .image("wide.png") {
        $0.transition = SceneTransition()
        $0.transition?.kind = .cut
      },
    ]
    let layer = try clips(scenes) { $0.options.transition.kind = .wipeUp }[0]
    #expect(layer.map(\.enter?.kind) == [nil, .wipeUp, .circle, nil])
    #expect(layer.map(\.enter?.duration) == [nil, .s(1), .s(2), nil])
    #expect(layer.map(\.enter?.area) == [nil, whole, whole, nil])
    #expect(layer.map(\.leave) == [nil, nil, nil, nil])
  }

  @Test("a slide takes the last scene with it, its elements and texts too")
  func push() throws {
    let first = Scene.image("wide.png") {
      $0.elements = [.file("logo.png")]
      $0.texts = [.words("Hello")]
    }
    let layers = try clips([first, .image("wide.png")]) {
      $0.options.transition.kind = .slideLeft
    }
    #expect(layers.count == 3)
    for layer in layers {
      #expect(layer[0].leave?.kind == .slideLeft)
      #expect(layer[0].leave?.area == whole)
      #expect(layer[0].end == .s(6))
    }
    #expect(layers[0][1].enter?.kind == .slideLeft)
  }

  @Test("an element comes and goes as it is told, over its own frame")
  func elementKinds() throws {
    let scene = Scene.image("wide.png") {
      $0.elements = [
        .file("logo.png") {
          $0.enter = .slideUp
          $0.leave = .dissolve
          $0.fadeOut = .seconds(1)
        }
      ]
    }
    let clip = try clips([scene])[1][0]
    #expect(clip.enter == Transition(kind: .slideUp, duration: .s(0.5)))
    #expect(clip.leave == Transition(kind: .dissolve, duration: .s(1)))
  }

  @Test("what an author says of a picture is in the film, and nothing else")
  func looks() throws {
    let scene = Scene.image("wide.png") {
      $0.motion = MotionOptions()
      $0.motion?.kind = .zoomIn
      $0.motion?.amount = 0.5
      $0.effects = ["eq=contrast=1.5", "hflip"]
      $0.elements = [
        .file("clip.mp4") { element in
          element.speed = 2
          element.cornerRadius = 8
          element.borderWidth = 2
          element.chromaKey = KeyOptions()
          element.x = 10
          element.y = 5
          element.width = 40
          element.height = 20
          element.path = [PathKey(), PathKey()]
          element.path[1].at = .seconds(1)
          element.path[1].x = 30.5
          element.opacityKeys = [OpacityKey()]
          element.gainKeys = [GainKey()]
          element.gainKeys[0].gain = -6
        }
      ]
    }
    let film = try FilmFixture([scene]).build().timeline
    let picture = film.layers[0].clips[0]
    #expect(
      picture.motion == Motion(to: Area(x: 0.25, y: 0.25, width: 0.5, height: 0.5)))
    #expect(
      picture.effects == [
        Effect(filter: "eq", settings: ["contrast": 1.5]), Effect(filter: "hflip"),
      ])
    #expect(picture.speed == nil && picture.path == nil && picture.border == nil)
    let element = film.layers[1].clips[0]
    #expect(element.speed == 2)
    #expect(element.border == Border(radius: 8, width: 2))
    #expect(element.key == ChromaKey(colour: Colour(red: 0, green: 255, blue: 0)))
    #expect(
      element.path == [
        Keyframe(at: .zero, value: Area(x: 10, y: 5, width: 40, height: 20)),
        Keyframe(at: .s(1), value: Area(x: 30.5, y: 5, width: 40, height: 20)),
      ])
    let sound = try #require(film.track("ambience")?.clips.first)
    #expect(sound.speed == 2)
    #expect(sound.gainKeys == [Keyframe(at: .zero, value: -6)])
  }

  @Test("a clip that plays faster makes its scene shorter", arguments: [(2.0, 4.0), (0.5, 16)])
  func speed(speed: Double, length: Double) throws {
    let film = try FilmFixture([.video("clip.mp4") { $0.speed = speed }]).build().timeline
    #expect(film.duration == .s(length))
    #expect(film.layers[0].clips[0].speed == speed)
  }

  @Test(
    "a motion by name begins and ends where the name says",
    arguments: [
      (MotionOptions.Kind.zoomIn, Area.whole, Area(x: 0.1, y: 0.1, width: 0.8, height: 0.8)),
      (.zoomOut, Area(x: 0.1, y: 0.1, width: 0.8, height: 0.8), .whole),
      (
        .panLeft, Area(x: 0.2, y: 0.1, width: 0.8, height: 0.8),
        Area(x: 0, y: 0.1, width: 0.8, height: 0.8)
      ),
      (
        .panDown, Area(x: 0.1, y: 0, width: 0.8, height: 0.8),
        Area(x: 0.1, y: 0.2, width: 0.8, height: 0.8)
      ),
    ])
  func motions(kind: MotionOptions.Kind, from: Area, to: Area) {
    var options = MotionOptions()
    options.kind = kind
    let motion = options.motion
    for (found, wanted) in [(motion.from, from), (motion.to, to)] {
      #expect(abs(found.x - wanted.x) < 1e-9 && abs(found.y - wanted.y) < 1e-9)
      #expect(abs(found.width - wanted.width) < 1e-9 && abs(found.height - wanted.height) < 1e-9)
    }
  }

  @Test("a gradient lies behind all scenes, or behind one")
  func gradients() throws {
    let film = try clips([.image("tall.png") { $0.fit = .contain }]) {
      $0.options.gradient = GradientOptions()
    }
    #expect(film.map { $0.map(\.source.file?.name) } == [[nil], ["tall.png"]])
    guard case .gradient = film[0][0].source else {
      Issue.record("no gradient")
      return
    }
    var scene = Scene()
    scene.gradient = GradientOptions()
    #expect(try clips([scene])[0].count == 1)
  }

  @Test("a lower third is a bar, a stripe and two lines that come and go as one")
  func lowerThird() throws {
    let scene = Scene.image("wide.png") {
      $0.texts = [
        .words("Jo Doe") {
          $0.style = .lowerThird
          $0.detail = "Pilot"
          $0.start = .seconds(1)
          $0.duration = .seconds(2)
          $0.enter = .slideRight
        }
      ]
    }
    let clips = try clips([scene])[1]
    #expect(clips.count == 4)
    #expect(Set(clips.map(\.at)) == [.s(1)] && Set(clips.map(\.duration)) == [.s(2)])
    let bar = try #require(clips[0].frame)
    #expect(clips.allSatisfy { $0.enter?.area == bar && $0.enter?.kind == .slideRight })
    let lines = clips.compactMap { clip -> TextBlock? in
      if case .text(let text) = clip.source { text } else { nil }
    }
    #expect(lines.map(\.text) == ["Jo Doe", "Pilot"])
    #expect(lines.map(\.bold) == [true, false])
    for frame in clips.compactMap(\.frame) {
      #expect(frame.x >= bar.x && frame.x + frame.width <= bar.x + bar.width)
      #expect(frame.y >= bar.y && frame.y + frame.height <= bar.y + bar.height)
    }
  }

  @Test("a scene of nothing but a text is a scene, over the colour of the film")
  func textAlone() throws {
    var scene = Scene()
    scene.texts = [.words("The end") { $0.duration = .seconds(3) }]
    let film = try FilmFixture([scene]).build().timeline
    #expect(film.duration == .s(3))
    #expect(film.hasPicture)
  }

  @Test("loudness and the music's level are in the film")
  func sound() throws {
    var fixture = FilmFixture([.image("wide.png")])
    fixture.material.music = .named("music.mp3")
    fixture.options.loudness = LoudnessOptions()
    fixture.options.musicFadeCurve = .equalPower
    fixture.options.musicGain = [GainKey()]
    let film = try fixture.build().timeline
    #expect(film.loudness == Loudness(target: -16, truePeak: -1))
    #expect(film.track("music")?.clips.first?.fadeCurve == .equalPower)
    #expect(film.track("music")?.clips.first?.gainKeys?.count == 1)
    var silent = FilmFixture([.image("wide.png")])
    silent.options.loudness = LoudnessOptions()
    let made = try silent.build()
    #expect(made.timeline.loudness == nil)
    #expect(made.warnings.map(\.message) == ["the film has no sound, `loudness` does nothing"])
  }

  struct Wrong: Sendable {
    var change: @Sendable (inout Scene) -> Void
    var message: String
  }

  @Test(
    "settings that do not go together are told before anything runs",
    arguments: [
      Wrong(
        change: { $0.motion = MotionOptions() },
        message: "scene 1: `motion` needs a `kind`, or `from` and `to`"),
      Wrong(
        change: {
          $0.motion = MotionOptions()
          $0.motion?.kind = .panUp
          $0.motion?.to = ShareRect()
        }, message: "scene 1: `motion` has a `kind`, and `from` or `to` too; leave one out"),
      Wrong(
        change: {
          $0.motion = MotionOptions()
          $0.motion?.to = ShareRect()
          $0.motion?.to?.x = 0.5
        },
        message: "scene 1: `motion`: `to` reaches beyond the picture: `x` and `width`, and `y` "
          + "and `height`, make at most 1"),
      Wrong(
        change: { $0.effects = ["eq=contrast=1", "sepia"] },
        message: "scene 1: `effects`: `sepia` is not an effect; there are"),
      Wrong(
        change: { $0.elements = [.file("logo.png") { $0.path = [PathKey(), PathKey()] }] },
        message: "scene 1, element 1: `path`: each `at` must be later than the one before"),
      Wrong(
        change: {
          $0.elements = [
            .file("logo.png") {
              $0.fit = .blur
              $0.cornerRadius = 4
            }
          ]
        },
        message: "scene 1, element 1: `fit: blur` fills a frame that stays; it does not go with "
          + "`corner-radius`"),
      Wrong(
        change: { $0.texts = [.words("a") { $0.detail = "b" }] },
        message: "scene 1, text 1: `detail` is the second line of `style: lower-third`"),
      Wrong(
        change: {
          $0.background = .white
          $0.gradient = GradientOptions()
        }, message: "scene 1: `background` and `gradient` exclude each other"),
    ])
  func wrong(_ given: Wrong) {
    var options = Compose.Options()
    options.scenes = [.image("wide.png", given.change)]
    var problems = OptionProblems()
    options.validate(&problems)
    #expect(problems.found.count == 1)
    #expect(
      problems.found.first?.message.hasPrefix(given.message) == true,
      "\(problems.found.first?.message ?? "")")
    #expect(problems.found.first?.field == "scenes")
  }
}

extension SceneText {
  static func words(_ text: String, _ change: (inout SceneText) -> Void = { _ in }) -> SceneText {
    var words = SceneText()
    words.text = text
    change(&words)
    return words
  }
}
