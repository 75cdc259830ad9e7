/// A piece of a stream that can be played while the rest of the stream is still being made.
///
/// What the segments of a stream say is enough to write its playlists as far as it goes. The files of segments are in
/// the artifact store already, and stay what they are when the stream is complete.
public struct PlayableSegment: Sendable, Hashable {
  /// The stage's output that will hold the stream: a bundle.
  public var output: String
  public var rendition: PlayableRendition
  /// From 0 within its rendition; one rendition's segments come in order, without a gap.
  public var index: Int
  /// On the film's clock.
  public var start: MediaTime
  public var duration: MediaTime
  /// Where it will be within the bundle.
  public var path: String
  public var file: FileReference

  public init(
    output: String, rendition: PlayableRendition, index: Int, start: MediaTime,
    duration: MediaTime, path: String, file: FileReference
  ) {
    self.output = output
    self.rendition = rendition
    self.index = index
    self.start = start
    self.duration = duration
    self.path = path
    self.file = file
  }
}

/// One of the forms in which a stream is offered; the same in all of its segments.
public struct PlayableRendition: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Pictures, sound, or both: it plays by itself.
    case media
    /// Sound that plays along with every rendition of pictures.
    case audio
    /// WebVTT. All of its segments are told before the first one of pictures or sound.
    case subtitles
  }

  /// What a player reads before any segment.
  public struct Header: Sendable, Hashable, Codable {
    /// Where it will be within the bundle.
    public var path: String
    public var file: FileReference

    public init(path: String, file: FileReference) {
      self.path = path
      self.file = file
    }
  }

  /// Unique within the stream, such as `video` or `720p`.
  public var name: String
  /// For viewers; nil where they do not choose it.
  public var title: String?
  public var kind: Kind
  /// Where its playlist will be within the bundle.
  public var playlist: String
  /// Seconds; no segment is longer than it when rounded.
  public var targetDuration: Int
  /// As in RFC 6381; empty when not known.
  public var codecs: [String]
  /// Of the pictures; nil without any, as is their rate.
  public var size: PixelSize?
  public var frameRate: FrameRate?
  /// A BCP 47 tag; nil when unknown.
  public var language: String?
  /// Nil where each segment can be played by itself.
  public var header: Header?

  public init(
    name: String, title: String? = nil, kind: Kind = .media, playlist: String,
    targetDuration: Int,
    codecs: [String] = [], size: PixelSize? = nil, frameRate: FrameRate? = nil,
    language: String? = nil, header: Header? = nil
  ) {
    self.name = name
    self.title = title
    self.kind = kind
    self.playlist = playlist
    self.targetDuration = targetDuration
    self.codecs = codecs
    self.size = size
    self.frameRate = frameRate
    self.language = language
    self.header = header
  }
}

/// Times are seconds, for readers who know nothing of ticks. Every tick of a day comes back as it was.
extension PlayableSegment: Codable {
  private enum CodingKeys: String, CodingKey {
    case output, rendition, index, start, duration, path, file
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    output = try container.decode(String.self, forKey: .output)
    rendition = try container.decode(PlayableRendition.self, forKey: .rendition)
    index = try container.decode(Int.self, forKey: .index)
    start = MediaTime(seconds: try container.decode(Double.self, forKey: .start))
    duration = MediaTime(seconds: try container.decode(Double.self, forKey: .duration))
    path = try container.decode(String.self, forKey: .path)
    file = try container.decode(FileReference.self, forKey: .file)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(output, forKey: .output)
    try container.encode(rendition, forKey: .rendition)
    try container.encode(index, forKey: .index)
    try container.encode(start.seconds, forKey: .start)
    try container.encode(duration.seconds, forKey: .duration)
    try container.encode(path, forKey: .path)
    try container.encode(file, forKey: .file)
  }
}
