import FFmpeg
import Foundation
import Pipeline
import Threads

/// Reads the sound of a file from some time on, as interleaved floats at one rate. One thread at a time.
///
/// Sound that begins later than the file, or has gaps, is filled up with silence so that it stays in step with the
/// picture.
final class AudioReader {
  private let name: String
  private let stream: StreamInfo
  private let sampleRate: Int
  private let channels: Int
  private var demuxer: Demuxer
  private var decoder: Decoder
  private var resampler: Resampler
  /// When the file begins, in the stream's time base.
  private let origin: Int64
  private let start: MediaTime
  /// Up to where on the file's clock sound has been given, in samples of the output.
  private var position: Int64
  private var hasDecoded = false
  private var hasEnded = false
  private var damage: FFmpegError?

  /// Decoders need what came before to be right from the first sample.
  private static let preroll = MediaTime(milliseconds: 250)
  /// Where time stamps run ahead by less than this they are taken as jitter, by more than `longestGap` as damage.
  private static let shortestGap = 0.05
  private static let longestGap = 60.0

  init(
    _ url: URL, as name: String, sampleRate: Int, channels: Int, from start: MediaTime = .zero,
    cancellation: CancellationFlag?
  ) throws(MediaError) {
    var demuxer = try reading(name) { () throws(FFmpegError) in
      try Demuxer.open(url, cancellation: cancellation)
    }
    guard let stream = demuxer.bestStream(.audio) else {
      throw MediaError(.noSound, "`\(name)` has no sound in it")
    }
    let decoder = try reading(name) { () throws(FFmpegError) in
      try demuxer.decoder(for: stream, threads: 1)
    }
    demuxer.select([stream])
    origin = FileClock.origin(of: demuxer, in: stream)
    if start > Self.preroll {
      // Where a file cannot be sought it is read from the beginning.
      try? demuxer.seek(stream, to: origin + stream.timeBase.units(of: start - Self.preroll))
    }
    self.name = name
    self.stream = stream
    self.sampleRate = sampleRate
    self.channels = channels
    self.demuxer = demuxer
    self.decoder = decoder
    self.start = start
    position = start.count(per: Int64(sampleRate))
    resampler = Resampler(sampleRate: sampleRate, channels: channels)
  }

  /// Appends what comes next. Returns false at the end.
  func read(into samples: inout [Float]) throws(MediaError) -> Bool {
    while !hasEnded {
      let before = samples.count
      switch try nextOutput() {
      case .frame(let frame): try append(frame, to: &samples)
      case .needsInput: continue
      case .ended:
        hasEnded = true
        try reading(name) { () throws(FFmpegError) in
          try resampler.convert(nil, into: &samples)
        }
        if !hasDecoded, let damage { throw MediaError(reading: name, damage) }
      }
      if samples.count > before { return true }
    }
    return false
  }

  private func nextOutput() throws(MediaError) -> Decoder.Output {
    do throws(FFmpegError) {
      let output = try decoder.receive()
      guard case .needsInput = output else { return output }
      _ = try decoder.send(try nextPacket())
      return .needsInput
    } catch {
      // One broken packet is a click; a file of nothing else is an error at its end.
      guard error.isInvalidData else { throw MediaError(reading: name, error) }
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

  private func append(_ frame: Frame, to samples: inout [Float]) throws(MediaError) {
    let first = samples.count
    let delay = resampler.delay
    try reading(name) { () throws(FFmpegError) in
      try resampler.convert(frame, into: &samples)
    }
    let count = Int64((samples.count - first) / channels)
    align(frame, from: first, delayedBy: delay, in: &samples)
    if !hasDecoded, count > 0 { hasDecoded = true }
  }

  /// Drops what lies before the wanted start and fills gaps.
  private func align(
    _ frame: Frame, from first: Int, delayedBy delay: Int, in samples: inout [Float]
  ) {
    let given = (samples.count - first) / channels
    let found = frame.timestamp.map {
      stream.timeBase.mediaTime($0 - origin).count(per: Int64(sampleRate)) - Int64(delay)
    }
    let ahead = found.map { $0 - position } ?? 0
    let isFirst = !hasDecoded
    if ahead < 0, isFirst || isBeforeStart {
      let dropped = min(given, Int(-ahead))
      samples.removeSubrange(first..<(first + dropped * channels))
      position += Int64(given - dropped)
      isBeforeStart = dropped == given
      return
    }
    isBeforeStart = false
    let seconds = Double(ahead) / Double(sampleRate)
    if isFirst ? ahead > 0 : seconds > Self.shortestGap, seconds < Self.longestGap {
      samples.insert(contentsOf: repeatElement(0, count: Int(ahead) * channels), at: first)
      position += ahead
    }
    position += Int64(given)
  }

  /// Everything decoded so far lay before the wanted start.
  private var isBeforeStart = false
}
