import FFmpeg
import Foundation
import Pipeline
import Threads

/// The first picture of a file with what is needed to show it upright.
struct StillPicture {
  let frame: Frame
  let stream: StreamInfo
  let orientation: Orientation

  var displaySize: PixelSize {
    PixelSize(
      displaying: PixelSize(width: frame.width, height: frame.height), aspect: frame.pixelAspect,
      orientation: orientation)
  }

  /// Blocks until the picture is decoded.
  static func decode(
    _ url: URL, as name: String, cancellation: CancellationFlag?
  ) throws(MediaError) -> StillPicture {
    var demuxer = try reading(name) { () throws(FFmpegError) in
      try Demuxer.open(url, cancellation: cancellation)
    }
    return try decode(&demuxer, as: name)
  }

  /// The same of a file that is open and of which nothing was read.
  static func decode(
    _ demuxer: inout Demuxer, as name: String
  ) throws(MediaError) -> StillPicture {
    guard let stream = demuxer.bestStream(.video) else {
      throw MediaError(.noPicture, "`\(name)` has no picture in it")
    }
    let frame = try reading(name) { () throws(FFmpegError) in
      try firstFrame(of: stream, in: &demuxer)
    }
    guard let frame else {
      throw MediaError(
        .unreadable, "`\(name)` cannot be read as a picture: it is damaged or cut short")
    }
    return StillPicture(
      frame: frame, stream: stream, orientation: frame.orientation ?? stream.orientation)
  }

  private static func firstFrame(
    of stream: StreamInfo, in demuxer: inout Demuxer
  ) throws(FFmpegError) -> Frame? {
    demuxer.select([stream])
    var decoder = try demuxer.decoder(for: stream, threads: 1)
    while true {
      let packet = try demuxer.read()
      guard packet == nil || packet?.streamIndex == stream.index else { continue }
      _ = try decoder.send(packet)
      if case .frame(let frame) = try decoder.receive() { return frame }
      if packet == nil { return nil }
    }
  }
}
