/// Looks into MPEG transport streams (ISO/IEC 13818-1, 2.4.3) as FFmpeg writes them.
enum TransportStream {
  static let packetSize = 188
  private static let associationTable = 0
  private static let mapTable = 0x1000
  private static let pictures = 0x100

  /// What was written for one keyframe.
  struct Keyframe: Equatable {
    /// Program tables that stand before it: a decoder needs them before any picture. Nil where there are none.
    var tables: MediaPlaylist.ByteRange?
    /// All packets of the picture, and nothing else.
    var picture: MediaPlaylist.ByteRange
  }

  /// - Parameters:
  ///   - bytes: whole packets, of tables and one picture.
  ///   - offset: where `bytes` begin in their file.
  /// - Returns: nil when there is no picture, or something stands within it.
  static func keyframe(in bytes: [UInt8], at offset: Int) -> Keyframe? {
    var tables: Range<Int>?
    var picture: Range<Int>?
    for start in stride(from: 0, to: bytes.count - packetSize + 1, by: packetSize) {
      let end = start + packetSize
      let packet = Int(bytes[start + 1] & 0x1F) << 8 | Int(bytes[start + 2])
      switch packet {
      case associationTable where picture == nil: tables = start..<end
      case mapTable where tables?.upperBound == start && picture == nil:
        tables = (tables?.lowerBound ?? start)..<end
      case pictures where picture == nil: picture = start..<end
      case pictures where picture?.upperBound == start:
        picture = (picture?.lowerBound ?? start)..<end
      default: if picture != nil { return nil }
      }
    }
    return picture.map { picture in
      Keyframe(
        tables: tables.map { .init(offset: offset + $0.lowerBound, byteCount: $0.count) },
        picture: .init(offset: offset + picture.lowerBound, byteCount: picture.count))
    }
  }
}
