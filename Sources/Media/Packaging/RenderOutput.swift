public import Foundation
public import Pipeline

/// What a render is to produce.
public enum RenderOutput: Sendable, Hashable {
  /// One file with one of the encoding's renditions, which appears complete or not at all. Without a name it is the
  /// rendition with the largest pictures.
  case file(URL, Container, rendition: String? = nil)
  /// A folder with an HLS package of all renditions; the folder must exist, and nothing in it have a name that the
  /// package uses.
  case hls(URL, HLSSettings = HLSSettings())
}

/// How an HLS package is made.
public struct HLSSettings: Sendable, Hashable {
  public var format: SegmentFormat
  /// What the master playlist names besides, such as subtitles. Their files must be in the folder before the first
  /// segment is, and are not among those of the `RenderedPackage`.
  public var media: [MasterPlaylist.Media]

  public init(format: SegmentFormat = .ts, media: [MasterPlaylist.Media] = []) {
    self.format = format
    self.media = media
  }
}

/// The container of a stream's segments.
public enum SegmentFormat: String, FieldChoice {
  case ts, fmp4

  public static let summaries: [String: String] = [
    "ts": "MPEG-TS with the sound in every rendition; plays on everything that knows HLS",
    "fmp4":
      "fragmented MP4 (CMAF) with the sound stored once; smaller, not for players before 2016",
  ]
}

/// What a render has produced.
public struct RenderedPackage: Sendable, Hashable {
  /// The file, or the master playlist.
  public var entry: URL
  /// Paths of all files within the folder of `entry`, the entry first; only the entry for a single file.
  public var files: [String]
  /// How many media segments each rendition has; 0 for a single file.
  public var segmentCount: Int
  /// What `entry` holds; nil for a single file.
  public var master: MasterPlaylist?
}

/// A segment of an HLS package that can be played, while others are still being made.
public struct ReadySegment: Sendable, Hashable {
  /// From 0, in each rendition.
  public var index: Int
  /// Its name; `audio` for sound that has files of its own.
  public var rendition: String
  /// Complete; it does not change any more.
  public var file: URL
  /// The media playlist, which names this segment and all before it. It is replaced when the next one is ready. The
  /// master playlist is there too.
  public var playlist: URL
  /// On the film's clock.
  public var start: MediaTime
  public var duration: MediaTime
  public var form: StreamForm
}

/// What a client must know of a rendition; the same for all of its segments.
public struct StreamForm: Sendable, Hashable {
  /// Sound that plays along with all renditions of pictures.
  public var isSoundForAll: Bool
  /// Seconds.
  public var targetDuration: Int
  /// By RFC 6381.
  public var codecs: [String]
  /// Of the pictures; nil without any, as is their rate.
  public var size: PixelSize?
  public var frameRate: FrameRate?
  /// What is read before any segment; nil where each segment can be played by itself.
  public var header: URL?
}
