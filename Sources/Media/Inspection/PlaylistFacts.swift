/// What an HLS package holds, and what is wrong with it. This is also its form in JSON.
public struct PlaylistFacts: Sendable, Hashable, Encodable {
  public struct Rendition: Sendable, Hashable, Encodable {
    /// `variant`, `audio`, `subtitles`, `video` or `i-frames`; `media` for a playlist that stands alone.
    public var kind: String
    public var uri: String
    /// Bits per second, as the master playlist says.
    public var bandwidth: Int?
    public var averageBandwidth: Int?
    public var codecs: String?
    public var resolution: String?
    public var frameRate: String?
    public var language: String?
    /// Of `EXT-X-PLAYLIST-TYPE`; nil for a live one.
    public var type: String?
    /// No more segments follow.
    public var isComplete: Bool
    public var isIndependent: Bool
    /// Seconds.
    public var targetDuration: Int?
    public var segmentCount: Int
    /// Seconds, of all segments by their playlist.
    public var duration: Double
    public var longestSegment: Double
    public var byteCount: Int
  }

  public var file: String
  public var isMaster: Bool
  public var version: Int?
  public var provenance: ProvenanceText?
  public var renditions: [Rendition]
  /// What is not as it should be.
  public var problems: [String]
}
