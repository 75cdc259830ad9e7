import CFFmpeg
import Foundation

/// Turns packets of one stream into frames. One thread at a time.
public struct Decoder: ~Copyable {
  public enum Output: Sendable {
    case frame(Frame)
    /// Send the next packet.
    case needsInput
    /// Everything that was sent has come out.
    case ended
  }

  private let raw: UnsafeMutablePointer<AVCodecContext>

  private init(owning raw: UnsafeMutablePointer<AVCodecContext>) { self.raw = raw }

  deinit {
    var pointer: UnsafeMutablePointer<AVCodecContext>? = raw
    avcodec_free_context(&pointer)
  }

  static func open(
    _ parameters: UnsafeMutablePointer<AVCodecParameters>, timeBase: AVRational,
    hasAlpha: Bool, threads: Int
  ) throws(FFmpegError) -> Decoder {
    let codec = codec(for: parameters.pointee.codec_id, hasAlpha: hasAlpha)
    guard let codec else { throw FFmpegError(shim_error_decoder(), "avcodec_find_decoder") }
    let decoder = Decoder(
      owning: try owned(avcodec_alloc_context3(codec), "avcodec_alloc_context3"))
    let raw = decoder.raw
    try check(
      avcodec_parameters_to_context(raw, parameters), "avcodec_parameters_to_context")
    if parameters.pointee.codec_type == AVMEDIA_TYPE_VIDEO {
      try checkSize(width: Int(parameters.pointee.width), height: Int(parameters.pointee.height))
    }
    raw.pointee.pkt_timebase = timeBase
    raw.pointee.max_pixels = MediaLimits.pixelCount
    raw.pointee.thread_count = Int32(clamping: max(1, threads))
    try check(avcodec_open2(raw, codec, nil), "avcodec_open2")
    return decoder
  }

  /// FFmpeg's own VP8 and VP9 decoders drop alpha; libvpx keeps it.
  private static func codec(for id: AVCodecID, hasAlpha: Bool) -> UnsafePointer<AVCodec>? {
    let alphaCodec: UnsafePointer<AVCodec>? =
      switch (hasAlpha, id) {
      case (true, AV_CODEC_ID_VP8): avcodec_find_decoder_by_name("libvpx")
      case (true, AV_CODEC_ID_VP9): avcodec_find_decoder_by_name("libvpx-vp9")
      default: nil
      }
    return alphaCodec ?? avcodec_find_decoder(id)
  }

  /// Refuses pictures beyond `MediaLimits`.
  public static func checkSize(width: Int, height: Int) throws(FFmpegError) {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard width <= MediaLimits.side, height <= MediaLimits.side, !overflow,
      pixels <= MediaLimits.pixelCount
    else {
      throw FFmpegError(
        shim_averror(ERANGE), FFmpegError.pixelCheck,
        message: "\(width)x\(height) pixels are too many")
    }
  }

  /// Gives it one packet, or nil when there are no more. Returns false when frames must be received first: then
  /// send the same packet again.
  public mutating func send(_ packet: Packet?) throws(FFmpegError) -> Bool {
    let result = avcodec_send_packet(raw, packet?.raw)
    if result == shim_averror(EAGAIN) { return false }
    if packet == nil, result == shim_error_eof() { return true }
    try check(result, "avcodec_send_packet")
    return true
  }

  public mutating func receive() throws(FFmpegError) -> Output {
    let frame = Frame(owning: try Frame.allocate())
    let result = avcodec_receive_frame(raw, frame.raw)
    if result == shim_averror(EAGAIN) { return .needsInput }
    if result == shim_error_eof() { return .ended }
    try check(result, "avcodec_receive_frame")
    return .frame(frame)
  }

  /// Forgets everything that was sent, as after a seek or to go on after the end.
  public mutating func flush() { avcodec_flush_buffers(raw) }
}
