import FFmpeg
import Foundation
import Pipeline

/// The text of the playlists of one rendition (RFC 8216).
struct HLSPlaylist {
  struct Segment {
    var name: String
    var duration: MediaTime
    var byteCount: Int
  }

  static let masterName = "master.m3u8"
  static let mediaName = "video.m3u8"

  let segments: [Segment]
  let streams: FilmStreams

  static func segmentName(_ index: Int) -> String {
    let digits = String(index)
    return "segment-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".ts"
  }

  /// - Parameter isComplete: no more segments will follow.
  func media(isComplete: Bool) -> String {
    var lines = [
      "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:\(targetDuration)",
      "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:\(isComplete ? "VOD" : "EVENT")",
      "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    for segment in segments {
      lines.append("#EXTINF:\(Self.decimal(segment.duration.seconds, places: 6)),")
      lines.append(segment.name)
    }
    if isComplete { lines.append("#EXT-X-ENDLIST") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// In seconds. While a playlist grows it must not change (4.3.3.1), so it does not wait for the longest segment: none
  /// is more than a frame longer than it should be.
  private var targetDuration: Int {
    let longest = segments.map(\.duration.seconds).max() ?? 0
    let bound = (streams.segmentDuration + streams.frameRate.time(ofFrame: 1)).seconds
    return max(
      1, Int((segments.count > 1 || longest > bound ? max(longest, bound) : longest).rounded()))
  }

  var master: String {
    var attributes = ["BANDWIDTH=\(peakBandwidth)", "AVERAGE-BANDWIDTH=\(averageBandwidth)"]
    let codecs = streams.parameters.compactMap(\.codecsName)
    if !codecs.isEmpty { attributes.append("CODECS=\"\(codecs.joined(separator: ","))\"") }
    if streams.video != nil {
      attributes.append("RESOLUTION=\(streams.size)")
      attributes.append(
        "FRAME-RATE=\(Self.decimal(streams.frameRate.framesPerSecond, places: 3))")
    }
    let lines = [
      "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS",
      "#EXT-X-STREAM-INF:" + attributes.joined(separator: ","), Self.mediaName,
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Bits per second of the largest segment for its length. Segments much shorter than the others do not say what a
  /// client has to keep up with (4.1, "peak segment bit rate": spans of half to one and a half target durations).
  private var peakBandwidth: Int {
    let longest = segments.map(\.duration).max() ?? .zero
    let telling = segments.filter { $0.duration.ticks * 2 >= longest.ticks }
    let peak = telling.map { Self.bandwidth($0.byteCount, over: $0.duration) }.max() ?? 0
    return max(peak, averageBandwidth)
  }

  private var averageBandwidth: Int {
    let total = segments.reduce(MediaTime.zero) { $0 + $1.duration }
    return Self.bandwidth(segments.reduce(0) { $0 + $1.byteCount }, over: total)
  }

  private static func bandwidth(_ byteCount: Int, over duration: MediaTime) -> Int {
    duration > .zero ? Int((Double(byteCount) * 8 / duration.seconds).rounded(.up)) : 0
  }

  /// Always with a point, whatever the locale.
  private static func decimal(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1) { product, _ in product * 10 }
    let units = Int((value * Double(scale)).rounded())
    let fraction = String(units % scale)
    return "\(units / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
