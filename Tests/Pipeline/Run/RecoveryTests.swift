import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

/// Runs that go on after their process ended.
@Suite("Interrupted runs", .timeLimit(.minutes(5)))
struct RecoveryTests {
  /// `first` ends at once, `second` waits at a gate, `last` takes both.
  private static func pipeline(_ gate: String) -> String {
    """
    version: 1
    name: gates
    stages:
      first: { uses: shout, with: { text: "before \(gate)" } }
      second: { uses: gated, needs: [first], with: { name: "\(gate)" } }
      last: { uses: join, in: { texts: ["first.said", "second.said"] } }
    outputs: { text: last.text }
    """
  }

  /// Runs until the gate is reached, then cancels the waiting task.
  private func interrupted(_ bench: EngineBench, _ gate: String) async throws -> RunResult {
    let (reached, signal) = AsyncStream.makeStream(of: Void.self)
    let run = Task {
      try await bench.run(Self.pipeline(gate)) { event in
        if event.type == .stageLog { signal.yield() }
      }
    }
    for await _ in reached { break }
    run.cancel()
    return try await run.ended
  }

  @Test(
    "a run that was interrupted goes on: the same id, numbers without a gap, finished work kept")
  func resumed() async throws {
    let bench = try EngineBench()
    let first = try await interrupted(bench, "resume")
    #expect(first.state == .interrupted)
    #expect(await bench.journal.run(first.id)?.state == .interrupted)
    Gates.shared.open("resume")
    let second = try await bench.engine.resume(first.id, registry: EngineBench.registry)
    #expect(second.id == first.id)
    #expect(second.state == .completed)
    #expect(second.outputs["text"] == .text("before resume resume"))
    #expect(Calls.shared["shout before resume"] == 1)
    let events = await bench.journal.events(of: first.id, after: 0)
    #expect(events.map(\.seq) == Array(1...events.count))
    let types = events.map(\.type)
    #expect(types.contains(.runInterrupted))
    #expect(types.contains(.runResumed))
    #expect(events.last?.type == .runCompleted)
    // What had ended before is told once.
    #expect(events.count { $0.stage == "first" && $0.type == .stageCompleted } == 1)
    #expect(events.count { $0.stage == "first" && $0.type == .stageStarted } == 1)
    let fractions = events.compactMap(\.runFraction)
    #expect(fractions == fractions.sorted())
    let attempts = await bench.journal.attempts(of: first.id).filter { $0.task.stage == "second" }
    #expect(attempts.map(\.state) == [.cancelled, .completed])
    #expect(attempts.map(\.number) == [1, 2])
    let task = await bench.journal.tasks(of: first.id).first { $0.id.stage == "first" }
    #expect(task?.decision.outcome == .run)
  }

  @Test("a run whose process died is recovered: its attempt is lost, and it goes on elsewhere")
  func crashed() async throws {
    let bench = try EngineBench()
    let (reached, signal) = AsyncStream.makeStream(of: Void.self)
    // The first process hangs at the gate and will be taken for dead.
    let zombie = Task {
      try await bench.run(Self.pipeline("crash")) { event in
        if event.type == .stageLog { signal.yield() }
      }
    }
    for await _ in reached { break }
    let heir = try EngineBench(sharing: bench)
    let unfinished = try await heir.engine.recover()
    #expect(unfinished.map(\.state) == [.interrupted])
    let id = try #require(unfinished.first?.record.id)
    let (reachedAgain, second) = AsyncStream.makeStream(of: Void.self)
    let resumed = Task {
      try await heir.engine.resume(id, registry: EngineBench.registry) { event in
        if event.type == .stageLog, event.attempt == 2 { second.yield() }
      }
    }
    for await _ in reachedAgain { break }
    // Both attempts come to their end now; only one may commit.
    Gates.shared.open("crash")
    let result = try await resumed.ended
    #expect(result.state == .completed)
    await #expect(throws: StageError.self) { try await zombie.ended }
    let attempts = await bench.journal.attempts(of: id).filter { $0.task.stage == "second" }
    #expect(attempts.map(\.state) == [.lost, .completed])
    let events = await bench.journal.events(of: id, after: 0)
    #expect(events.map(\.seq) == Array(1...events.count))
    #expect(events.count { $0.type == .attemptLost } == 1)
    #expect(events.count { $0.type == .stageCompleted && $0.stage == "second" } == 1)
    #expect(await bench.journal.run(id)?.state == .completed)
  }

  @Test("a run that was accepted and never begun can be resumed")
  func accepted() async throws {
    let bench = try EngineBench()
    Gates.shared.open("accepted")
    let record = try await bench.engine.accept(bench.request(Self.pipeline("accepted")))
    #expect(await bench.journal.run(record.id)?.state == .queued)
    let result = try await bench.engine.resume(record.id, registry: EngineBench.registry)
    #expect(result.state == .completed)
    let events = await bench.journal.events(of: record.id, after: 0)
    #expect(events.map(\.type).prefix(2) == [.runCreated, .runStarted])
  }

