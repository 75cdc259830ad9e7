import FFmpeg
import Foundation

/// Coded packets of one stream in a file: what an encoder made, kept until it is joined with the rest.
///
/// The layout, all numbers little-endian: the magic; the byte count of the decoder's extra data (32 bits) and these
/// bytes; for each packet a head and its bytes; a last head that counts the packets. A container would do too, but
/// each of FFmpeg's changes something on the way: times are rounded (Matroska), moved (MP4) or guessed anew (NUT).
enum PacketFile {
  static let magic = Array("VCPKTS01".utf8)
  /// No coded picture is larger; a head that says so is damaged.
  static let largestPacket = 256 << 20

  /// What stands before the bytes of each packet.
  struct Head: Equatable {
    static let byteCount = 32
    /// Instead of a byte count, in the head after the last packet.
    static let end = UInt32.max

    var byteCount: UInt32
    /// Bit 0: a keyframe. In the last head: how many packets there are.
    var flags: UInt32
    var pts: Int64 = 0
    var dts: Int64 = 0
    var duration: Int64 = 0

    var isEnd: Bool { byteCount == Self.end }

    init(_ packet: Packet) {
      byteCount = UInt32(clamping: packet.byteCount)
      flags = packet.isKeyframe ? 1 : 0
      pts = packet.pts ?? packet.dts ?? 0
      dts = packet.dts ?? packet.pts ?? 0
      duration = packet.duration
    }

    /// The last head.
    init(ending count: Int) {
      byteCount = Self.end
      flags = UInt32(clamping: count)
    }

    init(_ bytes: UnsafeRawBufferPointer) {
      byteCount = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
      flags = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
      pts = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))
      dts = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self))
      duration = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: Int64.self))
    }

    func append(to bytes: inout Data) {
      withUnsafeBytes(of: byteCount.littleEndian) { bytes.append(contentsOf: $0) }
      withUnsafeBytes(of: flags.littleEndian) { bytes.append(contentsOf: $0) }
      for number in [pts, dts, duration] {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
  }
}

/// Writes a packet file from its beginning to its end. One thread at a time.
final class PacketFileWriter {
  private let file: FileHandle
  private let name: String
  private let growth: ByteGrowth?
  private var pending = Data()
  private var written = 0
  private var count = 0

  private static let flushSize = 256 << 10
  /// Where somebody waits for it: less than a second of sound.
  private static let growingFlushSize = 8 << 10

  /// - Parameter growth: is told how many bytes can be read.
  init(_ url: URL, extraData: [UInt8], growth: ByteGrowth? = nil) throws(MediaError) {
    name = url.lastPathComponent
    guard FileManager.default.createFile(atPath: url.path, contents: nil),
      let file = FileHandle(forWritingAtPath: url.path)
    else {
      throw MediaError(.unwritable, "a part of the film cannot be written; is the disk full?")
    }
    self.file = file
    self.growth = growth
    pending.append(contentsOf: PacketFile.magic)
    withUnsafeBytes(of: UInt32(clamping: extraData.count).littleEndian) {
      pending.append(contentsOf: $0)
    }
    pending.append(contentsOf: extraData)
  }

  deinit { try? file.close() }

  func write(_ packet: Packet) throws(MediaError) {
    PacketFile.Head(packet).append(to: &pending)
    packet.withBytes { pending.append(contentsOf: $0) }
    count += 1
    if pending.count >= (growth == nil ? Self.flushSize : Self.growingFlushSize) { try flush() }
  }

  /// What was written so far can be read by others afterwards.
  func flush() throws(MediaError) {
    do {
      try file.write(contentsOf: pending)
    } catch {
      throw MediaError(storing: "a part of the film", error)
    }
    written += pending.count
    pending.removeAll(keepingCapacity: true)
    growth?.advance(to: written)
  }

  /// The file is complete when this returns.
  func finish() throws(MediaError) {
    PacketFile.Head(ending: count).append(to: &pending)
    try flush()
    growth?.finish()
  }
}
