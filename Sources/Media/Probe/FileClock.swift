import FFmpeg
import Pipeline

/// When a file begins, for everything that reads it: picture and sound count from the same moment.
enum FileClock {
  /// In microseconds; longer than any decoder of sound needs before it is right.
  static let longestWarmUp: Int64 = 125_000

  /// In the time base of `stream`.
  ///
  /// Coded sound begins a little before the first picture, with samples that only warm its decoder up. Counted from
  /// there, pictures would come between the frames of a film and the first one be shown twice. So a file begins with its
  /// first picture when that comes soon, else with whatever comes first.
  static func origin(of demuxer: borrowing Demuxer, in stream: StreamInfo) -> Int64 {
    guard let first = demuxer.start else { return stream.start ?? 0 }
    if let video = demuxer.bestStream(.video), let start = video.start {
      let lead = video.timeBase.rescale(start, to: .containerTimeBase) - first
      if lead <= longestWarmUp { return video.timeBase.rescale(start, to: stream.timeBase) }
    }
    return Rational.containerTimeBase.rescale(first, to: stream.timeBase)
  }

  /// How long after the container's first packet the file begins.
  static func lead(of demuxer: borrowing Demuxer) -> MediaTime {
    guard let first = demuxer.start, let video = demuxer.bestStream(.video) else { return .zero }
    let origin = video.timeBase.mediaTime(origin(of: demuxer, in: video))
    return max(.zero, origin - Rational.containerTimeBase.mediaTime(first))
  }

  /// When the last picture of a video ends, as `VideoReader` finds it; nil when there is none. Reads all of the file.
  static func pictureEnd(of demuxer: inout Demuxer) throws(FFmpegError) -> MediaTime? {
    guard let stream = demuxer.bestStream(.video), !demuxer.formatName.hasSuffix("_pipe") else {
      return nil
    }
    let origin = origin(of: demuxer, in: stream)
    demuxer.select([stream])
    var last: (start: Int64, duration: Int64)?
    while let packet = try demuxer.read() {
      guard packet.streamIndex == stream.index, let start = packet.pts ?? packet.dts else {
        continue
      }
      if start >= last?.start ?? start { last = (start, packet.duration) }
    }
    return last.map { last in
      stream.timeBase.mediaTime(last.start - origin)
        + stream.length(ofPictureLasting: last.duration)
    }
  }
}

extension StreamInfo {
  /// - Parameter duration: in the stream's time base; 0 when the file does not say.
  func length(ofPictureLasting duration: Int64) -> MediaTime {
    let told = timeBase.mediaTime(duration)
    guard told <= .zero else { return told }
    let rate = averageFrameRate
    return rate.isPositive ? MediaTime(seconds: 1 / rate.value) : MediaTime(milliseconds: 40)
  }
}
