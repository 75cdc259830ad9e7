import Pipeline

/// What a film is made of besides the settings.
struct FilmMaterial {
  var narration: [FileReference] = []
  var pictures: [FileReference] = []
  var music: FileReference?
  var background: FileReference?
  /// About every file, those named in the settings too.
  var facts: [Digest: MediaFacts] = [:]
}

/// What composing needs to know about a file.
struct MediaFacts: Hashable {
  /// As it is shown; nil for a file without a picture.
  var pixels: PixelSize?
  var isStill = false
  var hasAlpha = false
  /// Nil for a still picture, a file without a picture, and where the file does not say.
  var videoDuration: MediaTime?
  /// Nil for a file without sound.
  var soundDuration: MediaTime?

  var hasPicture: Bool { pixels != nil }
  var hasSound: Bool { soundDuration != nil }
  var isVideo: Bool { hasPicture && !isStill }
  /// What it is, for messages.
  var noun: String { isVideo ? "a video" : hasPicture ? "a picture" : "a sound" }

  /// As if there were nothing else in the file.
  func used(as kind: ElementKind?) -> MediaFacts {
    kind == .audio ? MediaFacts(soundDuration: soundDuration) : self
  }
}

/// A film and what its author should know about it.
struct Film {
  struct Warning: Hashable {
    var message: String
    /// The setting at fault, as written in YAML.
    var field: String?
  }

  var timeline: Timeline
  var warnings: [Warning]
}
