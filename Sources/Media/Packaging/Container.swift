public import Pipeline

/// A kind of file that holds a whole film.
public enum Container: String, FieldChoice {
  case mp4, m4a, mov, mkv

  public static let summaries: [String: String] = [
    "mp4": "plays everywhere", "m4a": "sound alone", "mov": "for Apple's editors",
    "mkv": "Matroska",
  ]

  public var fileExtension: String { rawValue }
  public var holdsPictures: Bool { self != .m4a }

  /// FFmpeg's name of the muxer.
  var format: String {
    switch self {
    case .mp4: "mp4"
    case .m4a: "ipod"
    case .mov: "mov"
    case .mkv: "matroska"
    }
  }

  /// Players can begin before the whole file is there.
  var muxerOptions: [String: String] { self == .mkv ? [:] : ["movflags": "+faststart"] }
}