  @Test("the newest unfinished run of the same request is found, and no other")
  func unfinished() async throws {
    let bench = try EngineBench()
    let run = try await interrupted(bench, "unfinished")
    let same = try bench.request(Self.pipeline("unfinished"))
    #expect(try await bench.engine.unfinished(like: same)?.record.id == run.id)
    var other = same
    other.until = "first"
    #expect(try await bench.engine.unfinished(like: other) == nil)
    other = try bench.request(Self.pipeline("other"))
    #expect(try await bench.engine.unfinished(like: other) == nil)
    Gates.shared.open("unfinished")
    _ = try await bench.engine.resume(run.id, registry: EngineBench.registry)
    #expect(try await bench.engine.unfinished(like: same) == nil)
  }

  @Test("a run is not resumed with other stages than it was accepted with")
  func otherVersions() async throws {
    let bench = try EngineBench()
    let run = try await interrupted(bench, "versions")
    let without = StageRegistry([StageSpec(Shout.self), StageSpec(Join.self)])
    let error = await #expect(throws: StageError.self) {
      try await bench.engine.resume(run.id, registry: without)
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("`gated` in version 1.0.0") == true)
    Gates.shared.open("versions")
  }

  @Test("what is over, unknown or running is not resumed", arguments: ["over", "unknown", "live"])
  func refused(kind: String) async throws {
    let bench = try EngineBench()
    let gate = "refused \(kind)"
    switch kind {
    case "over":
      Gates.shared.open(gate)
      let run = try await bench.run(Self.pipeline(gate))
      let error = await #expect(throws: StageError.self) {
        try await bench.engine.resume(run.id, registry: EngineBench.registry)
      }
      #expect(error?.message.contains("is over (completed)") == true)
    case "unknown":
      let error = await #expect(throws: StageError.self) {
        try await bench.engine.resume("nothing", registry: EngineBench.registry)
      }
      #expect(error?.message == "there is no run `nothing`")
    default:
      let (reached, signal) = AsyncStream.makeStream(of: String.self)
      let run = Task {
        try await bench.run(Self.pipeline(gate)) { event in
          if event.type == .stageLog { signal.yield(event.run) }
        }
      }
      for await id in reached {
        let error = await #expect(throws: StageError.self) {
          try await bench.engine.resume(id, registry: EngineBench.registry)
        }
        #expect(error?.message == "run `\(id)` is running already")
        break
      }
      Gates.shared.open(gate)
      _ = try await run.ended
    }
  }

  @Test("retrying a failed run runs what failed; the rest is known")
  func retried() async throws {
    let bench = try EngineBench()
    let yaml = """
      version: 1
      name: p
      stages:
        good: { uses: shout, with: { text: retry me } }
        bad: { uses: flaky, with: { failures: 9, error: invalid-input, name: retried run } }
        after: { uses: shout, with: { text: "${{ bad.attempt }} ${{ good.said }}" } }
      """
    let first = try await bench.run(yaml)
    #expect(first.state == .failed)
    let second = try await bench.engine.retry(first.id, registry: EngineBench.registry)
    #expect(second.id != first.id)
    #expect(await bench.journal.run(second.id)?.record.retryOf == first.id)
    #expect(second[stage: "good"]?.cached == 1)
    #expect(Calls.shared["retried run"] == 2)
    let third = try await bench.engine.retry(
      first.id, from: "good", registry: EngineBench.registry)
    #expect(third[stage: "good"]?.cached == 0)
    let error = await #expect(throws: StageError.self) {
      try await bench.engine.retry(first.id, from: "goood", registry: EngineBench.registry)
    }
    #expect(error?.message.hasSuffix("has no stage `goood`; did you mean `good`?") == true)
  }

  @Test("what a refreshed stage has made again is not made a third time when the run goes on")
  func refreshedOnce() async throws {
    let bench = try EngineBench()
    Gates.shared.open("refreshed once")
    _ = try await bench.run(Self.pipeline("refreshed once"))
    let yaml = Self.pipeline("refreshed twice").replacing(
      "before refreshed twice", with: "before refreshed once")
    let (reached, signal) = AsyncStream.makeStream(of: Void.self)
    let run = Task {
      try await bench.run(yaml, refreshed: ["first"]) { event in
        if event.type == .stageLog { signal.yield() }
      }
    }
    for await _ in reached { break }
    run.cancel()
    let first = try await run.ended
    #expect(Calls.shared["shout before refreshed once"] == 2)
    Gates.shared.open("refreshed twice")
    let second = try await bench.engine.resume(first.id, registry: EngineBench.registry)
    #expect(second.state == .completed)
    #expect(Calls.shared["shout before refreshed once"] == 2)
  }
}
