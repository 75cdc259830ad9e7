import CFFmpeg

/// Makes pictures of one size whose memory is used again when they are freed. Safe to use from any thread.
public final class FramePool: Sendable {
  public let width: Int
  public let height: Int
  public let format: PixelFormat
  private let byteCount: Int
  // An AVBufferPool locks by itself and outlives this object while pictures of it do.
  nonisolated(unsafe) private let pool: OpaquePointer

  private static let alignment: Int32 = 32

  /// A pool of pictures with a plane of 8-bit samples for each channel; both sides even.
  public init(
    width: Int, height: Int, format: PixelFormat = .yuv420p
  ) throws(FFmpegError) {
    _ = LogLines.install
    self.width = width
    self.height = height
    self.format = format
    byteCount = Int(
      try check(
        av_image_get_buffer_size(
          format.raw, Int32(clamping: width), Int32(clamping: height), Self.alignment),
        "av_image_get_buffer_size"))
    // libavcodec and the blend loops may read a vector beyond the end.
    pool = try owned(av_buffer_pool_init(byteCount + 64, nil), "av_buffer_pool_init")
  }

  deinit {
    var pointer: OpaquePointer? = pool
    av_buffer_pool_uninit(&pointer)
  }

  /// A new picture tagged bt709 limited range, whose planes `write` fills. They hold anything before.
  public func frame(
    writing write: (borrowing PictureWriter) throws -> Void
  ) throws -> Frame {
    let frame = try blank()
    try write(PictureWriter(frame: frame))
    return frame
  }

  private func blank() throws(FFmpegError) -> Frame {
    let frame = Frame(owning: try Frame.allocate())
    let raw = frame.raw
    raw.pointee.format = format.raw.rawValue
    raw.pointee.width = Int32(clamping: width)
    raw.pointee.height = Int32(clamping: height)
    raw.pointee.color_range = AVCOL_RANGE_MPEG
    raw.pointee.colorspace = AVCOL_SPC_BT709
    raw.pointee.color_primaries = AVCOL_PRI_BT709
    raw.pointee.color_trc = AVCOL_TRC_BT709
    raw.pointee.chroma_location = AVCHROMA_LOC_LEFT
    raw.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
    let buffer = try owned(av_buffer_pool_get(pool), "av_buffer_pool_get")
    raw.pointee.buf.0 = buffer
    try withUnsafeMutablePointer(to: &raw.pointee.data) { data throws(FFmpegError) in
      try withUnsafeMutablePointer(to: &raw.pointee.linesize) { strides throws(FFmpegError) in
        let filled = data.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 8) {
          data in
          strides.withMemoryRebound(to: Int32.self, capacity: 8) { strides in
            av_image_fill_arrays(
              data, strides, buffer.pointee.data, format.raw, raw.pointee.width,
              raw.pointee.height, Self.alignment)
          }
        }
        try check(filled, "av_image_fill_arrays")
      }
    }
    return frame
  }
}

/// Lends the planes of a picture that nobody else has seen yet.
public struct PictureWriter: ~Copyable {
  fileprivate let frame: Frame

  /// Luma, then the two chroma planes, then alpha where the pool's pictures have it.
  public func withPlanes<Result>(
    _ body: (_ planes: [(start: UnsafeMutablePointer<UInt8>, stride: Int)]) throws -> Result
  ) throws -> Result {
    let count = frame.pixelFormat.hasAlpha ? 4 : 3
    let planes = (0..<count).compactMap { index in
      let (start, stride) = frame.plane(index)
      return start.map { (start: $0, stride: stride) }
    }
    guard planes.count == count else { throw FFmpegError.outOfMemory("av_buffer_pool_get") }
    return try body(planes)
  }
}
