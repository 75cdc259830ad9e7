import CFFmpeg

/// What a muxer needs to know about the packets of an encoder. Immutable.
public final class CodecParameters: Sendable {
  // Written only in `init`; afterwards nobody changes it.
  nonisolated(unsafe) let raw: UnsafeMutablePointer<AVCodecParameters>
  /// The unit of the packets' times.
  public let timeBase: Rational
  /// Not positive for sound.
  public let frameRate: Rational

  init(of encoder: UnsafeMutablePointer<AVCodecContext>) throws(FFmpegError) {
    raw = try owned(avcodec_parameters_alloc(), "avcodec_parameters_alloc")
    timeBase = Rational(encoder.pointee.time_base)
    frameRate = Rational(encoder.pointee.framerate)
    try check(avcodec_parameters_from_context(raw, encoder), "avcodec_parameters_from_context")
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVCodecParameters>? = raw
    avcodec_parameters_free(&pointer)
  }

  public var isVideo: Bool { raw.pointee.codec_type == AVMEDIA_TYPE_VIDEO }

  /// Bytes that a decoder needs before the first packet, such as SPS and PPS.
  public var extraData: [UInt8] {
    guard let start = raw.pointee.extradata else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(raw.pointee.extradata_size)))
  }

  /// The name by RFC 6381, such as `avc1.64001F` or `mp4a.40.2`; nil for codecs that are not of our making.
  public var codecsName: String? {
    switch raw.pointee.codec_id {
    case AV_CODEC_ID_H264: h264Name
    case AV_CODEC_ID_AAC: "mp4a.40.\(max(0, raw.pointee.profile) + 1)"
    default: nil
    }
  }

  /// Profile, constraint flags and level stand behind the first SPS header (ISO/IEC 14496-10, 7.3.2.1.1), whether the
  /// parameters are in Annex B form or an `avcC` box.
  private var h264Name: String? {
    let bytes = extraData
    let isBox = bytes.first == 1
    let start: Int? =
      isBox
      ? 1
      : bytes.indices.first { $0 > 2 && bytes[$0 - 1] == 1 && bytes[$0] & 31 == 7 }.map { $0 + 1 }
    guard let start, start + 2 < bytes.count else { return nil }
    return "avc1."
      + bytes[start...(start + 2)].map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }
}
