/// An HLS playlist as it is written (RFC 8216), with what is needed to look after it.
struct PlaylistDocument {
  struct Segment {
    var uri: String
    /// Seconds.
    var duration: Double
    /// Of the file; nil is all of it.
    var bytes: Range<Int>?
    /// Of the map that stands before it.
    var map: String?
  }

  /// A media playlist that a master playlist names.
  struct Reference {
    var kind: String
    var uri: String
    var attributes: [String: String]
  }

  var version: Int?
  var isIndependent = false
  var isComplete = false
  var isFrames = false
  /// `VOD`, `EVENT`; nil for a live one.
  var type: String?
  /// Seconds.
  var targetDuration: Int?
  var segments: [Segment] = []
  var references: [Reference] = []
  /// By `DATA-ID`.
  var sessionData: [String: String] = [:]

  var isMaster: Bool { !references.isEmpty }

  /// Nil for a text that is no playlist.
  init?(_ text: String) {
    var lines = text.split(whereSeparator: \.isNewline).map {
      String($0).trimmingPrefix { $0 == "\u{FEFF}" }
    }[...]
    guard lines.popFirst()?.hasPrefix("#EXTM3U") == true else { return nil }
    var duration: Double?
    var bytes: Range<Int>?
    var lastEnd: [String: Int] = [:]
    var length: (count: Int, start: Int?)?
    var map: String?
    var variant: [String: String]?
    for line in lines {
      guard line.hasPrefix("#") else {
        let uri = String(line)
        if let attributes = variant {
          references.append(Reference(kind: "variant", uri: uri, attributes: attributes))
          variant = nil
          continue
        }
        if let length {
          let start = length.start ?? lastEnd[uri] ?? 0
          bytes = start..<start.advanced(by: length.count)
          lastEnd[uri] = min(start + length.count, 1 << 50)
        }
        segments.append(Segment(uri: uri, duration: duration ?? 0, bytes: bytes, map: map))
        (duration, bytes, length) = (nil, nil, nil)
        continue
      }
      let (tag, value) = Self.split(line)
      switch tag {
      case "#EXT-X-VERSION": version = Int(value)
      case "#EXT-X-INDEPENDENT-SEGMENTS": isIndependent = true
      case "#EXT-X-ENDLIST": isComplete = true
      case "#EXT-X-I-FRAMES-ONLY": isFrames = true
      case "#EXT-X-PLAYLIST-TYPE": type = value
      case "#EXT-X-TARGETDURATION": targetDuration = Int(value)
      case "#EXTINF":
        // Anything else than a length in seconds is none.
        duration = Double(value.prefix { $0 != "," }).flatMap {
          (0...1e9).contains($0) ? $0 : nil
        }
      case "#EXT-X-BYTERANGE": length = Self.range(value)
      case "#EXT-X-MAP": map = Self.attributes(value)["URI"]
      case "#EXT-X-STREAM-INF": variant = Self.attributes(value)
      case "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF":
        let attributes = Self.attributes(value)
        // Sound without a URI of its own is in the variants.
        guard let uri = attributes["URI"] else { continue }
        let kind = attributes["TYPE"]?.lowercased() ?? "i-frames"
        references.append(Reference(kind: kind, uri: uri, attributes: attributes))
      case "#EXT-X-SESSION-DATA":
        let attributes = Self.attributes(value)
        if let id = attributes["DATA-ID"] { sessionData[id] = attributes["VALUE"] }
      default: break
      }
    }
  }

  private static func split(_ line: some StringProtocol) -> (tag: String, value: String) {
    let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
  }

  /// `1234@5678`, or `1234` for what follows the range before.
  private static func range(_ text: String) -> (count: Int, start: Int?)? {
    let parts = text.split(separator: "@").map { Int($0) }
    guard let count = parts.first ?? nil, count >= 0, count < 1 << 50 else { return nil }
    let start = parts.count > 1 ? parts[1] : nil
    return (count, start.map { min(max(0, $0), 1 << 50) })
  }

  /// `A=1,B="x,y"`.
  static func attributes(_ text: String) -> [String: String] {
    var attributes: [String: String] = [:]
    var rest = text[...]
    while let equals = rest.firstIndex(of: "=") {
      let name = rest[..<equals].drop { $0 == "," || $0 == " " }
      rest = rest[rest.index(after: equals)...]
      let value: Substring
      if rest.first == "\"" {
        rest = rest.dropFirst()
        value = rest.prefix { $0 != "\"" }
        rest = rest.dropFirst(value.count + 1)
      } else {
        value = rest.prefix { $0 != "," }
        rest = rest.dropFirst(value.count)
      }
      attributes[String(name)] = String(value)
    }
    return attributes
  }
}
