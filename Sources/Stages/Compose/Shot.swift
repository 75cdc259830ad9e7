import Pipeline

/// A scene together with what was found out about its files.
struct Shot {
  struct Picture {
    var file: FileReference
    var facts: MediaFacts
    /// Nil is the whole canvas.
    var frame: PixelRect?
    var fit: Fit
    var look = Look()

    /// True when nothing behind it can be seen on `canvas`.
    func hides(_ canvas: PixelSize) -> Bool {
      guard !facts.hasAlpha, !look.mayBeTransparent, let pixels = facts.pixels else { return false }
      let frame = frame ?? PixelRect(x: 0, y: 0, width: canvas.width, height: canvas.height)
      guard frame.covers(canvas) else { return false }
      return switch fit {
      case .cover, .stretch, .blur: true
      case _ where look.motion != nil: false
      case .contain: pixels.width * frame.height == pixels.height * frame.width
      case .fit, .center: pixels == PixelSize(width: frame.width, height: frame.height)
      }
    }

    /// How many times it is enlarged; at most 1 when it is not.
    func enlargement(on canvas: PixelSize) -> Double {
      guard let pixels = facts.pixels, fit != .center, fit != .fit else { return 1 }
      let horizontal = Double(frame?.width ?? canvas.width) / Double(max(1, pixels.width))
      let vertical = Double(frame?.height ?? canvas.height) / Double(max(1, pixels.height))
      return fit == .contain || fit == .blur ? min(horizontal, vertical) : max(horizontal, vertical)
    }
  }

  /// What is done to a picture.
  struct Look {
    var speed = 1.0
    var motion: Motion?
    var path: [Keyframe<Area>] = []
    var opacityKeys: [Keyframe<Double>] = []
    var border: Border?
    var key: ChromaKey?
    var effects: [Effect] = []

    var mayBeTransparent: Bool {
      key != nil || !path.isEmpty || !opacityKeys.isEmpty || border != nil
    }

    func apply(to clip: inout Clip) {
      clip.speed = speed == 1 ? nil : speed
      clip.motion = motion
      clip.path = path.isEmpty ? nil : path
      clip.opacityKeys = opacityKeys.isEmpty ? nil : opacityKeys
      clip.border = border
      clip.key = key
      clip.effects = effects.isEmpty ? nil : effects
    }
  }

  struct Narration {
    var file: FileReference
    var duration: MediaTime
  }

  struct Element {
    var label: String
    var settings: SceneElement
    var facts: MediaFacts
    /// Nil for a sound.
    var picture: Picture?

    /// When a sound of the scene has ended; nil for what is no sound.
    var heard: MediaTime? {
      guard picture == nil, let length = facts.soundDuration else { return nil }
      let once = length.played(at: settings.speed)
      let wanted = settings.duration.map { MediaTime($0) } ?? once
      return MediaTime(settings.start) + (settings.loop ? wanted : min(wanted, once))
    }
  }

  /// For messages, such as `scene 2 ("The river bends…")`.
  var label: String
  var scene: Scene
  var picture: Picture?
  var narration: Narration?
  var elements: [Element] = []

  static func label(_ index: Int, _ scene: Scene) -> String {
    if let name = scene.name { return "scene `\(name)`" }
    let words = (scene.narration ?? "").split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty else { return "scene \(index + 1)" }
    let beginning = words.prefix(5).joined(separator: " ").prefix(40)
    let isWhole = words.count <= 5 && beginning.count < 40
    return "scene \(index + 1) (\"\(beginning)\(isWhole ? "" : "…")\")"
  }
}
