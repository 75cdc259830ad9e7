import Pipeline
import TestSupport

@testable import ComposeStage

/// Settings and facts for the pure part of `compose`: no file is read.
struct FilmFixture {
  var options = Compose.Options()
  var material = FilmMaterial()

  /// A film of small round numbers: 100x50 at 25 frames per second, no pauses, one second of cross-fade.
  init(_ scenes: [Scene] = []) {
    options.scenes = scenes
    options.size = PixelSize(width: 100, height: 50)
    options.frameRate = 25
    options.lead = .zero
    options.tail = .zero
    options.transition.duration = .seconds(1)
  }

  static let files: [String: MediaFacts] = [
    "wide.png": MediaFacts(pixels: PixelSize(width: 200, height: 100), isStill: true),
    "tall.png": MediaFacts(pixels: PixelSize(width: 50, height: 100), isStill: true),
    "small.png": MediaFacts(pixels: PixelSize(width: 20, height: 10), isStill: true),
    "logo.png": MediaFacts(pixels: PixelSize(width: 20, height: 10), isStill: true, hasAlpha: true),
    "clip.mp4": MediaFacts(
      pixels: PixelSize(width: 100, height: 50), videoDuration: .s(8), soundDuration: .s(8)),
    "mute.mp4": MediaFacts(pixels: PixelSize(width: 100, height: 50), videoDuration: .s(6)),
    "live.mkv": MediaFacts(pixels: PixelSize(width: 100, height: 50)),
    "three.wav": MediaFacts(soundDuration: .s(3)),
    "four.wav": MediaFacts(soundDuration: .s(4)),
    "odd.wav": MediaFacts(soundDuration: MediaTime(milliseconds: 1010)),
    "empty.wav": MediaFacts(soundDuration: .zero),
    "music.mp3": MediaFacts(soundDuration: .s(60)),
  ]

  func build() throws -> Film {
    var material = material
    for (name, facts) in Self.files { material.facts[.of(name)] = facts }
    return try FilmBuilder(options, material).build()
  }

  func problems() -> [String] {
    do {
      _ = try build()
      return []
    } catch let error as StageError {
      return error.message.split(separator: "\n").map(String.init)
    } catch {
      return ["\(error)"]
    }
  }

  func showing(_ names: String...) -> FilmFixture {
    var copy = self
    copy.material.pictures = names.map { .named($0) }
    return copy
  }

  func spoken(_ names: String...) -> FilmFixture {
    var copy = self
    copy.material.narration = names.map { .named($0) }
    return copy
  }
}

extension MediaTime {
  static func s(_ seconds: Double) -> MediaTime { MediaTime(seconds: seconds) }
}

extension Scene {
  static func image(_ name: String, _ change: (inout Scene) -> Void = { _ in }) -> Scene {
    var scene = Scene()
    scene.image = ImageFile(.named(name))
    change(&scene)
    return scene
  }

  static func video(_ name: String, _ change: (inout Scene) -> Void = { _ in }) -> Scene {
    var scene = Scene()
    scene.video = MediaFile(.named(name))
    change(&scene)
    return scene
  }

  static func colour(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
    var scene = Scene()
    scene.background = .white
    change(&scene)
    return scene
  }
}

extension SceneElement {
  static func file(_ name: String, _ change: (inout SceneElement) -> Void = { _ in })
    -> SceneElement
  {
    var element = SceneElement()
    element.file = MediaFile(.named(name))
    change(&element)
    return element
  }
}

extension Timeline {
  func track(_ name: String) -> AudioTrack? { tracks.first { $0.name == name } }
}
