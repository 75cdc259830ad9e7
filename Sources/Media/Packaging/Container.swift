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

  /// Players can begin before the whole file is there: its index stands in front of the data, in room that is kept
  /// free for it, so that nothing is written twice.
  func muxerOptions(
    for contents: FilmContents, _ metadata: FilmMetadata
  ) -> [String: String] {
    self == .mkv ? [:] : ["moov_size": String(indexSize(for: contents) + metadata.byteCount)]
  }

  /// How long sound and pictures lie together. Short stretches make the index of an MP4 large.
  var stretch: MediaTime { self == .mkv ? MediaTime(ticks: 1) : MediaTime(milliseconds: 500) }

  /// An upper bound of the `moov` box (ISO/IEC 14496-12), of which little stays unused.
  ///
  /// A picture takes a size (4 bytes) and at most one run of composition offsets (8), a keyframe 4, a packet of sound
  /// 4. A stretch, or a mebibyte of it at which FFmpeg divides, takes an offset (8) and at most one run of equal counts
  /// (12). Everything else has the same size whatever the film.
  private func indexSize(for contents: FilmContents) -> Int {
    let soundPackets = contents.samples / 1024 + 8
    return 3072 + contents.pictures * 12 + contents.keyframes * 4 + soundPackets * 4
      + (contents.stretches * 2 + contents.byteCount / (1 << 19)) * 20
  }
}

extension FilmMetadata {
  /// An upper bound of what the tags take in an index: each is a text in boxes of its own.
  fileprivate var byteCount: Int {
    tags.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 64 }
  }
}
