import CFFmpeg

extension Frame {
  /// The decoder had to make up part of it.
  public var isDamaged: Bool {
    raw.pointee.decode_error_flags != 0 || raw.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
  }
}
