import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Jobs of the videocraft contract", .timeLimit(.minutes(3)))
struct JobTests {
  @Test("a job is accepted as promised, is made, and its video comes in whole and in part")
  func whole() async throws {
    try await ContractKit.make().working { kit in
      let made = try await kit.create(#"{"text": "sunrise"}"#)
      #expect(made.answer.json["success"] == true)
      #expect(made.answer.json["status"] == "pending")
      #expect(made.answer.json["message"] == "Video generation started")
      #expect(made.answer.json["status_url"] == .string("/api/v1/jobs/\(made.job)/status"))
      #expect(made.answer.json["data"]?["job_id"] == .string(made.job))
      #expect(
        made.answer.json["request_id"] == made.answer.headers[.requestID].map(JSON.string))
      #expect(made.answer.headers[.location] == "/api/v1/jobs/\(made.job)")
      #expect(UUID(uuidString: made.job) != nil && UUID(uuidString: made.video) != nil)

      let status = try await kit.ended(made.job)
      #expect(status["status"] == "completed" && status["progress"] == 100)
      #expect(status["completed_at"] != nil && status["error"] == nil)
      let path = "/api/v1/videos/\(made.video)/download"
      #expect(status["download_url"] == .string(path))
      let film = try await kit.get(path)
      #expect(film.status == 200 && film.text == "film of sunrise")
      #expect(film.headers[.contentType] == "video/mp4")
      #expect(
        film.headers[.contentDisposition] == "attachment; filename=\"\(made.video).mp4\"")
      let part = try await kit.get(path, (.range, "bytes=5-6"))
      #expect(part.status == 206 && part.text == "of")
      #expect(part.headers[.contentRange] == "bytes 5-6/\(film.bytes.count)")
      #expect(try await kit.get(path, (.range, "bytes=99-")).status == 416)
      let tag = try #require(film.headers[.eTag])
      #expect(try await kit.get(path, (.ifNoneMatch, tag)).status == 304)
      let stale = try await kit.get(path, (.range, "bytes=5-6"), (.ifRange, "\"other\""))
      #expect(stale.status == 200)
      for path in [
        path, "/api/v1/videos", "/api/v1/jobs", "/api/v1/csrf-token", "/status/\(made.job)",
      ] {
        #expect(try await kit.ask(.head, path).status == 200, "\(path)")
      }
    }
  }

  @Test(
    "progress comes from the work: it rises with each stage, never falls, and stages have their own"
  )
  func progress() async throws {
    try await ContractKit.make().working { kit in
      let gate = "progress \(UUID().uuidString)"
      let made = try await kit.create(#"{"text": "slow", "gate": "\#(gate)"}"#)
      func told() async throws -> (percent: Int, json: JSON) {
        let json = try await kit.get("/api/v1/jobs/\(made.job)/status").json
        guard case .int(let percent)? = json["progress"] else { throw TestProblem("\(json)") }
        return (percent, json)
      }
      try await kit.atGate(made.video, "shoot")
      let first = try await told()
      #expect(first.json["status"] == "processing" && first.json["current_step"] == "shoot")
      #expect((1...99).contains(first.percent))
      #expect(Self.stages(first.json) == ["shoot processing 50", "cut pending 0"])
      #expect(first.json["download_url"] == nil && first.json["completed_at"] == nil)
      Gate.named(gate).open()
      try await kit.atGate(made.video, "cut")
      let second = try await told()
      #expect(second.percent > first.percent && second.percent < 100)
      #expect(second.json["current_step"] == "cut")
      #expect(Self.stages(second.json) == ["shoot completed 100", "cut processing 25"])
      Gate.named("\(gate) again").open()
      let last = try await kit.ended(made.job)
      #expect(last["progress"] == 100)
      #expect(Self.stages(last) == ["shoot completed 100", "cut completed 100"])
    }
  }

  private static func stages(_ json: JSON) -> [String] {
    guard case .array(let stages)? = json["stages"] else { return [] }
    return stages.map { stage in
      guard case .string(let name)? = stage["name"], case .string(let status)? = stage["status"],
        case .int(let progress)? = stage["progress"]
      else { return "?" }
      return "\(name) \(status) \(progress)"
    }
  }

  @Test("a bad scene fails its job with the cause, and the host goes on; nothing empty is left")
  func failing() async throws {
    try await ContractKit.make().working { kit in
      let bad = try await kit.create(#"{"text": "bad light"}"#)
      let status = try await kit.ended(bad.job)
      #expect(status["status"] == "failed")
      guard case .string(let error)? = status["error"] else { throw TestProblem("\(status)") }
      #expect(error.contains("stage `cut`") && error.contains("`bad light` cannot be cut"))
      #expect(error.contains("no keyframe found"))
      #expect(!"\(status)".contains(kit.folder.url.path))
      #expect(status["failure"]?["class"] == "invalid-input")
      #expect(status["failure"]?["field"] == "take")
      guard case .int(let percent)? = status["progress"] else { throw TestProblem("\(status)") }
      #expect(percent < 100)
      let film = try await kit.get("/api/v1/videos/\(bad.video)/download")
      #expect(film.status == 404 && film.code == "NOT_FOUND")
      #expect(Self.emptyFiles(below: kit.folder.url) == [])
      let good = try await kit.create(#"{"text": "good light"}"#)
      #expect(try await kit.ended(good.job)["status"] == "completed")
    }
  }

  private static func emptyFiles(below folder: URL) -> [String] {
    let files = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: [.fileSizeKey, .isRegularFileKey])
    var empty: [String] = []
    while let url = files?.nextObject() as? URL {
      let values = try? url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
      if values?.isRegularFile == true, values?.fileSize == 0 { empty.append(url.path) }
    }
    return empty
  }

  @Test("the same request is not made again from nothing")
  func reuse() async throws {
    try await ContractKit.make().working { kit in
      let text = "once \(UUID().uuidString)"
      let first = try await kit.create(#"{"text": "\#(text)"}"#)
      _ = try await kit.ended(first.job)
      let second = try await kit.create(#"{"text": "\#(text)"}"#)
      #expect(try await kit.ended(second.job)["status"] == "completed")
      #expect(first.job != second.job)
      #expect(ShootStage.tally.withLock { $0[text] } == 1)
      let film = try await kit.get("/api/v1/videos/\(second.video)/download")
      #expect(film.text == "film of \(text)")
    }
  }

  @Test("after more than a hundred creates every further one is accepted and made")
  func many() async throws {
    try await ContractKit.make(limit: 1000).working { kit in
      var jobs: [Created] = []
      for number in 0..<130 { jobs.append(try await kit.create(#"{"text": "number \#(number)"}"#)) }
      #expect(Set(jobs.map(\.job)).count == 130)
      for made in jobs { #expect(try await kit.ended(made.job)["status"] == "completed") }
      let list = try await kit.get("/api/v1/jobs?limit=7").json
      #expect(list["total_count"] == 130 && list["statistics"]?["completed"] == 130)
    }
  }

  @Test("a list of projects is one job with a video for each, and one that fails fails the job")
  func several() async throws {
    try await ContractKit.make().working { kit in
      let made = try await kit.create(#"[{"text": "one"}, {"text": "two"}]"#)
      guard case .array(let ids)? = made.answer.json["video_ids"] else {
        throw TestProblem(made.answer.text)
      }
      #expect(ids.count == 2 && ids[0] == .string(made.video))
      let status = try await kit.ended(made.job)
      #expect(status["status"] == "completed" && status["video_ids"] == .array(ids))
      for (id, text) in zip(ids, ["one", "two"]) {
        guard case .string(let id) = id else { throw TestProblem("\(ids)") }
        #expect(try await kit.get("/api/v1/videos/\(id)/download").text == "film of \(text)")
      }
      let mixed = try await kit.create(#"[{"text": "three"}, {"text": "bad four"}]"#)
      let failed = try await kit.ended(mixed.job)
      #expect(failed["status"] == "failed")
      #expect(try await kit.get("/api/v1/videos/\(mixed.video)/download").text == "film of three")
      let details = try await kit.get("/api/v1/jobs/\(mixed.job)").json
      guard case .array(let videos)? = details["videos"] else { throw TestProblem("\(details)") }
      #expect(videos.map { $0["status"] } == ["completed", "failed"])
    }
  }

  @Test("a job is cancelled for good, and one that is over is not cancelled")
  func cancelling() async throws {
    try await ContractKit.make().working { kit in
      let made = try await kit.create(#"{"text": "endless", "gate": "\#(UUID().uuidString)"}"#)
      try await kit.atGate(made.video, "shoot")
      let path = "/api/v1/jobs/\(made.job)/cancel"
      let answer = try await kit.ask(.post, path)
      #expect(answer.status == 200 || answer.status == 202)
      #expect(try await kit.ended(made.job)["status"] == "cancelled")
      let again = try await kit.ask(.post, path)
      #expect(again.status == 409 && again.code == "CONFLICT")
      let stages = Self.stages(try await kit.get("/api/v1/jobs/\(made.job)/status").json)
      #expect(stages.count == 2 && stages.allSatisfy { $0.contains("cancelled") })
    }
  }

  @Test("a job that hangs keeps the host from nothing: others are made, and it stops")
  func hanging() async throws {
    let kit = try ContractKit.make()
    try await kit.working { kit in
      let stuck = try await kit.create(#"{"text": "stuck", "gate": "\#(UUID().uuidString)"}"#)
      try await kit.atGate(stuck.video, "shoot")
      let other = try await kit.create(#"{"text": "beside"}"#)
      #expect(try await kit.ended(other.job)["status"] == "completed")
    }
    #expect(kit.service.count == 0)
  }

  @Test("ids hold over a restart, and a job that was under way goes on")
  func restart() async throws {
    let gate = "restart \(UUID().uuidString)"
    let first = try ContractKit.make()
    let made = try await first.working { kit in
      let made = try await kit.create(#"{"text": "long", "gate": "\#(gate)"}"#)
      try await kit.atGate(made.video, "shoot")
      return made
    }
    let told = try await first.get("/api/v1/jobs/\(made.job)/status").json
    #expect(told["status"] == "processing")
    Gate.named(gate).open()
    Gate.named("\(gate) again").open()
    try await ContractKit.make(after: first).working { kit in
      kit.service.continue([made.video])
      let status = try await kit.ended(made.job)
      #expect(status["status"] == "completed" && status["video_id"] == .string(made.video))
    }
  }

  @Test("the same Idempotency-Key gives the same job, and a new one is asked for another request")
  func idempotency() async throws {
    let first = try ContractKit.make()
    let key: (FieldName, String) = (.idempotencyKey, "order 7")
    let body = #"[{"text": "a"}, {"text": "b"}]"#
    let job = try await first.working { kit in
      let one = try await kit.create(body, key)
      let two = try await kit.create(body, key)
      #expect(one.job == two.job && two.answer.headers["Idempotency-Replayed"] == "true")
      let other = try await kit.post("/api/v1/videos", json: #"{"text": "c"}"#, key)
      #expect(other.status == 422 && other.code == "IDEMPOTENCY_KEY_REUSED")
      return one.job
    }
    try await ContractKit.make(after: first).working { kit in
      let again = try await kit.create(body, key)
      #expect(again.job == job)
    }
    #expect(await first.journal.runs(limit: 10).count == 2)
  }

  @Test("jobs are listed newest first, by state, with statistics of all of them")
  func listing() async throws {
    try await ContractKit.make().working { kit in
      var jobs: [String] = []
      for text in ["l1", "bad l2", "l3"] {
        let made = try await kit.create(#"{"text": "\#(text)"}"#)
        _ = try await kit.ended(made.job)
        jobs.append(made.job)
      }
      let list = try await kit.get("/api/v1/jobs").json
      guard case .array(let all)? = list["jobs"] else { throw TestProblem("\(list)") }
      #expect(all.map { $0["job_id"] } == jobs.reversed().map { .string($0) })
      #expect(list["statistics"]?["completed"] == 2 && list["statistics"]?["failed"] == 1)
      #expect(list["statistics"]?["total"] == 3)
      let failed = try await kit.get("/api/v1/jobs?status=failed").json
      #expect(failed["total_count"] == 1)
      guard case .array(let one)? = failed["jobs"] else { throw TestProblem("\(failed)") }
      #expect(one.map { $0["job_id"] } == [.string(jobs[1])])
      let wrong = try await kit.get("/api/v1/jobs?status=done")
      #expect(wrong.status == 400 && wrong.code == "BAD_REQUEST")
      #expect(wrong.text.contains("Invalid status filter"))
      let page = try await kit.get("/api/v1/jobs?limit=1&offset=1").json
      guard case .array(let middle)? = page["jobs"] else { throw TestProblem("\(page)") }
      #expect(middle.map { $0["job_id"] } == [.string(jobs[1])])
    }
  }

  @Test(
    "ids that are none are refused, and unknown ones are not found",
    arguments: [
      ("/api/v1/jobs/nonsense/status", 400, "BAD_REQUEST"),
      ("/api/v1/jobs/nonsense", 400, "BAD_REQUEST"),
      ("/api/v1/jobs/%2e%2e%2fetc", 400, nil), ("/api/v1/jobs/a%00b", 400, nil),
      ("/api/v1/jobs/550e8400-e29b-41d4-a716-446655440000/status", 404, "NOT_FOUND"),
      ("/api/v1/jobs/550E8400-E29B-41D4-A716-446655440000", 404, "NOT_FOUND"),
      ("/api/v1/jobs/550e8400-e29b-41d4-a716-44665544000g", 400, "BAD_REQUEST"),
      ("/api/v1/videos/nonsense", 404, "NOT_FOUND"),
      ("/api/v1/videos/%252e%252e%252fetc/download", 404, "NOT_FOUND"),
      ("/api/v1/videos/550e8400-e29b-41d4-a716-446655440001/download", 404, "NOT_FOUND"),
    ] as [(String, Int, String?)])
  func ids(path: String, status: Int, code: String?) async throws {
    let kit = try ContractKit.make()
    guard let answer = try? await kit.get(path) else {
      // Not even a request: the server refuses such targets before there is one.
      #expect(code == nil)
      return
    }
    #expect(answer.status == status && (code == nil || answer.code == code))
    #expect(answer.json["request_id"] != nil && answer.json["help_url"] != nil)
  }

  @Test("older clients find everything where they knew it")
  func aliases() async throws {
    try await ContractKit.make().working { kit in
      for (create, status, download) in [
        ("/api/v1/generate-video", "/api/v1/status/", "/api/v1/download/"),
        ("/generate-video", "/status/", "/download/"),
      ] {
        let answer = try await kit.post(create, json: #"{"text": "old \#(create)"}"#)
        guard answer.status == 202, case .string(let job)? = answer.json["job_id"],
          case .string(let video)? = answer.json["video_id"]
        else { throw TestProblem(answer.text) }
        _ = try await kit.ended(job)
        #expect(try await kit.get(status + job).json["status"] == "completed")
        #expect(try await kit.get(download + video).text == "film of old \(create)")
        #expect(try await kit.get(download + job).text == "film of old \(create)")
      }
    }
  }

  @Test("a job's id and its videos' lead to each other")
  func jobIDs() throws {
    let id = JobID.make()
    for number in [1, 15, 16, 255, JobID.capacity] {
      let found = try #require(JobID.parse(id.video(number).uppercased()))
      #expect(found.job == id && found.number == number)
      #expect(UUID(uuidString: id.video(number)) != nil)
    }
    #expect(JobID.parse(id.description)?.number == 0)
    #expect(Set((0..<1000).map { _ in JobID.make() }).count == 1000)
  }

  @Test("how far runs are is remembered in bounded room, and is the same when it was forgotten")
  func folds() async throws {
    try await ContractKit.make().working { kit in
      let folds = RunFolds(journal: kit.journal, registry: ServingKit.registry, capacity: 2)
      var before: [String: Double] = [:]
      for round in 0..<2 {
        for number in 0..<4 {
          if round == 0 {
            _ = try await kit.ended(try await kit.create(#"{"text": "fold \#(number)"}"#).job)
          }
        }
        for run in await kit.journal.runs(limit: 10) {
          let fraction = try await folds.fold(of: run).fraction
          #expect(before[run.record.id] ?? fraction == fraction && fraction == 1)
          before[run.record.id] = fraction
          #expect(folds.planned(of: run.record).map(\.name) == ["shoot", "cut"])
        }
        #expect(folds.count <= 2)
      }
    }
  }
}
