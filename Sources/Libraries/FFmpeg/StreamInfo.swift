import CFFmpeg

/// What a container and a first look at the packets say about one stream.
public struct StreamInfo: Sendable, Hashable {
  public enum Kind: Sendable, Hashable { case video, audio, other }

  public let index: Int
  public let kind: Kind
  /// FFmpeg's name of the codec, such as `h264`.
  public let codec: String
  public let timeBase: Rational
  /// In `timeBase`; nil when not known.
  public let start: Int64?
  public let duration: Int64?
  /// Nil when the container does not say.
  public let frameCount: Int?
  /// A cover picture of a sound file.
  public let isAttachedPicture: Bool

  /// As coded, in pixels; 0 for sound or when not known.
  public let width: Int
  public let height: Int
  public let pixelAspect: Rational
  public let orientation: Orientation
  public let pixelFormat: PixelFormat
  /// Alpha carried beside the picture (VP8 and VP9 in WebM) or in it.
  public let hasAlpha: Bool
  /// Every other row was taken half a picture's time later, as far as the container or its first pictures say.
  public let isInterlaced: Bool
  /// Average over the file; not positive when not known.
  public let averageFrameRate: Rational
  /// The lowest rate in which all times can be told; not positive when not known.
  public let baseFrameRate: Rational
  /// Such as `bt709` or `smpte2084`; nil when the file does not say.
  public let colourTransfer: String?
  /// Such as `bt709`; nil when the file does not say, as are the next two.
  public let colourPrimaries: String?
  public let colourMatrix: String?
  /// All values of a sample are used, from 0 to the highest.
  public let isFullRange: Bool?
  /// Such as `High`; nil when not known.
  public let profile: String?
  /// Nil when the container does not say.
  public let bitsPerSecond: Int?
  /// Such as `eng`; nil when the file does not say.
  public let language: String?

  public let sampleRate: Int
  public let channels: Int

  init(_ stream: UnsafeMutablePointer<AVStream>) {
    let parameters = stream.pointee.codecpar.pointee
    index = Int(stream.pointee.index)
    kind =
      switch parameters.codec_type {
      case AVMEDIA_TYPE_VIDEO: .video
      case AVMEDIA_TYPE_AUDIO: .audio
      default: .other
      }
    codec = String(cString: avcodec_get_name(parameters.codec_id))
    timeBase = Rational(stream.pointee.time_base)
    start = timestamp(stream.pointee.start_time)
    duration = timestamp(stream.pointee.duration).flatMap { $0 > 0 ? $0 : nil }
    frameCount = stream.pointee.nb_frames > 0 ? Int(stream.pointee.nb_frames) : nil
    isAttachedPicture = stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
    width = Int(parameters.width)
    height = Int(parameters.height)
    let aspect = Rational(av_guess_sample_aspect_ratio(nil, stream, nil))
    pixelAspect = aspect.isPositive ? aspect : Rational(1, 1)
    orientation = Self.orientation(of: stream)
    pixelFormat = PixelFormat(raw: AVPixelFormat(kind == .video ? parameters.format : -1))
    let alphaMode = av_dict_get(stream.pointee.metadata, "alpha_mode", nil, 0)
    hasAlpha =
      kind == .video
      && (pixelFormat.hasAlpha
        || alphaMode.map { String(cString: $0.pointee.value) == "1" } ?? false)
    isInterlaced =
      parameters.field_order != AV_FIELD_UNKNOWN && parameters.field_order != AV_FIELD_PROGRESSIVE
    averageFrameRate = Rational(stream.pointee.avg_frame_rate)
    baseFrameRate = Rational(stream.pointee.r_frame_rate)
    colourTransfer =
      parameters.color_trc == AVCOL_TRC_UNSPECIFIED
      ? nil : av_color_transfer_name(parameters.color_trc).map { String(cString: $0) }
    colourPrimaries =
      parameters.color_primaries == AVCOL_PRI_UNSPECIFIED
      ? nil : av_color_primaries_name(parameters.color_primaries).map { String(cString: $0) }
    colourMatrix =
      parameters.color_space == AVCOL_SPC_UNSPECIFIED
      ? nil : av_color_space_name(parameters.color_space).map { String(cString: $0) }
    isFullRange =
      parameters.color_range == AVCOL_RANGE_UNSPECIFIED
      ? nil : parameters.color_range == AVCOL_RANGE_JPEG
    profile = avcodec_profile_name(parameters.codec_id, parameters.profile)
      .map { String(cString: $0) }
    bitsPerSecond = parameters.bit_rate > 0 ? Int(parameters.bit_rate) : nil
    language = av_dict_get(stream.pointee.metadata, "language", nil, 0)
      .map { String(cString: $0.pointee.value) }
      .flatMap { $0 == "und" ? nil : $0 }
    sampleRate = Int(parameters.sample_rate)
    channels = Int(parameters.ch_layout.nb_channels)
  }

  private static func orientation(of stream: UnsafeMutablePointer<AVStream>) -> Orientation {
    var size = 0
    guard
      let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= 36
    else { return .upright }
    return data.withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(matrix: $0) }
  }
}
