import FFmpeg
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
  /// How many media segments there are; 0 for a single file.
  public var segmentCount: Int
}

/// A segment of an HLS package that can be played, while others are still being made.
public struct ReadySegment: Sendable, Hashable {
  /// From 0.
  public var index: Int
  /// Complete; it does not change any more.
  public var file: URL
  /// The media playlist, which names this segment and all before it. It is replaced when the next one is ready.
  public var playlist: URL
  /// On the film's clock.
  public var start: MediaTime
  public var duration: MediaTime
}

/// The streams of a film as they come out of the encoders.
struct FilmStreams {
  var video: CodecParameters?
  var audio: CodecParameters?
  var size: PixelSize
  var frameRate: FrameRate
  var duration: MediaTime
  var segmentDuration: MediaTime

  /// In the order in which muxers know them.
  var parameters: [CodecParameters] { [video, audio].compactMap { $0 } }

  func index(of stream: FilmPacket.Stream) -> Int {
    stream == .audio && video != nil ? 1 : 0
  }
}

struct FilmPacket: Sendable {
  enum Stream: Sendable { case video, audio }

  let packet: Packet
  let stream: Stream
  /// When it is shown or heard.
  let time: MediaTime
  /// Where it belongs among the packets of the other stream: decoding order, but a frame that begins a segment comes
  /// after all sound before it.
  let order: MediaTime
  let duration: MediaTime
}

/// Writes one output. One thread.
protocol PackageWriter: AnyObject {
  /// Packets come in order of decoding, streams interleaved.
  func write(_ packet: FilmPacket) throws(MediaError)
  /// Makes the output appear.
  func finish() throws(MediaError) -> RenderedPackage
  /// Removes what was written. Called instead of `finish`, or after it threw.
  func abandon()
}
