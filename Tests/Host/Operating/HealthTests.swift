import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Health", .timeLimit(.minutes(2)))
struct HealthTests {
  private func probe(
    _ name: String, isVital: Bool, _ problem: @escaping @Sendable () async -> String?
  ) -> HealthProbe {
    HealthProbe(name: name, isVital: isVital, lifetime: .seconds(600), problem: problem)
  }

  @Test("the encoder really encodes, and the speech program really answers")
  func real() async {
    #expect(await HealthProbe.encoder.problem() == nil)
    #expect(await HealthProbe.transcriber.problem() == nil)
  }

  @Test("what only some runs need is reported and does no more; what all need takes the host out")
  func parts() async throws {
    let minor = try ServingKit(probes: [probe("speech", isVital: false) { "it is not installed" }])
    let detailed = try await minor.get("/health/detailed")
    #expect(detailed.status == 200 && detailed.json["status"] == "degraded")
    #expect(detailed.json["services"]?["speech"] == "unhealthy: it is not installed")
    #expect(try await minor.get("/health").json["status"] == "healthy")
    #expect(try await minor.get("/ready").status == 200)
    #expect(
      try await minor.get("/metrics").text.contains(#"videocraft_check_healthy{check="speech"} 0"#))
    let major = try ServingKit(probes: [probe("encoder", isVital: true) { "it does not open" }])
    #expect(try await major.get("/health").status == 503)
    #expect(try await major.get("/ready").status == 503)
    #expect(try await major.get("/live").status == 200)
  }

  @Test("many who ask at once are answered by one trial, and those soon after by the same")
  func once() async throws {
    let count = Locked(0)
    let gate = Gate.named("health \(UUID().uuidString)")
    let kit = try ServingKit(
      probes: [
        probe("slow", isVital: true) {
          count.withLock { $0 += 1 }
          try? await gate.pass()
          return nil
        }
      ])
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<20 { group.addTask { try await kit.get("/health").status } }
      try await eventually("it happens") { count.withLock { $0 } == 1 }
      gate.open()
      for try await status in group { #expect(status == 200) }
    }
    #expect(try await kit.get("/health").status == 200)
    #expect(count.withLock { $0 } == 1)
  }

  @Test("the time of stages is told by what they use, and never by what clients call them")
  func stageSeconds() async throws {
    try await ServingKit().working { kit in
      let pipeline = ServingKit.say.replacing("voice", with: "anything-at-all")
      let answer = try await kit.post("/api/v1/runs", yaml: pipeline)
      guard case .string(let run)? = answer.json["run"] else { throw TestProblem(answer.text) }
      _ = try await kit.finish(run)
      let text = try await kit.get("/metrics").text
      #expect(
        text.contains(
          #"videocraft_stage_duration_seconds_count{stage="say",state="completed"} 1"#), "\(text)")
      #expect(!text.contains("anything-at-all"))
    }
  }
}
