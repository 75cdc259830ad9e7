import FFmpeg
import Foundation
import Pipeline
import Threads

/// Finds the picture that a video shows at given times, which must not fall. One thread at a time.
///
/// Pictures may come at irregular distances. Before the first picture the first one shows, after the last one the last,
/// unless the video loops.
final class VideoReader {
  let orientation: Orientation
  /// How many pictures were decoded, those only passed over included.
  private(set) var decodedCount = 0
  /// How many packets could not be decoded.
  private(set) var damagedCount = 0

  private let name: String
  private let stream: StreamInfo
  private let origin: Int64
  /// Where a loop begins again; nil when the video does not loop.
  private let loopStart: MediaTime?
  /// A picture is taken as showing this much before its time: stamps in milliseconds are not exact.
  private let tolerance: MediaTime
  private var demuxer: Demuxer
  private var decoder: Decoder
  private var current: Shown?
  private var next: Shown?
  private var hasEnded = false
  /// Added to the file's times by the rounds of the loop.
  private var offset = MediaTime.zero
  /// When the last decoded picture ends, without `offset`.
  private var end = MediaTime.zero
  private var sought: MediaTime?
  private var margin = VideoReader.seekMargin
  private var deinterlacer: Deinterlacer?
  private var damage: FFmpegError?

  private struct Shown {
    let frame: Frame
    let time: MediaTime
  }

  /// Going forward by more than this seeks instead of decoding everything between.
  private static let longestWalk = MediaTime(milliseconds: 3000)
  /// Containers without a good index may come out too late, or after the last keyframe; then a seek begins earlier, each
  /// time by twice as much.
  private static let seekMargin = MediaTime(milliseconds: 2500)
  private static let fieldMargin = MediaTime(milliseconds: 100)

  init(
    _ url: URL, as name: String, from start: MediaTime, loops: Bool, frameRate: FrameRate,
    threads: Int, cancellation: CancellationFlag?
  ) throws(MediaError) {
    let demuxer = try reading(name) { () throws(FFmpegError) in
      try Demuxer.open(url, cancellation: cancellation)
    }
    guard let stream = demuxer.bestStream(.video) else {
      throw MediaError(.noPicture, "`\(name)` has no picture in it")
    }
    let decoder = try reading(name) { () throws(FFmpegError) in
      try demuxer.decoder(for: stream, threads: threads)
    }
    demuxer.select([stream])
    self.name = name
    self.stream = stream
    orientation = stream.orientation
    if demuxer.formatName == "avi" {
      origin = try Self.firstTimestamp(url, as: name, cancellation: cancellation) ?? 0
    } else {
      origin = FileClock.origin(of: demuxer, in: stream)
    }
    loopStart = loops ? start : nil
    let quarterFrame = frameRate.time(ofFrame: 1).ticks / 4
    tolerance = MediaTime(ticks: min(quarterFrame, MediaTime(milliseconds: 5).ticks))
    self.demuxer = demuxer
    self.decoder = decoder
  }

  /// The picture showing at `time` on the file's clock (which a loop continues beyond the end).
  func frame(at time: MediaTime) throws(MediaError) -> Frame {
    let wanted = time + tolerance
    if wanted - (current?.time ?? .zero) > Self.longestWalk { try skip(to: wanted) }
    while true {
      if next == nil, !hasEnded { next = try decodeNext() }
      if let upcoming = next {
        if current == nil, upcoming.time > wanted, try seekEarlier() { continue }
        guard current == nil || upcoming.time <= wanted else { break }
        current = upcoming
        next = nil
      } else if current == nil, try seekEarlier() {
        continue
      } else if try !startAgain(before: wanted) {
        break
      }
    }
    guard let current else {
      throw damage.map { MediaError(reading: name, $0) }
        ?? MediaError(.unreadable, "`\(name)` has no picture that can be decoded")
    }
    return current.frame
  }

  /// AVI numbers packets in coding order, so that the first picture seems to come late.
  private static func firstTimestamp(
    _ url: URL, as name: String, cancellation: CancellationFlag?
  ) throws(MediaError) -> Int64? {
    try StillPicture.decode(url, as: name, cancellation: cancellation).frame.timestamp
  }

