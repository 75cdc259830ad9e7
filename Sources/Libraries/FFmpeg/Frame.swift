import CFFmpeg

/// A decoded picture or a piece of sound. Immutable and reference-counted: hand it to as many threads and
/// encoders as you like, the samples are never copied.
public final class Frame: Sendable {
  // Written only before `init(owning:)`; afterwards nobody in this module changes it.
  nonisolated(unsafe) let raw: UnsafeMutablePointer<AVFrame>

  /// Takes `raw` over: it is freed with this object.
  init(owning raw: UnsafeMutablePointer<AVFrame>) { self.raw = raw }

  deinit {
    var pointer: UnsafeMutablePointer<AVFrame>? = raw
    av_frame_free(&pointer)
  }

  public var width: Int { Int(raw.pointee.width) }
  public var height: Int { Int(raw.pointee.height) }
  public var sampleCount: Int { Int(raw.pointee.nb_samples) }
  /// In the time base of the stream; nil when neither the file nor the decoder knows.
  public var timestamp: Int64? {
    FFmpeg.timestamp(raw.pointee.best_effort_timestamp) ?? FFmpeg.timestamp(raw.pointee.pts)
  }
  /// In the time base of the stream; 0 when not known.
  public var duration: Int64 { max(0, raw.pointee.pkt_duration) }
  public var pixelFormat: PixelFormat { PixelFormat(raw: AVPixelFormat(raw.pointee.format)) }
  /// Width of a pixel divided by its height; 1 when not known.
  public var pixelAspect: Rational {
    let ratio = Rational(raw.pointee.sample_aspect_ratio)
    return ratio.isPositive ? ratio : Rational(1, 1)
  }

  /// What the samples mean is told by the file, not guessed.
  public var hasColourMatrix: Bool { raw.pointee.colorspace != AVCOL_SPC_UNSPECIFIED }
  /// Which red, green and blue are meant is told by the file.
  public var hasColourPrimaries: Bool { raw.pointee.color_primaries != AVCOL_PRI_UNSPECIFIED }
  /// Every other row was taken half a picture's time later.
  public var isInterlaced: Bool { raw.pointee.interlaced_frame != 0 }
  /// Samples are bt709 in limited range, as our own pictures are.
  public var isLimitedBT709: Bool {
    raw.pointee.colorspace == AVCOL_SPC_BT709 && raw.pointee.color_range != AVCOL_RANGE_JPEG
  }
  /// Brightness is coded for HDR screens (PQ or HLG).
  public var isHDR: Bool {
    raw.pointee.color_trc == AVCOL_TRC_SMPTE2084 || raw.pointee.color_trc == AVCOL_TRC_ARIB_STD_B67
  }

  /// How the picture has to be turned, where the file said so within the picture itself (EXIF).
  public var orientation: Orientation? {
    guard let side = av_frame_get_side_data(raw, AV_FRAME_DATA_DISPLAYMATRIX),
      side.pointee.size >= 36, let data = side.pointee.data
    else { return nil }
    return data.withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(matrix: $0) }
  }

  /// The same samples without the alpha plane, for a `yuva420p` picture that is opaque everywhere.
  public func withoutAlpha() throws(FFmpegError) -> Frame {
    let copy = try owned(av_frame_clone(raw), "av_frame_clone")
    if pixelFormat == .yuva420p {
      copy.pointee.format = AV_PIX_FMT_YUV420P.rawValue
      copy.pointee.data.3 = nil
      copy.pointee.linesize.3 = 0
    }
    return Frame(owning: copy)
  }

  /// Lends plane `index` (of 8-bit samples) for the duration of `body`.
  ///
  /// - Parameter rows: how many rows the plane has, such as half the height for 4:2:0 chroma.
  public func withPlane<Result, Failure: Error>(
    _ index: Int, rows: Int, _ body: (PlaneView) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard (0..<8).contains(index), rows >= 0 else { return nil }
    let (start, stride) = plane(index)
    guard let start, stride > 0 else { return nil }
    return try body(PlaneView(start: UnsafePointer(start), stride: stride, rows: rows))
  }

  func plane(_ index: Int) -> (start: UnsafeMutablePointer<UInt8>?, stride: Int) {
    let data = raw.pointee.data
    let strides = raw.pointee.linesize
    let starts = withUnsafeBytes(of: data) {
      $0.load(
        fromByteOffset: index * MemoryLayout<UnsafeMutablePointer<UInt8>?>.stride,
        as: UnsafeMutablePointer<UInt8>?.self)
    }
    let stride = withUnsafeBytes(of: strides) {
      $0.load(fromByteOffset: index * MemoryLayout<Int32>.stride, as: Int32.self)
    }
    return (starts, Int(stride))
  }

  static func allocate() throws(FFmpegError) -> UnsafeMutablePointer<AVFrame> {
    _ = LogLines.install
    return try owned(av_frame_alloc(), "av_frame_alloc")
  }
}

/// One plane of 8-bit samples, lent for reading.
public struct PlaneView {
  public let start: UnsafePointer<UInt8>
  /// Bytes from one row to the next.
  public let stride: Int
  public let rows: Int

  public init(start: UnsafePointer<UInt8>, stride: Int, rows: Int) {
    self.start = start
    self.stride = stride
    self.rows = rows
  }
}

/// How samples are laid out in a picture.
public struct PixelFormat: Sendable, Hashable {
  let raw: AVPixelFormat

  public static let yuv420p = PixelFormat(raw: AV_PIX_FMT_YUV420P)
  public static let yuva420p = PixelFormat(raw: AV_PIX_FMT_YUVA420P)
  public static let yuv444p = PixelFormat(raw: AV_PIX_FMT_YUV444P)
  public static let yuva444p = PixelFormat(raw: AV_PIX_FMT_YUVA444P)
  public static let rgb24 = PixelFormat(raw: AV_PIX_FMT_RGB24)
  public static let rgba = PixelFormat(raw: AV_PIX_FMT_RGBA)

  public static func == (left: Self, right: Self) -> Bool {
    left.raw.rawValue == right.raw.rawValue
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(raw.rawValue) }

  /// FFmpeg's own name, such as `yuv420p`; `unknown` when there is none.
  public var name: String { av_get_pix_fmt_name(raw).map { String(cString: $0) } ?? "unknown" }

  public var hasAlpha: Bool {
    guard let descriptor = av_pix_fmt_desc_get(raw) else { return false }
    return descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL) != 0
  }
}
