public import Pipeline

/// The playlist of one rendition: its segments in playing order (RFC 8216, 4.3.3), or its keyframes alone.
public struct MediaPlaylist: Sendable, Hashable {
  /// Some bytes of a file.
  public struct ByteRange: Sendable, Hashable {
    public var offset: Int
    public var byteCount: Int

    public init(offset: Int, byteCount: Int) {
      self.offset = offset
      self.byteCount = byteCount
    }

    var text: String { "\(byteCount)@\(offset)" }
  }

  public struct Segment: Sendable, Hashable {
    public var uri: String
    public var duration: MediaTime
    /// Nil for the whole file.
    public var byteRange: ByteRange?

    public init(uri: String, duration: MediaTime, byteRange: ByteRange? = nil) {
      self.uri = uri
      self.duration = duration
      self.byteRange = byteRange
    }
  }

  /// What a decoder must read before any of the segments (`EXT-X-MAP`).
  public struct Map: Sendable, Hashable {
    public var uri: String
    /// Nil for the whole file.
    public var byteRange: ByteRange?

    public init(uri: String, byteRange: ByteRange? = nil) {
      self.uri = uri
      self.byteRange = byteRange
    }
  }

  public var segments: [Segment]
  /// In seconds: none of the segments is longer when rounded. It must not change while the playlist grows.
  public var targetDuration: Int
  /// No more segments will follow (type VOD); else more will (type EVENT).
  public var isComplete: Bool
  public var map: Map?
  /// Each segment is a single keyframe, shown until the next one.
  public var isIFramesOnly: Bool

  public init(
    segments: [Segment], targetDuration: Int, isComplete: Bool, map: Map? = nil,
    isIFramesOnly: Bool = false
  ) {
    self.segments = segments
    self.targetDuration = targetDuration
    self.isComplete = isComplete
    self.map = map
    self.isIFramesOnly = isIFramesOnly
  }

  /// The file's contents.
  public var text: String {
    var lines = [
      "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:\(targetDuration)",
      "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:\(isComplete ? "VOD" : "EVENT")",
    ]
    lines.append(isIFramesOnly ? "#EXT-X-I-FRAMES-ONLY" : "#EXT-X-INDEPENDENT-SEGMENTS")
    // Without it players take what grows for a live event, and begin near its end (6.3.3).
    if !isComplete { lines.append("#EXT-X-START:TIME-OFFSET=0") }
    if let map { lines.append("#EXT-X-MAP:" + map.attributes.text) }
    for segment in segments {
      lines.append("#EXTINF:\(HLSDecimal.text(segment.duration.seconds, places: 6)),")
      if let range = segment.byteRange { lines.append("#EXT-X-BYTERANGE:\(range.text)") }
      lines.append(segment.uri)
    }
    if isComplete { lines.append("#EXT-X-ENDLIST") }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension MediaPlaylist.Map {
  fileprivate var attributes: AttributeList {
    var list = AttributeList()
    list.add("URI", quoted: uri)
    list.add("BYTERANGE", quoted: byteRange?.text)
    return list
  }
}
