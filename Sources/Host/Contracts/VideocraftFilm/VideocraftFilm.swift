import Pipeline

/// One project of a request: a film, with everything in it checked.
struct VideocraftFilm: Sendable, Hashable {
  /// The pipeline that makes it.
  static let pipeline = "videocraft"

  /// Where in the body it stands; empty for a body that is one project.
  var path: [String] = []
  var comment: String?
  var size = FilmSize.usual
  var quality = FilmQuality.medium
  var scenes: [FilmScene] = []
  /// Those of the whole film, without the subtitles.
  var elements: [FilmElement] = []
  var subtitles: FilmSubtitles?
}

/// A stretch of the film.
struct FilmScene: Sendable, Hashable {
  var path: [String]
  var id: String?
  var background: Colour?
  var elements: [FilmElement] = []
}

/// Something that is seen or heard.
struct FilmElement: Sendable, Hashable {
  enum Kind: String, Sendable, Hashable, CaseIterable {
    case video, audio, image, subtitles
  }

  /// What `resize` can be.
  static let fits: [Fit] = [.cover, .contain, .fit, .stretch, .center]

  var kind: Kind
  var path: [String]
  var src: String
  var id: String?
  /// Pixels.
  var x: Int?
  var y: Int?
  var width: Int?
  var height: Int?
  var zIndex: Int?
  var volume: Double?
  var fit: Fit?
  /// Seconds, as the fades.
  var duration: Double?
  var language: String?
  var fadeIn: Double?
  var fadeOut: Double?
  var loop: Bool?

  /// Whether anything of it can be heard, were it in a scene.
  var isAudible: Bool { kind != .image && volume != 0 }
}

/// How much the picture may lose.
enum FilmQuality: String, Sendable, Hashable, CaseIterable {
  case low, medium, high

  /// Of the encoder, 0 to 51; less is better.
  var rateFactor: Double {
    switch self {
    case .low: 28
    case .medium: 22
    case .high: 18
    }
  }

  /// Of the encoder: slower ones make smaller files of the same quality.
  var preset: String { self == .high ? "fast" : "veryfast" }
}

/// The sizes that `resolution` names.
enum FilmSize {
  static let usual = PixelSize(width: 1920, height: 1080)

  /// Those of the platforms that films are made for; heights that are odd there are one line higher.
  static let named: [(name: String, size: PixelSize)] = [
    ("sd", PixelSize(width: 640, height: 360)), ("hd", PixelSize(width: 1280, height: 720)),
    ("full-hd", usual), ("squared", PixelSize(width: 1080, height: 1080)),
    ("instagram-story", PixelSize(width: 1080, height: 1920)),
    ("instagram-feed", PixelSize(width: 1080, height: 1080)),
    ("twitter-landscape", PixelSize(width: 1200, height: 676)),
    ("twitter-portrait", PixelSize(width: 1080, height: 1350)),
  ]

  static let custom = "custom"

  static var namesText: String {
    named.map { "`\($0.name)`" }.joined(separator: ", ") + ", or `720p` and the like"
  }

  /// Nil for what is neither a name nor a size.
  static func read(_ text: String) -> PixelSize? {
    let name = text.lowercased()
    return named.first { $0.name == name }?.size ?? PixelSize(name)
  }
}
