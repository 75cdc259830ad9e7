import Foundation
import HTTPClient
import Pipeline
import Speech
import SpeechProviders
import TTSStage
import TestSupport
import Threads

extension FakeSpeaker {
  static var loopback: [IPNetwork] { [IPNetwork("127.0.0.0/8")].compactMap { $0 } }
}

/// A host with providers, whose waits take no time.
struct ProviderKit {
  let desk: ProviderDesk
  let services: TestStageServices
  /// Servers that are to be there as long as this is.
  var kept: (any Sendable)?
  private let clock: ProviderClock

  /// How long the providers were waited for, in order.
  var sleeps: [Duration] { clock.sleeps }

  init(
    _ providers: [ProviderSettings], breaker: BreakerSettings = BreakerSettings(),
    key: String = FakeSpeaker.key
  ) throws {
    clock = ProviderClock()
    desk = ProviderDesk(providers, breaker: breaker, key: { _ in key }, time: clock.time)
    var facilities = HostFacilities()
    facilities.add(desk)
    services = try TestStageServices(facilities: facilities)
  }

  func pass(_ time: Duration) { clock.pass(time) }

  func report(_ name: String = "remote") throws -> ProviderReport {
    guard let report = desk.line(named: name)?.report else {
      throw TestProgram.Failure(description: "no provider \(name)")
    }
    return report
  }

  struct Spoken: Sendable {
    var sound: WaveFile
    var transcript: Transcript
    var provider: String?
  }

  func speak(
    _ text: String, by providers: [String] = ["remote"],
    _ set: (inout TTS.Options) -> Void = { _ in }
  ) async throws -> Spoken {
    var options = TTS.Options()
    options.text = text
    options.providers = providers
    set(&options)
    let context = try services.context(stage: "voice")
    let outputs = try await TTS(options).run(NoPorts(), context)
    let folder = try TestFolder()
    let file = try folder.write(
      try services.contents(of: outputs.audio.reference), to: "speech.wav")
    let sound = try await BlockingThread.run("read") { try WaveFile(contentsOf: file.path) }
    return Spoken(sound: sound, transcript: outputs.transcript, provider: outputs.provider)
  }
}

/// Time that passes only when somebody waits, or a test says so.
final class ProviderClock: Sendable {
  private let state = Locked((now: ContinuousClock.now, sleeps: [Duration]()))

  var sleeps: [Duration] { state.withLock { $0.sleeps } }

  func pass(_ time: Duration) { state.withLock { $0.now += time } }

  var time: ProviderTime {
    ProviderTime(
      now: { [state] in state.withLock { $0.now } },
      sleep: { [state] time in
        try Task.checkCancellation()
        state.withLock { state in
          state.now += time
          state.sleeps.append(time)
        }
      })
  }
}
