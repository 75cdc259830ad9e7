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
  /// How long a good answer holds.
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

  /// Has the program that listens write down a hum, which takes a second of a core: it is taken for a voice, so that
  /// everything is loaded, and has no words in it.
  static let transcriber = HealthProbe(
    name: "transcriber", isVital: false, lifetime: .seconds(300)
  ) {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("videocraft-probe-\(UUID().uuidString).wav")
    defer { try? FileManager.default.removeItem(at: url) }
    do {
      var helper = try SpeechHelper.find()
      helper.silence = .seconds(30)
      try await BlockingThread.run("health") { () throws(WaveError) in
        let file = try WaveFileWriter(url.path, sampleRate: 16_000)
        try file.appendSilence(sampleCount: 4800)
        try file.append((0..<6400).map { Int16(9000 - $0 % 107 * 168) })
        try file.appendSilence(sampleCount: 4800)
        try file.close()
      }
      let answer = try await helper.perform(.recognise(RecognitionRequest(audio: url.path)))
      return answer.recognised == nil ? "the speech program gave no answer" : nil
    } catch let error as SpeechError {
      return error.message
    } catch {
      return "no sound can be written to try the speech program with"
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
