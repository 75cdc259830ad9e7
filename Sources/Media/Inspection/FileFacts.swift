/// What a media file is and says about itself. This is also its form in JSON.
public struct FileFacts: Sendable, Hashable, Encodable {
  public struct Picture: Sendable, Hashable, Encodable {
    public var codec: String
    public var profile: String?
    /// As shown, `1920x1080`.
    public var size: String
    /// Where that is something else.
    public var codedSize: String?
    /// Frames per second as a fraction; nil for a still picture, and when not known.
    public var frameRate: String?
    public var isVariable: Bool
    public var frameCount: Int?
    /// Degrees clockwise.
    public var rotation: Int
    public var pixelFormat: String
    public var hasAlpha: Bool
    /// Nil where the file does not say, as are the others of colour.
    public var colourPrimaries: String?
    public var colourTransfer: String?
    public var colourMatrix: String?
    /// `limited` or `full`.
    public var colourRange: String?
    public var bitsPerSecond: Int?
  }

  public struct Sound: Sendable, Hashable, Encodable {
    public var codec: String
    public var profile: String?
    public var sampleRate: Int
    public var channels: Int
    /// Seconds.
    public var duration: Double?
    public var language: String?
    public var bitsPerSecond: Int?
  }

  public var file: String
  /// FFmpeg's name of the format.
  public var container: String
  public var byteCount: Int
  /// Seconds; nil for a still picture, and when it cannot be told.
  public var duration: Double?
  /// Of the whole file.
  public var bitsPerSecond: Int?
  public var isStillImage: Bool
  /// What a player would show; nil without a picture.
  public var picture: Picture?
  /// What a player would play; nil without sound.
  public var sound: Sound?
  /// Of every kind, those above included.
  public var streamCount: Int
  /// By FFmpeg's names.
  public var tags: [String: String]
  /// Nil for a file that VideoCraft did not make, or that says nothing.
  public var provenance: ProvenanceText?
  /// Integrated, in LUFS by EBU R128; nil when it was not asked for, and for silence.
  public var loudness: Double?
  /// What is not as it should be.
  public var problems: [String]
}
