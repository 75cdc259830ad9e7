import Foundation
import TestSupport
import Testing

@testable import videocraft

/// Kills `videocraft run` with SIGKILL at random moments and starts it again until it is done.
///
/// `VIDEOCRAFT_CRASH_ROUNDS` says how often in all, `VIDEOCRAFT_CRASH_SEED` repeats a sequence of moments; `make crash`
/// does 200 rounds with a release build.
@Suite("Killed at any moment", .serialized, .timeLimit(.minutes(CrashSettings.rounds / 4 + 5)))
struct CrashTests {
  @Test(
    "nothing accepted is lost, nothing is committed twice, and the outputs are the same",
    arguments: CrashPipeline.all)
  func killed(pipeline: CrashPipeline) async throws {
    let harness = try await CrashHarness(pipeline, seed: CrashSettings.seed)
    let rounds = max(1, Int((Double(CrashSettings.rounds) * pipeline.share).rounded()))
    let tally = try await harness.perform(rounds: rounds)
    print(tally.text(pipeline.name, seed: CrashSettings.seed))
    #expect(tally.rounds == rounds)
    #expect(tally.finishedRuns > 0)
    #expect(tally.problems == [], "seed \(CrashSettings.seed)")
  }
}

private enum CrashSettings {
  static let rounds = max(2, number("VIDEOCRAFT_CRASH_ROUNDS") ?? 6)
  static let seed = number("VIDEOCRAFT_CRASH_SEED").map(UInt64.init) ?? UInt64.random(in: 0...9999)

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init)
  }
}
