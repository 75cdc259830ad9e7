import Foundation
import TestSupport
import Testing
import Threads

@testable import Pipeline

/// Retries, and the three limits of time.
@Suite("Retries and limits", .timeLimit(.minutes(5)))
struct LimitedTaskTests {
  @Test(
    "a wait is anything up to its bound, never earlier than a service asks",
    arguments: [
      (RetryPolicy.Backoff.exponential, 1, 2.0), (.exponential, 2, 4), (.exponential, 3, 8),
      (.exponential, 9, 30), (.constant, 1, 2), (.constant, 5, 2),
    ])
  func jitter(backoff: RetryPolicy.Backoff, attempt: Int, bound: Double) throws {
    let policy = RetryPolicy(max: 9, backoff: backoff, initial: .seconds(2), cap: .seconds(30))
    let error = StageError(.transient, "x")
    let delays = try (0..<500).map { _ in
      MediaTime(try #require(policy.delay(after: error, attempt: attempt))).seconds
    }
    #expect(delays.allSatisfy { $0 >= 0 && $0 <= bound })
    #expect((delays.max() ?? 0) > bound * 0.8)
    #expect((delays.min() ?? bound) < bound * 0.2)
    let asked = StageError(.rateLimited, "x", retryAfter: .seconds(100))
    #expect(policy.delay(after: asked, attempt: attempt) == .seconds(100))
    #expect(policy.delay(after: error, attempt: 10) == nil)
  }

  private static func pipeline(_ limits: String, _ stage: String = "uses: wait") -> String {
    """
    version: 1
    name: limits
    stages:
      a: { \(stage), \(limits) }
    """
  }

  @Test("an attempt that takes too long is tried again, and each has all its time")
  func timeout() async throws {
    let clock = ManualClock()
    let bench = try EngineBench(clock: clock)
    let run = Task {
      try await bench.run(
        Self.pipeline("timeout: 10s, retry: { max: 1, backoff: constant, initial: 1s }"))
    }
    try await clock.sleepers(1)
    clock.advance(by: .seconds(10))
    // The pause before the second attempt may be of no length at all.
    try await eventually("the stage is tried again") {
      bench.types(of: "a").contains(.stageRetrying)
    }
    try await eventually("the second attempt began") {
      clock.advance(by: .milliseconds(100))
      return bench.events.withLock { $0.count { $0.type == .stageLog } } >= 2
    }
    try await clock.sleepers(1)
    clock.advance(by: .seconds(10))
    let result = try await run.ended
    #expect(result[stage: "a"]?.error?.errorClass == .timeout)
    #expect(result[stage: "a"]?.error?.message == "the attempt took longer than 10s")
    #expect(await bench.journal.attempts(of: result.id).map(\.state) == [.failed, .failed])
  }

  @Test("the deadline counts all attempts and the waits between them")
  func deadline() async throws {
    let bench = try EngineBench(clock: ManualClock())
    let result = try await bench.run(
      Self.pipeline(
        "deadline: 1s, retry: { max: 5, only: [rate-limited] }",
        "uses: flaky, with: { failures: 9, error: rate-limited, patience: 5s }"))
    let error = try #require(result[stage: "a"]?.error)
    #expect(error.errorClass == .timeout)
    #expect(error.field == "deadline")
    #expect(
      error.message
        == "the deadline of 1s leaves no time for another attempt; the last one failed: not yet")
  }

  @Test("the deadline ends an attempt that is under way")
  func deadlineDuringAttempt() async throws {
    let clock = ManualClock()
    let bench = try EngineBench(clock: clock)
    let run = Task {
      try await bench.run(Self.pipeline("timeout: 1h, deadline: 2h, retry: { max: 5 }"))
    }
    try await clock.sleepers(1)
    #expect(clock.slept == [.seconds(3600)])
    run.cancel()
    _ = try await run.ended
    let second = Task { try await bench.run(Self.pipeline("deadline: 90s, retry: { max: 5 }")) }
    try await clock.sleepers(1)
    clock.advance(by: .seconds(90))
    let error = try #require(try await second.ended[stage: "a"]?.error)
    #expect(error.message == "the task took longer than its deadline of 1m30s")
  }

  @Test("silence ends an attempt and says what was heard last")
  func stall() async throws {
    let clock = ManualClock()
    let bench = try EngineBench(clock: clock)
    let run = Task { try await bench.run(Self.pipeline("stall: 30s")) }
    // The stage says one thing and then nothing.
    try await eventually("the stage said something") { bench.types().contains(.stageLog) }
    try await clock.sleepers(1)
    clock.advance(by: .seconds(30))
    let error = try #require(try await run.ended[stage: "a"]?.error)
    #expect(error.errorClass == .timeout)
    #expect(error.field == "stall")
    #expect(error.message == "stalled: nothing heard for 30s after `waiting`")
  }

  @Test("a word in time starts the silence anew")
  func heard() {
    let clock = ManualClock()
    let heartbeat = Heartbeat(clock)
    clock.advance(by: .seconds(20))
    #expect(heartbeat.silence == .seconds(20))
    heartbeat.heard(StageProgress(done: 12, total: 40, unit: .frames, phase: "encode"))
    clock.advance(by: .seconds(5))
    #expect(heartbeat.silence == .seconds(5))
  }

  @Test("a task whose scratch can never fit the disk is told so")
  func disk() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(
      """
      version: 1
      name: disk
      stages:
        all: { uses: join, in: { texts: ["'a'"] } }
        big: { uses: hungry, in: { file: all.file } }
      """)
    let error = try #require(result[stage: "big"]?.error)
    #expect(error.errorClass == .configuration)
  }
}
