import FFmpeg
import Foundation
import TestSupport
import Testing
import Threads

@Suite("FFmpeg", .timeLimit(.minutes(5)))
struct FFmpegTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func settings(_ width: Int = 64, preset: String = "veryfast") -> Encoder.VideoSettings {
    Encoder.VideoSettings(
      width: width, height: 48, frameRate: Rational(25, 1), quality: 20, preset: preset,
      keyframeDistance: 100, threads: 1)
  }

  /// Encodes `count` grey pictures and gives the packets.
  private func encode(_ count: Int, keyframes: Set<Int> = [0]) throws -> (
    CodecParameters, [Packet]
  ) {
    var encoder = try Encoder.h264(settings())
    let pool = try FramePool(width: 64, height: 48)
    var packets: [Packet] = []
    for index in 0..<count {
      let frame = try pool.frame { writer in
        writer.withPlanesFilled(with: UInt8(20 + index * 3))
      }
      try encoder.send(frame, at: Int64(index), forcesKeyframe: keyframes.contains(index))
      while case .packet(let packet) = try encoder.receive() { packets.append(packet) }
    }
    try encoder.finish()
    while case .packet(let packet) = try encoder.receive() { packets.append(packet) }
    return (encoder.parameters, packets)
  }

  @Test("keyframes are where they were asked for and nowhere else")
  func keyframes() throws {
    let (parameters, packets) = try encode(60, keyframes: [0, 20, 33])
    #expect(packets.count == 60)
    #expect(packets.filter(\.isKeyframe).map(\.pts) == [0, 20, 33])
    #expect(parameters.codecsName?.hasPrefix("avc1.6400") == true)
  }

  @Test("what is muxed is demuxed and decoded again")
  func roundTrip() throws {
    let (parameters, packets) = try encode(30)
    let url = folder.file("a:b %d.mp4")
    var muxer = try Muxer.open("mp4", file: url, streams: [parameters])
    for packet in packets { try muxer.write(packet, stream: 0) }
    try muxer.finish()

    var demuxer = try Demuxer.open(url)
    let best = demuxer.bestStream(.video)
    let stream = try #require(best)
    #expect(stream.width == 64 && stream.frameCount == 30)
    var decoder = try demuxer.decoder(for: stream, threads: 2)
    var levels: [UInt8] = []
    var ended = false
    while !ended {
      switch try decoder.receive() {
      case .frame(let frame):
        levels.append(frame.withPlane(0, rows: 48) { $0.start[24 * $0.stride + 30] } ?? 0)
      case .needsInput: _ = try decoder.send(try demuxer.read())
      case .ended: ended = true
      }
    }
    #expect(levels.count == 30)
    #expect(zip(levels, 0...).allSatisfy { abs(Int($0) - (20 + $1 * 3)) <= 2 })
  }

  @Test("frames outlive the pool and the decoder that made them")
  func lifetime() throws {
    func make() throws -> Frame {
      try FramePool(width: 64, height: 48).frame { $0.withPlanesFilled(with: 77) }
    }
    let frame = try make()
    #expect(frame.withPlane(0, rows: 48) { $0.start[47 * $0.stride + 63] } == 77)
  }

  @Test("an encoder's setting that does not exist is an error with FFmpeg's words")
  func badPreset() throws {
    let error = #expect(throws: FFmpegError.self) { _ = try Encoder.h264(settings(preset: "warp")) }
    #expect(error?.logLine?.contains("warp") == true, "\(String(describing: error))")
  }

  @Test("a muxer's option that does not exist is an error")
  func badOption() throws {
    let (parameters, _) = try encode(1)
    let error = #expect(throws: FFmpegError.self) {
      _ = try Muxer.open(
        "mp4", file: folder.file("x.mp4"), streams: [parameters], options: ["movflogs": "x"])
    }
    #expect(error?.message.contains("`movflogs`") == true)
  }

  @Test("a sink that fails ends the muxer with the sink's words")
  func failingSink() throws {
    final class Full: ByteSink {
      func write(_ bytes: UnsafeRawBufferPointer) throws { throw SinkError() }
    }
    struct SinkError: Error, CustomStringConvertible { let description = "the disk is full" }
    let (parameters, packets) = try encode(5)
    let error = #expect(throws: FFmpegError.self) {
      var muxer = try Muxer.open("mpegts", sink: Full(), streams: [parameters])
      for packet in packets { try muxer.write(packet, stream: 0, delayedBy: 1) }
      try muxer.flush()
    }
    #expect(error?.message == "the disk is full")
  }

  @Test("a raised flag ends every read")
  func cancelled() async throws {
    let url = try await TestMedia.clip(folder.file("c.mp4"), seconds: 1)
    let flag = CancellationFlag()
    flag.raise()
    let error = #expect(throws: FFmpegError.self) {
      _ = try Demuxer.open(url, cancellation: flag)
    }
    #expect(error?.isCancelled == true)
  }

  @Test("a filter that does not exist is an error, not a crash")
  func badFilter() throws {
    let frame = try FramePool(width: 64, height: 48).frame { $0.withPlanesFilled(with: 1) }
    let error = #expect(throws: FFmpegError.self) {
      _ = try FilterGraph.pictures(like: frame, through: "nonsense=1")
    }
    #expect(error?.logLine?.contains("nonsense") == true)
  }

  @Test("pictures beyond the limits are refused", arguments: [(20_000, 10), (14_000, 14_000)])
  func sizes(width: Int, height: Int) {
    let error = #expect(throws: FFmpegError.self) {
      try Decoder.checkSize(width: width, height: height)
    }
    #expect(error?.isTooManyPixels == true)
  }
}

extension PictureWriter {
  fileprivate borrowing func withPlanesFilled(with level: UInt8) {
    try? withPlanes { planes in
      for (index, plane) in planes.enumerated() {
        plane.start.update(
          repeating: index == 0 ? level : 128, count: plane.stride * (index == 0 ? 48 : 24))
      }
    }
  }
}
