import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("The service behind the API", .timeLimit(.minutes(2)))
struct ServiceTests {
  @Test("a host that stops releases what is under way, and the next one goes on with it")
  func draining() async throws {
    let first = try ServingKit(active: 1)
    let gate = "drain \(UUID().uuidString)"
    let body = #"{"pipeline": "wait", "inputs": {"gate": "\#(gate)"}}"#
    let runs = try await first.working { kit in
      let active = try await kit.begin(body)
      try await kit.until(.stageLog, in: active)
      return [active, try await kit.begin(#"{"pipeline": "say"}"#)]
    }
    let refused = try await first.post("/api/v1/runs", json: body)
    #expect(refused.status == 503 && refused.headers["Retry-After"] != nil)
    #expect(try await first.get("/ready").status == 503)
    #expect(try await first.get("/live").status == 200)
    for run in runs {
      #expect(await first.journal.run(run)?.state.isOver == false)
    }
    Gate.named(gate).open()
    try await ServingKit(after: first).working { kit in
      let left = try await kit.service.engine.recover()
      kit.service.continue(left.map(\.record.id))
      for run in runs {
        let events = try await kit.finish(run)
        #expect(events.map(\.seq) == Array(1...events.count))
        #expect(events.last?.type == .runCompleted)
      }
    }
  }

  @Test("a host that stops lets runs finish for as long as it was told to")
  func grace() async throws {
    let kit = try ServingKit()
    let gate = "grace \(UUID().uuidString)"
    let run = try await kit.working(grace: .seconds(60)) { kit in
      let run = try await kit.begin(#"{"pipeline": "wait", "inputs": {"gate": "\#(gate)"}}"#)
      try await kit.until(.stageLog, in: run)
      Gate.named(gate).open()
      return run
    }
    #expect(await kit.journal.run(run)?.state == .completed)
  }

  @Test("a follower that is slow gets every event once and in order")
  func slowFollower() async throws {
    let journal = MemoryRunJournal()
    let kit = try ServingKit()
    let wanted = try await kit.api.maker.request(
      RunDocument.read(BodyText(text: "pipeline: say", isJSON: false)), for: .local)
    let run = try await PipelineEngine(
      EngineEnvironment(
        journal: journal, artifacts: kit.artifacts, renderer: NoRenderer(),
        scratch: kit.folder.file("s"), resources: ResourcePool(cores: 1))
    ).accept(wanted).id
    let hub = EventHub(journal: journal, capacity: 3)
    var seen: [Int] = []
    try await hub.follow(run, after: 0) { follower in
      for round in 0..<20 {
        // More at once than there is room for, then fewer.
        for _ in 0..<(round % 7) { try await Self.add(to: run, in: journal, hub) }
        let last = await journal.run(run)?.lastSeq ?? 0
        if round % 3 == 0, last > seen.count {
          seen += try await follower.next()?.map(\.seq) ?? []
        }
      }
      try await Self.add(to: run, in: journal, hub, .runCompleted)
      while let frames = try await follower.next() { seen += frames.map(\.seq) }
    }
    let last = try #require(await journal.run(run)?.lastSeq)
    #expect(seen == Array(1...last))
    #expect(hub.followerCount == 0)
  }

  private static func add(
    to run: String, in journal: MemoryRunJournal, _ hub: EventHub,
    _ type: RunEvent.Kind = .stageLog
  ) async throws {
    let last = await journal.run(run)?.lastSeq ?? 0
    let event = RunEvent(run: run, type: type, stage: "voice").numbered(last + 1, at: 1)
    try await journal.write(
      JournalBatch(
        run: run, events: [event], changes: type.endsRun ? [.state(.completed)] : []))
    hub.publish(event)
  }

  @Test("pipelines are what is on disk; a broken file keeps what it was and says so")
  func reloading() async throws {
    let kit = try ServingKit()
    try kit.folder.write(
      ServingKit.say.replacing("name: say", with: "name: more"), to: "pipelines/more.yaml")
    #expect(try await kit.get("/api/v1/pipelines/more").status == 200)
    try kit.folder.write(
      ServingKit.say.replacing("name: say", with: "name: more")
        .replacing("uses: say", with: "uses: sai"), to: "pipelines/more.yaml")
    let stale = try await kit.get("/api/v1/pipelines/more")
    #expect(stale.json["isStale"] == true)
    #expect(stale.text.contains("sai"))
    #expect(!stale.text.contains(kit.folder.url.path))
    try FileManager.default.removeItem(at: kit.folder.file("pipelines/more.yaml"))
    #expect(try await kit.get("/api/v1/pipelines/more").status == 404)
    #expect(try await kit.get("/api/v1/pipelines/sya").text.contains("did you mean `say`"))
  }

  @Test("what the host says of its work are numbers that Prometheus reads")
  func metrics() async throws {
    try await ServingKit().working { kit in
      _ = try await kit.finish(try await kit.begin(#"{"pipeline": "say"}"#))
      _ = try await kit.get("/nothing")
    }
    let kit = try ServingKit()
    _ = try await kit.get("/api/v1/stages")
    let text = try await kit.get("/metrics").text
    #expect(
      text.contains(
        #"videocraft_http_requests_total{method="GET",route="/api/v1/stages",status="200"} 1"#))
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: " ")
      #expect(parts.count == 2 && Double(parts[1]) != nil, "\(line)")
    }
  }
}
