import FFmpeg
public import Foundation
import Pipeline
public import Threads

/// Finds out what is in a file, by reading it rather than by its name.
public enum MediaProbe {
  /// - Parameter name: what people call the file; used in messages instead of its path.
  public static func probe(_ url: URL, as name: String) async throws(MediaError) -> MediaInfo {
    let result: Result<MediaInfo, MediaError> = await withCancellationFlag { cancellation in
      do throws(MediaError) {
        return .success(
          try await BlockingThread.run("probe") { () throws(MediaError) in
            try inspect(url, as: name, cancellation: cancellation)
          })
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// The same on the calling thread, which it blocks.
  public static func inspect(
    _ url: URL, as name: String, cancellation: CancellationFlag? = nil
  ) throws(MediaError) -> MediaInfo {
    let byteCount = try byteCount(of: url, as: name)
    var demuxer = try reading(name) { () throws(FFmpegError) in
      try Demuxer.open(url, cancellation: cancellation)
    }
    let picture = demuxer.bestStream(.video)
    let sound = demuxer.bestStream(.audio)
    let isSequence = demuxer.formatName == "gif" || demuxer.formatName == "apng"
    var info = MediaInfo(
      formatName: demuxer.formatName, duration: nil, byteCount: byteCount, video: nil,
      audio: sound.map { describe($0, containerDuration: demuxer.duration) },
      streamCount: demuxer.streams.count, isStillImage: demuxer.formatName.hasSuffix("_pipe"))
    if let picture {
      try reading(name) { () throws(FFmpegError) in
        try Decoder.checkSize(width: picture.width, height: picture.height)
      }
      info.video = describe(picture)
      if isSequence { info.isStillImage = try packetCount(&demuxer, name: name, atMost: 2) < 2 }
    }
    if info.isStillImage {
      info.video =
        isSequence
        ? describe(try StillPicture.decode(url, as: name, cancellation: cancellation))
        : describe(try StillPicture.decode(&demuxer, as: name))
      return info
    }
    guard info.video != nil || info.audio != nil else {
      throw MediaError(
        .unreadable, "`\(name)` has neither a picture nor sound", cause: demuxer.formatName)
    }
    info.duration = try duration(
      of: &demuxer, url: url, name: name, scans: isSequence, cancellation: cancellation)
    return info
  }

  private static func byteCount(of url: URL, as name: String) throws(MediaError) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
    guard let attributes, let size = attributes[.size] as? Int else {
      throw MediaError(.missing, "`\(name)` is not there any more")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw MediaError(.unreadable, "`\(name)` is not a file")
    }
    guard size > 0 else {
      throw MediaError(.empty, "`\(name)` is empty: it has no bytes; was the upload cut off?")
    }
    return size
  }

  private static func packetCount(
    _ demuxer: inout Demuxer, name: String, atMost limit: Int
  ) throws(MediaError) -> Int {
    var count = 0
    while count < limit {
      guard try reading(name, { () throws(FFmpegError) in try demuxer.read() }) != nil else {
        break
      }
      count += 1
    }
    return count
  }

  // MARK: - Length

  /// What the container says, unless it guesses: then every packet is counted.
  private static func duration(
    of demuxer: inout Demuxer, url: URL, name: String, scans: Bool,
    cancellation: CancellationFlag?
  ) throws(MediaError) -> MediaTime? {
    let start = demuxer.start ?? 0
    let countsFromZero = demuxer.formatName.hasPrefix("matroska") || demuxer.formatName == "flv"
    // Programs do not agree whether these say how long they last or when they end.
    let isUnclear = countsFromZero && abs(start) > FileClock.longestWarmUp
    if let known = demuxer.duration, !demuxer.isDurationEstimated, !scans, !isUnclear {
      return plausible(countsFromZero ? known - start : known, in: .containerTimeBase)
        .map { length(of: demuxer, lasting: $0) }
    }
    var whole = try reading(name) { () throws(FFmpegError) in
      try Demuxer.open(url, cancellation: cancellation)
    }
    return try scan(&whole, name: name)
  }

  /// From the beginning of a file to its end, without what coding adds to its sound: a lead, and the rest of the last block.
  private static func length(of demuxer: borrowing Demuxer, lasting whole: MediaTime) -> MediaTime {
    let length = whole - FileClock.lead(of: demuxer)
    guard let video = demuxer.bestStream(.video) else { return length }
    if let told = video.duration.flatMap({ plausible($0, in: video.timeBase) }) {
      return withoutRest(length, of: demuxer, picturesLasting: told)
    }
    guard !isVariable(video), let rate = FrameRate(near: video.averageFrameRate) else {
      return length
    }
    // Matroska tells no more than how long the file is, and in milliseconds.
    let pictures = rate.time(ofFrame: rate.frame(at: length))
    let isNear = length - pictures < MediaTime(ticks: rate.time(ofFrame: 1).ticks / 2)
    return isNear ? withoutRest(length, of: demuxer, picturesLasting: pictures) : length
  }

  /// The last block of sound may last a little longer than what was coded.
  private static func withoutRest(
    _ length: MediaTime, of demuxer: borrowing Demuxer, picturesLasting pictures: MediaTime
  ) -> MediaTime {
    guard let sound = demuxer.bestStream(.audio) else { return length }
    let block = MediaTime(count: 1024, per: Int64(max(sound.sampleRate, 8000)))
    let isRest = pictures > .zero && pictures < length && length - pictures < block
    return isRest ? pictures : length
  }

  private static func scan(_ demuxer: inout Demuxer, name: String) throws(MediaError) -> MediaTime?
  {
    let lead = FileClock.lead(of: demuxer)
    let start = (demuxer.start ?? 0) + Rational.containerTimeBase.units(of: lead)
    var counted: [Int: Int64] = [:]
    var ends: [Int: Int64] = [:]
    while let packet = try reading(name, { () throws(FFmpegError) in try demuxer.read() }) {
      guard demuxer.streams.indices.contains(packet.streamIndex) else { continue }
      let timeBase = demuxer.streams[packet.streamIndex].timeBase
      let sum = counted[packet.streamIndex, default: 0] + packet.duration
      counted[packet.streamIndex] = sum
      let last =
        packet.pts.map { timeBase.rescale($0 + packet.duration, to: .containerTimeBase) - start }
        ?? timeBase.rescale(sum, to: .containerTimeBase)
      ends[packet.streamIndex] = max(ends[packet.streamIndex] ?? 0, last)
    }
    guard let end = ends.values.max(), let length = plausible(end, in: .containerTimeBase) else {
      return nil
    }
    let picture = demuxer.bestStream(.video).flatMap { ends[$0.index] }
    guard let pictures = picture.flatMap({ plausible($0, in: .containerTimeBase) }) else {
      return length
    }
    return withoutRest(length, of: demuxer, picturesLasting: pictures)
  }

  /// Nil beyond 1000 hours: a damaged header, not a film.
  private static func plausible(_ time: Int64, in unit: Rational) -> MediaTime? {
    let ticks = unit.rescale(time, to: .flick)
    return ticks > 0 && ticks <= 3_600_000 * MediaTime.ticksPerSecond
      ? MediaTime(ticks: ticks) : nil
  }

  // MARK: - Streams

  private static func describe(_ stream: StreamInfo) -> VideoStreamInfo {
    let rate = FrameRate(near: stream.averageFrameRate) ?? FrameRate(near: stream.baseFrameRate)
    return VideoStreamInfo(
      codec: stream.codec,
      size: PixelSize(
        displaying: PixelSize(width: stream.width, height: stream.height),
        aspect: stream.pixelAspect, orientation: stream.orientation),
      codedSize: PixelSize(width: stream.width, height: stream.height), frameRate: rate,
      isVariable: isVariable(stream), rotation: stream.orientation.rotation,
      pixelFormat: stream.pixelFormat.name, hasAlpha: stream.hasAlpha,
      frameCount: stream.frameCount, colourTransfer: stream.colourTransfer)
  }

  /// Interlaced video has twice as many fields as frames and is not variable.
  private static func isVariable(_ stream: StreamInfo) -> Bool {
    guard stream.averageFrameRate.isPositive, stream.baseFrameRate.isPositive else { return false }
    let ratio = stream.baseFrameRate.value / stream.averageFrameRate.value
    return abs(ratio - 1) > 0.01 && abs(ratio - 2) > 0.01
  }

  private static func describe(
    _ stream: StreamInfo, containerDuration: Int64?
  ) -> AudioStreamInfo {
    let own = stream.duration.flatMap { plausible($0, in: stream.timeBase) }
    let whole = containerDuration.flatMap { plausible($0, in: .containerTimeBase) }
    return AudioStreamInfo(
      codec: stream.codec, sampleRate: stream.sampleRate, channels: stream.channels,
      duration: own ?? whole)
  }

  /// It had to be decoded: only the picture itself tells how it is to be turned and that it can be shown at all.
  private static func describe(_ still: StillPicture) -> VideoStreamInfo {
    VideoStreamInfo(
      codec: still.stream.codec, size: still.displaySize,
      codedSize: PixelSize(width: still.frame.width, height: still.frame.height), frameRate: nil,
      isVariable: false, rotation: still.orientation.rotation,
      pixelFormat: still.frame.pixelFormat.name, hasAlpha: still.frame.pixelFormat.hasAlpha,
      frameCount: 1, colourTransfer: still.stream.colourTransfer)
  }
}
