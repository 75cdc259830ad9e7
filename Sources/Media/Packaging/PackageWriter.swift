import FFmpeg
public import Foundation
public import Pipeline

/// What a render is to produce.
public enum RenderOutput: Sendable, Hashable {
  /// One file, which appears complete or not at all.
  case file(URL, Container)
  /// A folder with an HLS package; the folder must exist and be empty.
  case hls(URL)
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