  // MARK: - Moving

  private func skip(to time: MediaTime) throws(MediaError) {
    if let next, time - next.time <= Self.longestWalk { return }
    // What makes whole pictures of interlaced ones looks at the picture before.
    let target = time - offset - (stream.isInterlaced ? Self.fieldMargin : .zero)
    guard target > Self.longestWalk, end == .zero || !hasEnded else { return }
    margin = Self.seekMargin
    try seek(to: target)
  }

  private func seek(to target: MediaTime) throws(MediaError) {
    do throws(FFmpegError) {
      try goTo(target)
    } catch {
      // What cannot be sought is walked through.
      if error.isCancelled { throw .cancelled }
      return
    }
    decoder.flush()
    deinterlacer?.reset()
    current = nil
    next = nil
    hasEnded = false
    sought = target
  }

  private func goTo(_ target: MediaTime) throws(FFmpegError) {
    guard target <= .zero else {
      return try demuxer.seek(stream, to: origin + stream.timeBase.units(of: target))
    }
    do throws(FFmpegError) {
      // Packets are found by their decoding times, and the first of those lie before the first picture's.
      try demuxer.seek(stream, to: origin - stream.timeBase.units(of: Self.longestWalk))
    } catch {
      try demuxer.seek(stream, to: origin)
    }
  }

  /// True when the last seek came out too late and another one was made.
  private func seekEarlier() throws(MediaError) -> Bool {
    guard let last = sought, last > .zero else { return false }
    margin += margin
    let earlier = max(last - margin, .zero)
    try seek(to: earlier)
    sought = earlier
    return true
  }

  /// At the end of a video that loops: true when there is more to come.
  private func startAgain(before time: MediaTime) throws(MediaError) -> Bool {
    guard let loopStart, current != nil else { return false }
    let length = end - loopStart
    guard length > .zero, time >= end + offset else { return false }
    let rounds = (time - end - offset).ticks / length.ticks + 1
    let last = current
    try seek(to: loopStart)
    guard !hasEnded else { return false }
    // Until the first picture of the new round is there the last one shows.
    current = last.map { Shown(frame: $0.frame, time: end + offset - MediaTime(ticks: 1)) }
    sought = nil
    offset += MediaTime(ticks: rounds * length.ticks)
    return true
  }

  // MARK: - Decoding

  private func decodeNext() throws(MediaError) -> Shown? {
    while true {
      if let frame = deinterlacer?.receive() { return shown(frame) }
      switch try nextOutput() {
      case .frame(let frame):
        decodedCount += 1
        guard stream.isInterlaced || frame.isInterlaced || deinterlacer != nil else {
          return shown(frame)
        }
        try deinterlace(frame)
      case .needsInput: continue
      case .ended:
        if deinterlacer?.isWaiting == true {
          try deinterlace(nil)
          continue
        }
        hasEnded = true
        return nil
      }
    }
  }

  private func deinterlace(_ frame: Frame?) throws(MediaError) {
    let filter = deinterlacer ?? Deinterlacer()
    deinterlacer = filter
    try reading(name) { () throws(FFmpegError) in try filter.send(frame) }
  }

  private func shown(_ frame: Frame) -> Shown {
    let time = frame.timestamp.map { stream.timeBase.mediaTime($0 - origin) } ?? end
    end = time + stream.length(ofPictureLasting: frame.duration)
    return Shown(frame: frame, time: time + offset)
  }

  private func nextOutput() throws(MediaError) -> Decoder.Output {
    do throws(FFmpegError) {
      let output = try decoder.receive()
      guard case .needsInput = output else { return output }
      _ = try decoder.send(try nextPacket())
      return .needsInput
    } catch {
      // A broken packet costs its pictures; a file of nothing else is an error when none could be decoded.
      guard error.isInvalidData else { throw MediaError(reading: name, error) }
      damagedCount += 1
      damage = error
      return .needsInput
    }
  }

  private func nextPacket() throws(FFmpegError) -> Packet? {
    while let packet = try demuxer.read() {
      if packet.streamIndex == stream.index { return packet }
    }
    return nil
  }
}
