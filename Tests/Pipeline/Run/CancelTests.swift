import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

@Suite("Cancelling", .timeLimit(.minutes(5)))
struct CancelTests {
  private static func pipeline(_ gate: String) -> String {
    """
    version: 1
    name: gates
    stages:
      slow: { uses: gated, with: { name: "\(gate)" } }
      after: { uses: shout, with: { text: "after ${{ slow.said }}" } }
    outputs: { text: after.said }
    """
  }

  /// Starts a run and waits until it is at its gate.
  private func started(
    _ bench: EngineBench, _ gate: String
  ) async throws -> (id: String, run: Task<RunResult, any Error>) {
    let (reached, signal) = AsyncStream.makeStream(of: String.self)
    let run = Task {
      try await bench.run(Self.pipeline(gate)) { event in
        if event.type == .stageLog { signal.yield(event.run) }
      }
    }
    for await id in reached { return (id, run) }
    throw CancellationError()
  }

  @Test("a graceful cancel lets what runs finish and keeps it, and begins nothing new")
  func graceful() async throws {
    let bench = try EngineBench()
    let (id, run) = try await started(bench, "graceful")
    try await bench.engine.cancel(id, .graceful)
    Gates.shared.open("graceful")
    let result = try await run.ended
    #expect(result.state == .cancelled)
    #expect(result[stage: "slow"]?.state == .completed)
    #expect(result[stage: "after"]?.state == .cancelled)
    #expect(Calls.shared["shout after graceful"] == 0)
    #expect(await bench.journal.run(id)?.state == .cancelled)
    let again = try await bench.run(Self.pipeline("graceful"))
    #expect(again[stage: "slow"]?.cached == 1)
  }

  @Test("a cancel now ends what runs; the run cannot be resumed, but run again")
  func now() async throws {
    let bench = try EngineBench()
    let (id, run) = try await started(bench, "now")
    try await bench.engine.cancel(id, .now)
    let result = try await run.ended
    #expect(result.state == .cancelled)
    #expect(bench.types().last == .runCancelled)
    #expect(bench.scratchFolders.isEmpty)
    let attempts = await bench.journal.attempts(of: id)
    #expect(attempts.map(\.state) == [.cancelled])
    let tasks = await bench.journal.tasks(of: id)
    #expect(tasks.map(\.state) == [.cancelled])
    await #expect(throws: StageError.self) {
      try await bench.engine.resume(id, registry: EngineBench.registry)
    }
    Gates.shared.open("now")
    #expect(
      try await bench.engine.retry(id, registry: EngineBench.registry).state == .completed)
  }

  @Test("cancelling now ends a graceful cancel")
  func both() async throws {
    let bench = try EngineBench()
    let (id, run) = try await started(bench, "both")
    try await bench.engine.cancel(id, .graceful)
    try await bench.engine.cancel(id, .now)
    #expect(try await run.ended.state == .cancelled)
  }

  @Test("a graceful cancel does not wait for the next attempt of what failed")
  func retrying() async throws {
    let clock = ManualClock()
    let bench = try EngineBench(clock: clock)
    let (ids, signal) = AsyncStream.makeStream(of: String.self)
    let run = Task {
      try await bench.run(
        """
        version: 1
        name: p
        stages:
          a:
            uses: flaky
            with: { failures: 5, name: graceful retry }
            retry: { max: 5, initial: 1h, cap: 1h }
        """
      ) { event in if event.type == .stageRetrying { signal.yield(event.run) } }
    }
    for await id in ids {
      try await bench.engine.cancel(id, .graceful)
      break
    }
    #expect(try await run.ended.state == .cancelled)
    #expect(Calls.shared["graceful retry"] == 1)
  }

  @Test("an interrupted run is cancelled in the journal")
  func interrupted() async throws {
    let bench = try EngineBench()
    let (id, run) = try await started(bench, "interrupted cancel")
    run.cancel()
    #expect(try await run.ended.state == .interrupted)
    try await bench.engine.cancel(id, .now)
    #expect(await bench.journal.run(id)?.state == .cancelled)
    #expect(await bench.journal.events(of: id, after: 0).last?.type == .runCancelled)
    let error = await #expect(throws: StageError.self) {
      try await bench.engine.cancel(id, .now)
    }
    #expect(error?.message == "run `\(id)` is over (cancelled)")
  }

  @Test("items that wait for their turn do not begin after a graceful cancel")
  func items() async throws {
    let bench = try EngineBench(cores: 1)
    let (ids, signal) = AsyncStream.makeStream(of: String.self)
    let run = Task {
      try await bench.run(
        """
        version: 1
        name: p
        inputs: { words: { type: list<text> } }
        stages:
          slow: { uses: gated, foreach: inputs.words, with: { name: "items ${{ item }}" } }
        """, inputs: [("words", "[a, b, c]")]
      ) { event in if event.type == .stageLog { signal.yield(event.run) } }
    }
    for await id in ids {
      try await bench.engine.cancel(id, .graceful)
      break
    }
    for word in ["a", "b", "c"] { Gates.shared.open("items \(word)") }
    let result = try await run.ended
    #expect(result.state == .cancelled)
    let tasks = await bench.journal.tasks(of: result.id)
    #expect(tasks.count { $0.state == .completed } == 1)
    #expect(tasks.count { $0.state == .cancelled } == 2)
  }
}
