import FFmpeg
import Foundation
import Threads

/// Reads a packet file from its beginning to its end, also while it is being written. One thread at a time.
final class PacketFileReader {
  /// What a decoder needs before the first packet.
  private(set) var extraData: [UInt8] = []

  private let file: FileHandle
  private let growth: ByteGrowth?
  private let cancellation: CancellationFlag
  /// Read and not yet given, from `head` on.
  private var buffer: [UInt8] = []
  private var head = 0
  /// How many bytes of the file came into the buffer so far.
  private var position = 0
  private var count = 0

  private static let readSize = 256 << 10
  /// Decoders of ours need far less.
  private static let largestExtraData = 1 << 20

  /// - Parameter growth: of a file that is being written; nil for one that is complete.
  init(
    _ url: URL, growth: ByteGrowth? = nil, _ cancellation: CancellationFlag
  ) throws(MediaError) {
    guard let file = FileHandle(forReadingAtPath: url.path) else { throw Self.damaged }
    self.file = file
    self.growth = growth
    self.cancellation = cancellation
    let start = PacketFile.magic.count + 4
    try fill(start)
    guard Array(buffer[0..<PacketFile.magic.count]) == PacketFile.magic else { throw Self.damaged }
    let byteCount = buffer.withUnsafeBytes {
      Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: start - 4, as: UInt32.self)))
    }
    guard byteCount <= Self.largestExtraData else { throw Self.damaged }
    head = start
    try fill(byteCount)
    extraData = Array(buffer[head..<head + byteCount])
    head += byteCount
  }

  deinit { try? file.close() }

  /// The next packet's head; nil after the last one. The packet must be taken before the next call.
  func nextHead() throws(MediaError) -> PacketFile.Head? {
    try fill(PacketFile.Head.byteCount)
    let found = buffer.withUnsafeBytes { bytes in
      PacketFile.Head(
        UnsafeRawBufferPointer(rebasing: bytes[head..<head + PacketFile.Head.byteCount]))
    }
    if found.isEnd {
      guard found.flags == UInt32(clamping: count) else { throw Self.damaged }
      return nil
    }
    guard found.byteCount <= PacketFile.largestPacket else { throw Self.damaged }
    head += PacketFile.Head.byteCount
    count += 1
    return found
  }

  /// The bytes that follow `head`, as a packet with the times in it.
  func packet(_ found: PacketFile.Head) throws(MediaError) -> Packet {
    let byteCount = Int(found.byteCount)
    try fill(byteCount)
    defer { head += byteCount }
    do throws(FFmpegError) {
      return try Packet(
        byteCount: byteCount, pts: found.pts, dts: found.dts, duration: found.duration,
        isKeyframe: found.flags & 1 != 0
      ) { target in
        buffer.withUnsafeBytes { bytes in
          target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[head..<head + byteCount]))
        }
      }
    } catch {
      throw MediaError(writing: "the film", error)
    }
  }

  /// Makes `wanted` bytes available from `head` on.
  private func fill(_ wanted: Int) throws(MediaError) {
    guard buffer.count - head < wanted else { return }
    buffer.removeSubrange(0..<head)
    head = 0
    while buffer.count < wanted {
      try growth?.wait(for: position + 1, cancellation)
      let bytes: Data?
      do { bytes = try file.read(upToCount: Self.readSize) } catch {
        throw MediaError(
          .lost, "a part of the film cannot be read back", cause: error.localizedDescription)
      }
      guard let bytes, !bytes.isEmpty else { throw Self.damaged }
      buffer.append(contentsOf: bytes)
      position += bytes.count
    }
  }

  private static let damaged = MediaError(
    .lost, "a part of the film that was rendered before is damaged; run the stage again afresh")
}
