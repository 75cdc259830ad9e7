import FFmpeg
import Foundation
import TestSupport
import Testing
import Threads

@testable import Media

@Suite("Packet files", .blocking, .timeLimit(.minutes(5)))
struct PacketFileTests {
  let samples: Samples
  var url: URL { samples.url("packets") }

  init() throws { samples = try Samples() }

  private func packet(_ number: Int, byteCount: Int = 100) throws -> Packet {
    try Packet(
      byteCount: byteCount, pts: Int64(number), dts: Int64(number - 2), duration: 1,
      isKeyframe: number % 10 == 0
    ) { bytes in
      for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &+ number) }
    }
  }

  private func write(_ count: Int, byteCount: Int = 100) throws {
    let file = try PacketFileWriter(url, extraData: [1, 2, 3])
    for number in 0..<count { try file.write(try packet(number, byteCount: byteCount)) }
    try file.finish()
  }

  private func read(_ growth: ByteGrowth? = nil) throws -> [Packet] {
    let reader = try PacketFileReader(url, growth: growth, CancellationFlag())
    #expect(reader.extraData == [1, 2, 3])
    var packets: [Packet] = []
    while let head = try reader.nextHead() { packets.append(try reader.packet(head)) }
    return packets
  }

  private func bytes(_ packet: Packet) -> [UInt8] { packet.withBytes { Array($0) } }

  @Test("packets come back as they were", arguments: [(0, 1), (1, 0), (25, 7), (40, 50_000)])
  func roundTrip(count: Int, byteCount: Int) throws {
    try write(count, byteCount: byteCount)
    let found = try read()
    #expect(found.count == count)
    for (number, packet) in found.enumerated() {
      #expect(packet.pts == Int64(number) && packet.dts == Int64(number - 2))
      #expect(packet.duration == 1 && packet.isKeyframe == (number % 10 == 0))
      #expect(bytes(packet) == bytes(try self.packet(number, byteCount: byteCount)))
    }
  }

  @Test("a file that was cut off anywhere is refused, never taken for a shorter one")
  func truncated() throws {
    try write(5)
    let whole = try Data(contentsOf: url)
    for length in 0..<whole.count {
      try whole.prefix(length).write(to: url)
      let error = #expect(throws: MediaError.self) { try read() }
      #expect(error?.reason == .lost)
    }
  }

  @Test("wrong bytes are refused or change nothing but packets, and never trap")
  func damaged() throws {
    try write(3)
    let whole = try Data(contentsOf: url)
    for index in whole.indices {
      for value in [UInt8(0), 0x7F, 0xFF] {
        var bytes = whole
        bytes[index] = value
        try bytes.write(to: url)
        do { #expect(try PacketFileReaderTotal.count(url) == 3) } catch {
          #expect((error as? MediaError)?.reason == .lost)
        }
      }
    }
  }

  @Test("a file is read while it is written")
  func growing() throws {
    let growth = ByteGrowth()
    let file = try PacketFileWriter(url, extraData: [1, 2, 3], growth: growth)
    let received = BoundedLink<Int64>(capacity: 100)
    let url = url
    let reading = Thread {
      defer { received.close() }
      guard let reader = try? PacketFileReader(url, growth: growth, CancellationFlag()) else {
        return
      }
      while let head = try? reader.nextHead(), let packet = try? reader.packet(head) {
        received.send(packet.pts ?? -1)
      }
    }
    reading.start()
    for number in 0..<3 {
      try file.write(try packet(number))
      try file.flush()
      #expect(received.receive() == Int64(number))
    }
    try file.finish()
    #expect(received.receive() == nil)
  }

  @Test("who waits for more is woken when the film is given up")
  func abandoned() throws {
    let growth = ByteGrowth()
    let flag = CancellationFlag()
    let file = try PacketFileWriter(url, extraData: [], growth: growth)
    try file.flush()
    let reader = try PacketFileReader(url, growth: growth, flag)
    flag.raise()
    let error = #expect(throws: MediaError.self) { try reader.nextHead() }
    #expect(error?.reason == .cancelled)
  }
}

private enum PacketFileReaderTotal {
  static func count(_ url: URL) throws -> Int {
    let reader = try PacketFileReader(url, CancellationFlag())
    var count = 0
    while let head = try reader.nextHead() {
      _ = try reader.packet(head)
      count += 1
    }
    return count
  }
}
