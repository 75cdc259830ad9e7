import CFFmpeg

/// Pictures as JPEG files.
public enum JPEG {
  /// Encodes a picture whose samples are what JFIF wants: ITU-R BT.601 in full range, as `PixelFormat.yuvj420p` or
  /// a form of the same kind. What the picture says of its colours is not looked at.
  ///
  /// - Parameter quality: 1 (smallest) to 100.
  /// - Returns: the file's bytes; equal pictures give equal bytes.
  public static func encode(_ frame: Frame, quality: Int) throws(FFmpegError) -> [UInt8] {
    _ = LogLines.install
    _ = LogLines.take()
    guard let codec = avcodec_find_encoder_by_name("mjpeg") else {
      throw FFmpegError(
        shim_error_encoder(), "avcodec_find_encoder_by_name",
        message: "this FFmpeg has no encoder `mjpeg`")
    }
    let scale = quantiser(for: quality)
    var raw: UnsafeMutablePointer<AVCodecContext>? = try owned(
      avcodec_alloc_context3(codec), "avcodec_alloc_context3")
    defer { avcodec_free_context(&raw) }
    let context = try owned(raw, "avcodec_alloc_context3")
    context.pointee.width = frame.raw.pointee.width
    context.pointee.height = frame.raw.pointee.height
    context.pointee.pix_fmt = AVPixelFormat(frame.raw.pointee.format)
    context.pointee.time_base = AVRational(num: 1, den: 1)
    // How the work is divided between threads shows in the bytes.
    context.pointee.thread_count = 1
    context.pointee.flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT
    context.pointee.global_quality = scale
    try check(avcodec_open2(context, codec, nil), "avcodec_open2")
    return try encode(frame, scale, in: context)
  }

  private static func encode(
    _ frame: Frame, _ scale: Int32, in context: UnsafeMutablePointer<AVCodecContext>
  ) throws(FFmpegError) -> [UInt8] {
    var input: UnsafeMutablePointer<AVFrame>? = try Frame.allocate()
    defer { av_frame_free(&input) }
    let picture = try owned(input, "av_frame_alloc")
    try check(av_frame_ref(picture, frame.raw), "av_frame_ref")
    picture.pointee.pts = 0
    picture.pointee.quality = scale
    picture.pointee.color_range = AVCOL_RANGE_JPEG
    try check(avcodec_send_frame(context, picture), "avcodec_send_frame")
    let packet = Packet(owning: try Packet.allocate())
    try check(avcodec_receive_packet(context, packet.raw), "avcodec_receive_packet")
    return packet.withBytes { Array($0) }
  }

  /// FFmpeg counts from 2 (best) to 31, in units of `FF_QP2LAMBDA`.
  private static func quantiser(for quality: Int) -> Int32 {
    let share = Double(100 - min(max(quality, 1), 100)) / 99
    return Int32((2 + share * 29).rounded()) * FF_QP2LAMBDA
  }
}

extension PixelFormat {
  /// 4:2:0 in full range.
  public static let yuvj420p = PixelFormat(raw: AV_PIX_FMT_YUVJ420P)
}
