import FFmpeg
import Foundation
import Pipeline
import Speech
import SpeechClient
import Threads

/// A part of the host that can be tried.
struct HealthProbe: Sendable {
  var name: String
  /// Whether the host is of no use without it.
  var isVital: Bool
  /// How long an answer holds.
  var lifetime: Duration
  /// What is wrong; nil when it works.
  var problem: @Sendable () async -> String?

  /// Really encodes some pictures.
  static let encoder = HealthProbe(
    name: "encoder", isVital: true, lifetime: .seconds(30)
  ) {
    await BlockingThread.run("health") {
      do {
        return try encode() > 0 ? nil : "the encoder gave no bytes"
      } catch {
        return "pictures cannot be encoded: \(error)"
      }
    }
  }

  /// Really starts the program that speaks and listens, which loads its engines to say what it can do.
  static let speech = HealthProbe(
    name: "speech", isVital: false, lifetime: .seconds(60)
  ) {
    do {
      var helper = try SpeechHelper.find()
      helper.silence = .seconds(10)
      _ = try await helper.perform(.voices)
      return nil
    } catch let error as SpeechError {
      return error.message
    } catch {
      return "the speech program cannot be tried"
    }
  }

  /// Bytes of a few small pictures in H.264.
  private static func encode() throws -> Int {
    let pool = try FramePool(width: 64, height: 64)
    var encoder = try Encoder.h264(
      Encoder.VideoSettings(
        width: 64, height: 64, frameRate: Rational(25, 1), quality: 30, preset: "ultrafast",
        keyframeDistance: 25, threads: 1))
    var byteCount = 0
    for time in 0..<3 {
      let frame = try pool.frame { _ in }
      try encoder.send(frame, at: Int64(time), forcesKeyframe: time == 0)
      byteCount += try drain(&encoder)
    }
    try encoder.finish()
    return byteCount + (try drain(&encoder))
  }

  private static func drain(_ encoder: inout Encoder) throws -> Int {
    var byteCount = 0
    while case .packet(let packet) = try encoder.receive() { byteCount += packet.byteCount }
    return byteCount
  }
}
