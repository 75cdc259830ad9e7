public import Pipeline

/// What is in a media file.
public struct MediaInfo: Sendable, Hashable, Codable {
  /// FFmpeg's name of the format, such as `mov,mp4,m4a,3gp,3g2,mj2`.
  public var formatName: String
  /// Nil for a still picture, and when it cannot be told.
  public var duration: MediaTime?
  public var byteCount: Int
  /// The stream that a player would show; the cover picture of a sound file does not count.
  public var video: VideoStreamInfo?
  /// The stream that a player would play.
  public var audio: AudioStreamInfo?
  /// Of every kind, subtitles and data included.
  public var streamCount: Int
  public var isStillImage: Bool

  public init(
    formatName: String, duration: MediaTime?, byteCount: Int, video: VideoStreamInfo?,
    audio: AudioStreamInfo?, streamCount: Int, isStillImage: Bool
  ) {
    self.formatName = formatName
    self.duration = duration
    self.byteCount = byteCount
    self.video = video
    self.audio = audio
    self.streamCount = streamCount
    self.isStillImage = isStillImage
  }
}

public struct VideoStreamInfo: Sendable, Hashable, Codable {
  /// FFmpeg's name, such as `h264` or `png`.
  public var codec: String
  /// As displayed: turned upright, with square pixels.
  public var size: PixelSize
  /// As stored.
  public var codedSize: PixelSize
  /// The average; nil for a still picture or when not known.
  public var frameRate: FrameRate?
  /// Pictures do not come at equal distances.
  public var isVariable: Bool
  /// Degrees clockwise that a player turns the stored picture: 0, 90, 180 or 270.
  public var rotation: Int
  /// FFmpeg's name, such as `yuv420p`.
  public var pixelFormat: String
  public var hasAlpha: Bool
  /// Nil when the file does not say.
  public var frameCount: Int?
  /// Such as `bt709`, or `smpte2084` for HDR; nil when the file does not say.
  public var colourTransfer: String?

  public init(
    codec: String, size: PixelSize, codedSize: PixelSize, frameRate: FrameRate?, isVariable: Bool,
    rotation: Int, pixelFormat: String, hasAlpha: Bool, frameCount: Int?, colourTransfer: String?
  ) {
    self.codec = codec
    self.size = size
    self.codedSize = codedSize
    self.frameRate = frameRate
    self.isVariable = isVariable
    self.rotation = rotation
    self.pixelFormat = pixelFormat
    self.hasAlpha = hasAlpha
    self.frameCount = frameCount
    self.colourTransfer = colourTransfer
  }
}

public struct AudioStreamInfo: Sendable, Hashable, Codable {
  /// FFmpeg's name, such as `aac` or `pcm_s16le`.
  public var codec: String
  public var sampleRate: Int
  public var channels: Int
  public var duration: MediaTime?

  public init(codec: String, sampleRate: Int, channels: Int, duration: MediaTime?) {
    self.codec = codec
    self.sampleRate = sampleRate
    self.channels = channels
    self.duration = duration
  }
}
