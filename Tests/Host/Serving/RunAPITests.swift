import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("Runs over the API", .timeLimit(.minutes(2)))
struct RunAPITests {
  @Test("a run is accepted, followed to its end, and its outputs are given in whole and in part")
  func fromBeginningToEnd() async throws {
    try await ServingKit().working { kit in
      let accepted = try await kit.post(
        "/api/v1/runs", json: #"{"pipeline": "say", "inputs": {"text": "a \ud83d\ude00 b"}}"#)
      #expect(accepted.status == 202)
      let location = try #require(accepted.headers[.location])
      let run = try #require(location.split(separator: "/").last.map(String.init))
      let events = try await kit.finish(run)
      #expect(events.map(\.seq) == Array(1...events.count))
      #expect(events.last?.type == .runCompleted)

      let told = try await kit.get(location)
      #expect(told.json["state"] == "completed")
      #expect(told.json["progress"] == .int(1))
      #expect(told.json["outputs"]?["said"] == "a 😀 b")

      let file = "\(location)/outputs/file"
      let whole = try await kit.get(file)
      #expect(whole.text == "a 😀 b")
      let tag = try #require(whole.headers[.eTag])
      #expect(try await kit.get(file, (.ifNoneMatch, tag)).status == 304)
      let part = try await kit.get(file, (.range, "bytes=0-0"))
      #expect(part.status == 206 && part.text == "a")
      #expect(part.headers[.contentRange] == "bytes 0-0/\(whole.bytes.count)")
      #expect(try await kit.get(file, (.range, "bytes=99-")).status == 416)
      #expect(try await kit.ask(.head, file).status == 200)
      #expect(try await kit.get("\(location)/outputs/fill").text.contains("did you mean `file`"))
      #expect(try await kit.get("\(location)/outputs/file/more").status == 404)
    }
  }

  @Test("events that were told are not told again, and a browser is told when there are no more")
  func reconnecting() async throws {
    try await ServingKit().working { kit in
      let run = try await kit.begin(#"{"pipeline": "say"}"#)
      let all = try await kit.finish(run)
      let rest = try await kit.get("/api/v1/runs/\(run)/events", (.lastEventID, "2"))
      #expect(try rest.events.map(\.seq) == all.map(\.seq).filter { $0 > 2 })
      let last = String(all.count)
      let end = try await kit.get("/api/v1/runs/\(run)/events", (.lastEventID, last))
      #expect(end.status == 204)
      let list = try await kit.get(
        "/api/v1/runs/\(run)/events?after=1", (.accept, "application/json"))
      guard case .array(let members) = list.json else { throw TestProblem("no list") }
      #expect(members.count == all.count - 1)
      let wrong = try await kit.get("/api/v1/runs/\(run)/events", (.lastEventID, "x"))
      #expect(wrong.status == 400)
    }
  }

  @Test("one hundred runs that are submitted at once are all done")
  func manyAtOnce() async throws {
    let kit = try ServingKit(limit: 1000)
    try await kit.working { kit in
      let runs = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<100 {
          group.addTask {
            try await kit.begin(#"{"pipeline": "say", "inputs": {"text": "number \#(number)"}}"#)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(runs).count == 100)
      for run in runs { #expect(try await kit.finish(run).last?.type == .runCompleted) }
    }
    #expect(kit.service.count == 0)
  }

  @Test("what is too much is refused with the time to wait, and nothing of it is written down")
  func full() async throws {
    try await ServingKit(limit: 1).working { kit in
      let gate = "full \(UUID().uuidString)"
      let body = #"{"pipeline": "wait", "inputs": {"gate": "\#(gate)"}}"#
      let run = try await kit.begin(body)
      let refused = try await kit.post("/api/v1/runs", json: body)
      #expect(refused.status == 429 && refused.code == "QUEUE_FULL")
      #expect(refused.headers[.retryAfter] == "15")
      #expect(await kit.journal.runs(limit: 10).count == 1)
      Gate.named(gate).open()
      _ = try await kit.finish(run)
    }
  }

  @Test(
    "the same key gives the same run, also after a restart, and another request with it is refused")
  func idempotency() async throws {
    let first = try ServingKit()
    let body = #"{"pipeline": "say", "inputs": {"text": "once"}}"#
    let key: (FieldName, String) = (.idempotencyKey, "order 1")
    let run = try await first.working { kit in
      let one = try await kit.post("/api/v1/runs", json: body, key)
      let two = try await kit.post("/api/v1/runs", json: body, key)
      #expect(one.status == 202 && two.status == 202)
      #expect(one.json["run"] == two.json["run"])
      #expect(two.headers["Idempotency-Replayed"] == "true")
      let other = try await kit.post("/api/v1/runs", json: #"{"pipeline": "say"}"#, key)
      #expect(other.status == 422 && other.code == "IDEMPOTENCY_KEY_REUSED")
      return one.json["run"]
    }
    try await ServingKit(after: first).working { kit in
      let again = try await kit.post("/api/v1/runs", json: body, key)
      #expect(again.json["run"] == run)
    }
    #expect(await first.journal.runs(limit: 10).count == 1)
  }

  @Test("a key whose run never came about begins it under the name that it had")
  func idempotencyAfterCrash() async throws {
    let kit = try ServingKit()
    let request = Digest(of: Array("x".utf8))
    let claim = try await kit.api.ledger.claim("k", of: .local, for: request) { _ in false }
    guard case .new(let run) = claim else { throw TestProblem("not new") }
    #expect(
      try await kit.api.ledger.claim("k", of: .local, for: request) { _ in false } == .busy)
    let later = IdempotencyLedger(dataFolder: kit.folder.url)
    #expect(
      try await later.claim("k", of: .local, for: request) { _ in false } == .new(run: run))
  }

  @Test("runs are listed page by page, the newest first, and by state and pipeline")
  func listing() async throws {
    try await ServingKit().working { kit in
      var runs: [String] = []
      for number in 0..<5 {
        runs.append(
          try await kit.begin(#"{"pipeline": "say", "inputs": {"text": "list \#(number)"}}"#))
      }
      for run in runs { _ = try await kit.finish(run) }
      var seen: [String] = []
      var target: String? = "/api/v1/runs?limit=2"
      while let page = target {
        let answer = try await kit.get(page)
        guard case .array(let members)? = answer.json["runs"] else { throw TestProblem("no runs") }
        seen += members.compactMap { if case .string(let id)? = $0["run"] { id } else { nil } }
        target = nil
        if case .string(let next)? = answer.json["next"] {
          target = "/api/v1/runs?limit=2&cursor=\(next)"
        }
      }
      #expect(seen == runs.reversed())
      let failed = try await kit.get("/api/v1/runs?state=failed,queued")
      #expect(failed.json["runs"] == .array([]))
      let none = try await kit.get("/api/v1/runs?pipeline=other")
      #expect(none.json["runs"] == .array([]))
      #expect(try await kit.get("/api/v1/runs?limit=0").status == 400)
      #expect(try await kit.get("/api/v1/runs?limits=1").text.contains("did you mean `limit`"))
      #expect(try await kit.get("/api/v1/runs?cursor=none").status == 400)
    }
  }

  @Test("a run is cancelled, tells its followers, and is retried as a new one")
  func cancelAndRetry() async throws {
    try await ServingKit().working { kit in
      let gate = "cancel \(UUID().uuidString)"
      let run = try await kit.begin(#"{"pipeline": "wait", "inputs": {"gate": "\#(gate)"}}"#)
      try await kit.until(.stageLog, in: run)
      let logs = try await kit.get("/api/v1/runs/\(run)/stages/stop/logs")
      #expect(logs.text.contains("at the gate"))
      #expect(try await kit.get("/api/v1/runs/\(run)/stages/stopp/logs").status == 404)
      #expect(try await kit.get("/api/v1/runs/\(run)/outputs/passed").code == "NOT_READY")
      #expect(try await kit.ask(.post, "/api/v1/runs/\(run)/retry").status == 409)
      #expect(try await kit.ask(.post, "/api/v1/runs/\(run)/cancel").status == 202)
      #expect(try await kit.finish(run).last?.type == .runCancelled)
      #expect(try await kit.ask(.post, "/api/v1/runs/\(run)/cancel").status == 409)
      #expect(try await kit.ask(.post, "/api/v1/runs/\(run)/retry?from=stopp").status == 400)
      Gate.named(gate).open()
      let again = try await kit.ask(.post, "/api/v1/runs/\(run)/retry")
      guard case .string(let new)? = again.json["run"] else { throw TestProblem(again.text) }
      #expect(again.json["retryOf"] == .string(run))
      #expect(try await kit.finish(new).last?.type == .runCompleted)
      let why = try await kit.get("/api/v1/runs/\(new)/why?stage=stop")
      #expect(why.text.contains(#""outcome":"run""#))
    }
  }
}

struct TestProblem: Error {
  var message: String
  init(_ message: String) { self.message = message }
}
