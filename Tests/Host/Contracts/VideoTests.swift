import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Videos of the videocraft contract", .timeLimit(.minutes(3)))
struct VideoTests {
  @Test("videos are listed page by page with what the disk holds; beyond a hundred a hundred come")
  func listing() async throws {
    try await ContractKit.make().working { kit in
      var videos: [String] = []
      for number in 0..<3 {
        let made = try await kit.create(#"{"text": "page \#(number)"}"#)
        _ = try await kit.ended(made.job)
        videos.append(made.video)
      }
      _ = try await kit.ended(try await kit.create(#"{"text": "bad page"}"#).job)
      let page = try await kit.get("/api/v1/videos?limit=2&offset=1").json
      #expect(page["pagination"] == ["total": 3, "limit": 2, "offset": 1])
      guard case .array(let listed)? = page["videos"] else { throw TestProblem("\(page)") }
      #expect(listed.map { $0["video_id"] } == [.string(videos[1]), .string(videos[0])])
      #expect(listed[0]["size"] == .int("film of page 1".utf8.count))
      guard case .int(let free)? = page["disk_usage"]?["free_bytes"] else {
        throw TestProblem("\(page)")
      }
      #expect(free > 0)
      let large = try await kit.get("/api/v1/videos?limit=5000").json
      #expect(large["pagination"]?["limit"] == 100)
      let usual = try await kit.get("/api/v1/videos").json
      #expect(usual["pagination"] == ["total": 3, "limit": 50, "offset": 0])
      for query in ["limit=x", "limit=-1", "offset=-1", "ofset=1"] {
        #expect(try await kit.get("/api/v1/videos?\(query)").status == 400, "\(query)")
      }
    }
  }

  @Test("what is made is told while it is made, and is not deleted then")
  func unfinished() async throws {
    try await ContractKit.make().working { kit in
      let gate = "unfinished \(UUID().uuidString)"
      let made = try await kit.create(#"{"text": "unfinished", "gate": "\#(gate)"}"#)
      try await kit.atGate(made.video, "shoot")
      let path = "/api/v1/videos/\(made.video)"
      let told = try await kit.get(path)
      #expect(told.status == 200 && told.json["status"] == "processing")
      #expect(told.json["download_url"] == nil)
      let early = try await kit.get("\(path)/download")
      #expect(early.status == 404 && early.code == "NOT_FOUND")
      #expect(early.text.contains("not there yet"))
      let refused = try await kit.ask(.delete, path)
      #expect(refused.status == 409 && refused.code == "CONFLICT")
      Gate.named(gate).open()
      Gate.named("\(gate) again").open()
      #expect(try await kit.ended(made.job)["status"] == "completed")
    }
  }

  @Test("a deleted video is gone, its job is remembered, and asking again makes it again")
  func deleting() async throws {
    let collected = Locked(0)
    let kit = try ContractKit.make(collect: { collected.withLock { $0 += 1 } })
    try await kit.working { kit in
      let text = "short-lived \(UUID().uuidString)"
      let made = try await kit.create(#"{"text": "\#(text)"}"#)
      _ = try await kit.ended(made.job)
      let path = "/api/v1/videos/\(made.video)"
      let answer = try await kit.ask(.delete, path)
      #expect(answer.status == 200 && answer.json["success"] == true)
      #expect(collected.withLock { $0 } == 1)
      for path in [path, "\(path)/download"] {
        let gone = try await kit.get(path)
        #expect(gone.status == 404 && gone.text.contains("deleted"))
      }
      #expect(try await kit.ask(.delete, path).status == 404)
      #expect(try await kit.get("/api/v1/videos").json["pagination"]?["total"] == 0)
      let job = try await kit.get("/api/v1/jobs/\(made.job)/status").json
      #expect(job["status"] == "completed" && job["download_url"] == nil)
      let again = try await kit.create(#"{"text": "\#(text)"}"#)
      #expect(try await kit.ended(again.job)["status"] == "completed")
      let film = try await kit.get("/api/v1/videos/\(again.video)/download")
      #expect(film.text == "film of \(text)")
    }
  }

  @Test("a video that another job gave as well stays for that one")
  func sharing() async throws {
    try await ContractKit.make().working { kit in
      let one = try await kit.create(#"{"text": "shared"}"#)
      _ = try await kit.ended(one.job)
      let two = try await kit.create(#"{"text": "shared"}"#)
      _ = try await kit.ended(two.job)
      #expect(try await kit.ask(.delete, "/api/v1/videos/\(one.video)").status == 200)
      let film = try await kit.get("/api/v1/videos/\(two.video)/download")
      #expect(film.status == 200 && film.text == "film of shared")
    }
  }

  @Test("a download may take as long as its bytes flow")
  func longDownloads() throws {
    let kit = try ContractKit.make()
    let downloads = kit.application.routes.filter { $0.pattern.description.contains("download") }
    #expect(downloads.count == 3)
    for route in downloads { #expect(route.options.timeLimit == .unlimited) }
  }

  @Test("neither API hides a route of the other")
  func collisions() async throws {
    let kit = try ContractKit.make()
    var seen: Set<String> = []
    for route in kit.application.routes {
      let shape = route.pattern.description.replacing(/\{[^}]*\}/, with: "{}")
      #expect(seen.insert("\(route.method) \(shape)").inserted, "\(shape)")
    }
    let document = try await kit.get("/api/v1/openapi.json").json
    guard case .object(let paths)? = document["paths"] else { throw TestProblem("no paths") }
    for path in ["/api/v1/videos/{id}/download", "/api/v1/runs/{run}", "/status/{id}"] {
      #expect(paths[path] != nil, "\(path)")
    }
  }

  @Test("health is measured: a missing model degrades it, and says so, in every place it is asked")
  func health() async throws {
    let kit = try ContractKit.make()
    for prefix in ["", "/api/v1"] {
      let detailed = try await kit.get("\(prefix)/health/detailed")
      #expect(detailed.status == 200 && detailed.json["status"] == "degraded")
      #expect(detailed.json["services"]?["storage"] == "healthy")
      #expect(detailed.json["services"]?["ffmpeg"] == "healthy")
      #expect(detailed.json["services"]?["transcription"] == "unhealthy: there is no model")
      #expect(detailed.json["timestamp"] != nil && detailed.json["jobs"]?["total"] == 0)
      guard case .int(let memory)? = detailed.json["system"]?["memory_bytes"] else {
        throw TestProblem(detailed.text)
      }
      #expect(memory > 1 << 20)
      #expect(try await kit.get("\(prefix)/health").json["status"] == "healthy")
      #expect(try await kit.get("\(prefix)/ready").status == 200)
      #expect(try await kit.get("\(prefix)/live").status == 200)
      #expect(try await kit.get("\(prefix)/ping").text == "pong\n")
      #expect(try await kit.get("\(prefix)/metrics").text.contains("# TYPE"))
      #expect(try await kit.ask(.head, "\(prefix)/health").status == 200)
    }
    #expect(await HealthProbe.encoder.problem() == nil)
    #expect(await HealthProbe.transcriber.problem() == nil)
  }
}
