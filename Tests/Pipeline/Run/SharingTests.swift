import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

/// Runs of one engine that want the same, and many at once.
@Suite("Runs side by side", .timeLimit(.minutes(5)))
struct SharingTests {
  private static func pipeline(_ gate: String, _ name: String = "shared") -> String {
    """
    version: 1
    name: \(name)
    stages:
      slow: { uses: gated, with: { name: "\(gate)" } }
    outputs: { said: slow.said }
    """
  }

  /// Starts a run; returns when it is at its gate.
  private func atGate(
    _ bench: EngineBench, _ yaml: String
  ) async -> Task<RunResult, any Error> {
    let (reached, signal) = AsyncStream.makeStream(of: Void.self)
    let run = Task {
      try await bench.run(yaml) { event in if event.type == .stageLog { signal.yield() } }
    }
    for await _ in reached { break }
    return run
  }

  /// Starts a run; returns when its task was decided, so that it is about to wait for another one.
  private func decided(
    _ bench: EngineBench, _ yaml: String
  ) async -> Task<RunResult, any Error> {
    let (reached, signal) = AsyncStream.makeStream(of: Void.self)
    let run = Task {
      try await bench.run(yaml) { event in if event.type == .stageStarted { signal.yield() } }
    }
    for await _ in reached { break }
    return run
  }

  @Test("two runs that want the same share one execution")
  func shared() async throws {
    let bench = try EngineBench()
    let first = await atGate(bench, Self.pipeline("share"))
    let second = await decided(bench, Self.pipeline("share", "other"))
    Gates.shared.open("share")
    let results = [try await first.ended, try await second.ended]
    #expect(results.map(\.state) == [.completed, .completed])
    #expect(results[0].outputs == results[1].outputs)
    #expect(Calls.shared["share"] == 1)
    #expect(results[1][stage: "slow"]?.cached == 1)
    #expect(await bench.journal.attempts(of: results[1].id).isEmpty)
    #expect(await bench.journal.tasks(of: results[1].id).map(\.state) == [.completed])
  }

  @Test("when the first is cancelled the second does it")
  func takenOver() async throws {
    let bench = try EngineBench()
    let first = await atGate(bench, Self.pipeline("take over"))
    let second = await decided(bench, Self.pipeline("take over", "other"))
    first.cancel()
    #expect(try await first.ended.state == .interrupted)
    Gates.shared.open("take over")
    let result = try await second.ended
    #expect(result.state == .completed)
    #expect(result[stage: "slow"]?.cached == 0)
    #expect(Calls.shared["take over"] == 2)
  }

  @Test("equal items of one stage are made once")
  func equalItems() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(
      """
      version: 1
      name: equal
      stages:
        words: { uses: shout, foreach: inputs.words, with: { text: "equal ${{ item }}" } }
      inputs: { words: { type: list<text>, default: [a, b, a, a, b] } }
      outputs: { said: words.said }
      """)
    #expect(Calls.shared["shout equal a"] == 1)
    #expect(Calls.shared["shout equal b"] == 1)
    #expect(result[stage: "words"]?.tasks == 5)
    #expect(
      result.outputs["said"]
        == .list(["a", "b", "a", "a", "b"].map { .text("equal \($0)") }))
  }

  @Test("runs of one group come one after the other, and the queue's refusal is thrown")
  func groups() async throws {
    let bench = try EngineBench(queue: RunQueue(active: 4, waiting: 10))
    func grouped(_ gate: String, _ policy: String) -> String {
      Self.pipeline(gate) + "\nconcurrency: { group: one, policy: \(policy) }\n"
    }
    let first = await atGate(bench, grouped("group", "queue"))
    let error = await #expect(throws: StageError.self) {
      try await bench.run(grouped("refused", "refuse"))
    }
    #expect(error?.errorClass == .rateLimited)
    #expect(await bench.journal.runs(limit: 1).first?.state == .failed)
    let second = await atGate(bench, grouped("group cancels", "cancel"))
    #expect(try await first.ended.state == .cancelled)
    Gates.shared.open("group cancels")
    #expect(try await second.ended.state == .completed)
  }

  @Test("fifty runs at once each have their events in order, without a gap")
  func many() async throws {
    let bench = try EngineBench()
    let results = try await withThrowingTaskGroup(of: RunResult.self) { group in
      for number in 0..<50 {
        group.addTask {
          try await bench.run(
            """
            version: 1
            name: run\(number)
            stages:
              a: { uses: chatty, with: { number: \(number) } }
              b: { uses: join, in: { texts: a.said } }
            outputs: { text: b.text }
            """)
        }
      }
      var results: [RunResult] = []
      for try await result in group { results.append(result) }
      return results
    }
    #expect(results.count == 50)
    for result in results {
      #expect(result.state == .completed)
      let events = await bench.journal.events(of: result.id, after: 0)
      #expect(events.map(\.seq) == Array(1...events.count))
      // Log lines are all there; progress is held back.
      #expect(events.count { $0.type == .stageLog } == 40)
      #expect(events.count { $0.type == .stageProgress } < 40)
    }
  }

  @Test("what hooks are to tell is written with the events, and a wrong hook is a warning")
  func hooks() async throws {
    let bench = try EngineBench()
    let result = try await bench.run(
      """
      version: 1
      name: hooks
      inputs: { to: { type: text, default: "ftp://example.org" } }
      stages:
        a: { uses: shout, with: { text: hooks } }
      hooks:
        started: { webhook: "https://example.org/started" }
        finished: { webhook: "https://example.org/finished" }
        completed: { webhook: "${{ inputs.to }}" }
      """)
    #expect(result.state == .completed)
    let deliveries = await bench.journal.deliveries(of: result.id)
    #expect(deliveries.map(\.occasion) == [.started, .finished])
    #expect(deliveries.last?.body.contains("\"state\":\"completed\"") == true)
    let warnings = bench.events.withLock { $0.filter { $0.type == .stageWarning } }
    #expect(warnings.map(\.field) == ["webhook"])
    #expect(bench.types().last == .runCompleted)
  }

  @Test("leases are renewed as long as a run is live")
  func leases() async throws {
    let (renewals, signal) = AsyncStream.makeStream(of: Int.self)
    let bench = try EngineBench(
      renewal: .milliseconds(1),
      wrap: { WatchedJournal(journal: $0, onRenewal: { signal.yield($0) }) })
    let run = await atGate(bench, Self.pipeline("lease"))
    let attempt = try #require(
      await bench.journal.attempts(of: bench.journal.runs(limit: 1)[0].record.id).first)
    for await until in renewals where until > attempt.leaseUntil { break }
    Gates.shared.open("lease")
    #expect(try await run.ended.state == .completed)
  }
}
