import FFmpeg
import Pipeline

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
