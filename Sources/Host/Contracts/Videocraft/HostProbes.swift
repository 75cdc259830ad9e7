import FFmpeg
import Foundation
import Speech
import SpeechClient
import Threads

/// Tries what only videos need: the encoders and the transcriber. An answer holds for minutes, because loading what
/// recognises speech takes a second of a core.
actor HostProbes {
  /// What is wrong; nil for nothing.
  typealias Probe = @Sendable () async -> String?

  private struct Finding {
    var at: ContinuousClock.Instant
    var problem: String?
  }

  private static let lifetime = Duration.seconds(300)
  /// What is broken may be mended soon.
  private static let shortLifetime = Duration.seconds(15)

  private let probes: [(name: String, probe: Probe)]
  private var findings: [String: Finding] = [:]
  private var pending: [String: Task<String?, Never>] = [:]

  init(
    encoder: @escaping Probe = HostProbes.openEncoders,
    transcriber: @escaping Probe = HostProbes.loadTranscriber
  ) {
    probes = [("ffmpeg", encoder), ("transcription", transcriber)]
  }

  /// `healthy`, or `unhealthy: ` and why, for each.
  func look() async -> [String: String] {
    var states: [String: String] = [:]
    for (name, probe) in probes {
      let problem = await problem(of: name, probe)
      states[name] = problem.map { "unhealthy: \($0)" } ?? "healthy"
    }
    return states
  }

  private func problem(of name: String, _ probe: @escaping Probe) async -> String? {
    if let finding = findings[name] {
      let lifetime = finding.problem == nil ? Self.lifetime : Self.shortLifetime
      if ContinuousClock.now - finding.at < lifetime { return finding.problem }
    }
    // Those who ask meanwhile wait for the same.
    let task = pending[name] ?? Task { await probe() }
    pending[name] = task
    let problem = await task.value
    pending[name] = nil
    findings[name] = Finding(at: .now, problem: problem)
    return problem
  }

  // MARK: The probes

  static let openEncoders: Probe = {
    await BlockingThread.run("probe") {
      do throws(FFmpegError) {
        _ = try Encoder.h264(
          Encoder.VideoSettings(
            width: 64, height: 36, frameRate: Rational(25, 1), quality: 30, preset: "ultrafast",
            keyframeDistance: 25, threads: 1))
        _ = try Encoder.aac(
          Encoder.AudioSettings(sampleRate: 48_000, channels: 2, bitsPerSecond: 128_000))
        return nil
      } catch {
        return "an encoder cannot be opened: \(error)"
      }
    }
  }

  /// Has a hum written down: it is taken for a voice, so that everything is loaded, and has no words in it.
  static let loadTranscriber: Probe = {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("videocraft-probe-\(UUID().uuidString).wav")
    defer { try? FileManager.default.removeItem(at: url) }
    do {
      var helper = try SpeechHelper.find()
      helper.silence = .seconds(30)
      try await BlockingThread.run("probe") { () throws(WaveError) in
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
      return "no sound can be written to try it with"
    }
  }
}
