import Pipeline

/// The text of a media playlist (RFC 8216, 4.3.3) whose segments are files of their own.
struct SegmentList {
  enum Kind: String {
    /// More will follow.
    case event = "EVENT"
    case complete = "VOD"
  }

  var kind: Kind
  /// Seconds; must not change while a playlist grows (4.3.3.1).
  var targetDuration: Int
  /// What is read before any segment; relative, as are the segments.
  var header: String?
  var segments: [(duration: MediaTime, uri: String)]

  var text: String {
    var lines = [
      "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:\(targetDuration)",
      "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:\(kind.rawValue)",
      "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    // Without it players take what grows for a live event and begin near its end (6.3.3).
    if kind == .event { lines.append("#EXT-X-START:TIME-OFFSET=0") }
    if let header { lines.append("#EXT-X-MAP:URI=\"\(header)\"") }
    for segment in segments {
      lines.append("#EXTINF:\(HLSDecimal.text(segment.duration.seconds, places: 6)),")
      lines.append(segment.uri)
    }
    if kind == .complete { lines.append("#EXT-X-ENDLIST") }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Paths within a package, with `/` between folders.
enum PackagePath {
  /// How a file that is at `place` names the one at `path`.
  static func relative(_ path: String, from place: String) -> String {
    var target = path.split(separator: "/")[...]
    var folders = place.split(separator: "/").dropLast()
    while let first = folders.first, target.count > 1, target.first == first {
      folders = folders.dropFirst()
      target = target.dropFirst()
    }
    return (folders.map { _ in ".." } + target.map(String.init)).joined(separator: "/")
  }
}
