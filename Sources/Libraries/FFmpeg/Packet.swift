import CFFmpeg
import Foundation

/// Coded bytes of one stream with their times. Immutable and reference-counted.
public final class Packet: Sendable {
  // Written only before `init(owning:)`; afterwards nobody in this module changes it.
  nonisolated(unsafe) let raw: UnsafeMutablePointer<AVPacket>

  /// Takes `raw` over: it is freed with this object.
  init(owning raw: UnsafeMutablePointer<AVPacket>) { self.raw = raw }

  deinit {
    var pointer: UnsafeMutablePointer<AVPacket>? = raw
    av_packet_free(&pointer)
  }

  public var streamIndex: Int { Int(raw.pointee.stream_index) }
  /// When it is shown, in the stream's or encoder's time base; nil when not known.
  public var pts: Int64? { timestamp(raw.pointee.pts) }
  /// When it is to be decoded.
  public var dts: Int64? { timestamp(raw.pointee.dts) }
  /// 0 when not known.
  public var duration: Int64 { max(0, raw.pointee.duration) }
  public var byteCount: Int { Int(raw.pointee.size) }
  public var isKeyframe: Bool { raw.pointee.flags & AV_PKT_FLAG_KEY != 0 }

  /// A packet of bytes that were coded before.
  ///
  /// - Parameter fill: writes all of the bytes.
  public init(
    byteCount: Int, pts: Int64, dts: Int64, duration: Int64, isKeyframe: Bool,
    _ fill: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(FFmpegError) {
    guard byteCount >= 0, let size = Int32(exactly: byteCount) else {
      throw FFmpegError(shim_averror(ERANGE), "av_new_packet")
    }
    raw = try Self.allocate()
    // "allocates the payload … size + AV_INPUT_BUFFER_PADDING_SIZE"; freed with the packet.
    try check(av_new_packet(raw, size), "av_new_packet")
    raw.pointee.pts = pts
    raw.pointee.dts = dts
    raw.pointee.duration = duration
    if isKeyframe { raw.pointee.flags |= AV_PKT_FLAG_KEY }
    fill(UnsafeMutableRawBufferPointer(start: raw.pointee.data, count: byteCount))
  }

  /// Lends the coded bytes for the duration of `body`.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: raw.pointee.data, count: byteCount))
  }

  static func allocate() throws(FFmpegError) -> UnsafeMutablePointer<AVPacket> {
    _ = LogLines.install
    return try owned(av_packet_alloc(), "av_packet_alloc")
  }
}
