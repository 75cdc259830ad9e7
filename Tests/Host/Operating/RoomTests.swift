import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Room on the disk", .timeLimit(.minutes(2)))
struct RoomTests {
  private static let reserve = 1000

  /// A host on a disk of a given size, on which `say` is known to leave so many bytes behind.
  private func kit(free: Int, usual: Int) async throws -> ServingKit {
    let kit = try ServingKit(room: { engine in
      DiskRoom(engine: engine, reserve: Self.reserve) { free }
    })
    let text = String(repeating: "x", count: usual)
    // Known from an earlier run, of which the next one cannot use the result.
    let earlier = try ServingKit(after: kit)
    try await earlier.working { kit in
      _ = try await kit.finish(
        try await kit.begin(#"{"pipeline": "say", "inputs": {"text": "\#(text)"}}"#))
    }
    return kit
  }

  @Test("a run that is larger than the disk is refused with 507, and nothing of it is written down")
  func tooLarge() async throws {
    let kit = try await kit(free: Self.reserve + 500, usual: 400)
    let before = await kit.journal.runs(limit: 10).count
    let answer = try await kit.post("/api/v1/runs", json: #"{"pipeline": "say"}"#)
    #expect(answer.status == 507 && answer.code == "INSUFFICIENT_STORAGE", "\(answer.text)")
    #expect(answer.headers["Retry-After"] != nil)
    #expect(await kit.journal.runs(limit: 10).count == before)
    #expect(try await kit.get("/metrics").text.contains(#"_refused_total{reason="too_large"} 1"#))
  }

  @Test("a run that does not fit beside another is refused with 503, and fits when that has ended")
  func besideOthers() async throws {
    let kit = try await kit(free: Self.reserve + 1500, usual: 400)
    try await kit.working { kit in
      let gate = "room \(UUID().uuidString)"
      let pipeline = """
        version: 1
        name: both
        stages:
          stop: { uses: wait, with: { gate: "\(gate)" } }
          voice: { uses: say, with: { text: "${{ stop.passed }}" } }
        outputs: { said: voice.said }
        """
      let first = try await kit.post("/api/v1/runs", yaml: pipeline)
      guard case .string(let run)? = first.json["run"] else { throw TestProblem(first.text) }
      try await kit.until(.stageLog, in: run)
      let second = try await kit.post("/api/v1/runs", json: #"{"pipeline": "say"}"#)
      #expect(second.status == 503, "\(second.text)")
      #expect(second.headers["Retry-After"] != nil)
      Gate.named(gate).open()
      _ = try await kit.finish(run)
      try await eventually("it happens") {
        try await kit.post("/api/v1/runs", json: #"{"pipeline": "say"}"#).status == 202
      }
    }
  }

  @Test("what is known already needs no room")
  func known() async throws {
    let kit = try await kit(free: Self.reserve + 500, usual: 400)
    let text = String(repeating: "x", count: 400)
    try await kit.working { kit in
      let run = try await kit.begin(#"{"pipeline": "say", "inputs": {"text": "\#(text)"}}"#)
      #expect(try await kit.finish(run).last?.type == .runCompleted)
    }
  }
}

@Suite("What is kept, and for how long", .timeLimit(.minutes(2)))
struct RetentionTests {
  private static let day = 86_400_000

  @Test("uploads go when they are old or their bytes are gone, with a clock that is set by hand")
  func uploads() async throws {
    let kit = try ServingKit()
    let now = Locked(1_000_000)
    let shelf = UploadShelf(
      dataFolder: kit.folder.url, scratch: kit.folder.file("scratch"), artifacts: kit.artifacts,
      pool: kit.api.pool, now: { now.withLock { $0 } })
    func upload(_ text: String) async throws -> UploadShelf.Upload {
      let parts = Locked([Array(text.utf8)])
      return try await shelf.take(as: "a.txt") { parts.withLock { $0.popLast() } }
    }
    let first = try await upload("first")
    now.withLock { $0 += 3 * Self.day }
    let second = try await upload("second")
    let lines = Locked<[String]>([])
    let log = ServerLog(level: .info, isJSON: true) { line in lines.withLock { $0.append(line) } }
    let policies = Locked<[CollectionPolicy]>([])
    let retention = Retention(
      days: 2, sizeLimit: 5000, uploads: shelf, log: log, metrics: kit.api.metrics
    ) { policy in
      policies.withLock { $0.append(policy) }
      var report = CollectionReport(isDryRun: false)
      report.removedRuns = ["a", "b"]
      report.freedBytes = 77
      report.bytesOverBudget = 5
      return report
    }
    await retention.sweep()
    #expect(await shelf.file(for: first.upload) == nil)
    #expect(await shelf.file(for: second.upload) == second.file)
    let policy = try #require(policies.withLock { $0.first })
    #expect(policy.maximumAge == 2 * Self.day && policy.sizeBudget == 5000)
    #expect(policy.grace == Self.day)
    let text = try await kit.get("/metrics").text
    #expect(text.contains(#"videocraft_removed_total{kind="run"} 2"#))
    #expect(text.contains(#"videocraft_removed_total{kind="upload"} 1"#))
    #expect(text.contains("videocraft_removed_bytes_total 77"))
    try await eventually("it happens") {
      lines.withLock { $0.contains { $0.contains(#""bytes_over_limit":5"#) } }
    }
  }

  @Test("a host that is to keep everything collects nothing")
  func everything() async throws {
    let kit = try ServingKit()
    let retention = Retention(
      uploads: kit.api.uploads, log: kit.api.log, metrics: kit.api.metrics
    ) { _ in throw TestProblem("it collected") }
    await retention.sweep()
    #expect(try await kit.get("/metrics").text.contains(#"removed_total{kind="run"} 0"#))
  }
}
