import Foundation
import HTTPClient
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Sources of clients", .timeLimit(.minutes(2)))
struct SourceAPITests {
  private func kit(_ change: (inout SourceSettings) -> Void = { _ in }) throws -> ServingKit {
    var settings = SourceSettings()
    settings.privateNetworks = [IPNetwork("127.0.0.1")].compactMap { $0 }
    change(&settings)
    return try ServingKit(
      sources: { folder, artifacts in
        SourceFetcher(settings, dataFolder: folder, artifacts: artifacts)
      })
  }

  private func body(_ url: String) -> String {
    #"{"pipeline": "read", "inputs": {"file": "\#(url)"}}"#
  }

  @Test("a run is accepted at once, fetches its source, and tells of it without its secrets")
  func fetched() async throws {
    let (asked, ask) = AsyncStream.makeStream(of: TestConnection.self)
    let server = try TestServer { _, connection in ask.yield(connection) }
    let kit = try kit()
    try await kit.working { kit in
      let run = try await kit.begin(body(server.url("/words.txt?token=secret")))
      for await connection in asked {
        let told = try await kit.get("/api/v1/runs/\(run)")
        #expect(told.json["state"] == .string("running"))
        #expect(told.text.contains(#""stage":"(sources)""#), "\(told.text)")
        #expect(!told.text.contains("secret"))
        connection.reply(200, [], "fetched words")
        break
      }
      let events = try await kit.finish(run)
      #expect(events.last?.type == .runCompleted)
      #expect(events.last?.outputs?["text"] == .text("fetched words"))
      let told = try await kit.get("/api/v1/runs/\(run)/events", (.accept, "application/json"))
      #expect(!told.text.contains("secret"))
      let why = try await kit.get("/api/v1/runs/\(run)/why")
      #expect(why.text.contains("it was never fetched before"), "\(why.text)")
    }
  }

  @Test(
    "what will never be fetched is refused with its path before a run begins",
    arguments: [
      ("file:///etc/passwd", "only http and https"), ("http://10.0.0.1/x", "public internet"),
      ("http://[::ffff:10.0.0.1]/x", "public internet"), ("http://167772161/x", "public internet"),
      ("https://me:secret@example.org/x", "user name or password"),
    ])
  func refused(_ url: String, _ part: String) async throws {
    let answer = try await kit().post("/api/v1/runs", json: body(url))
    #expect(answer.status == 400 && answer.paths == ["inputs.file"], "\(answer.text)")
    #expect(answer.text.contains(part) && answer.text.contains(#""code":"refused-source""#))
    #expect(!answer.text.contains("secret"))
  }

  @Test("a plan over HTTP fetches nothing, and says what would be")
  func plan() async throws {
    let server = try TestServer { _, connection in connection.reply(200, [], "x") }
    let answer = try await kit().post(
      "/api/v1/pipelines/plan", json: body(server.url("/a.txt?k=secret")))
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.text.contains(#""isFetched":true"#) && answer.text.contains("/a.txt?…"))
    #expect(!answer.text.contains("secret") && server.requests.isEmpty)
  }

  @Test("a run whose source hangs can be cancelled, and a source that is missing fails it")
  func ends() async throws {
    let (asked, ask) = AsyncStream.makeStream(of: Void.self)
    let server = try TestServer { request, connection in
      if request.target == "/missing" { return connection.reply(404, [], "no") }
      ask.yield()
      connection.waitUntilGone()
    }
    try await kit().working { kit in
      let hanging = try await kit.begin(body(server.url("/hangs")))
      for await _ in asked { break }
      #expect(
        try await kit.ask(.post, "/api/v1/runs/\(hanging)/cancel").status == 202)
      #expect(try await kit.finish(hanging).last?.type == .runCancelled)
      let missing = try await kit.begin(body(server.url("/missing")))
      let last = try #require(try await kit.finish(missing).last)
      #expect(last.type == .runFailed && last.stage == "(sources)" && last.field == "file")
      #expect(last.errorClass == .invalidInput)
      #expect(last.message?.contains("there is no such file (any more)") == true)
    }
  }

  @Test("an upload is found where only the stage knows that it is a file")
  func uploadInJSON() async throws {
    try await kit().working { kit in
      let sent = try await kit.ask(
        .post, "/api/v1/uploads?name=a.txt", [(.contentType, "text/plain")],
        body: Array("from a body".utf8))
      guard case .string(let upload)? = sent.json["upload"] else { throw TestProblem(sent.text) }
      let definition =
        #"{"version": 1, "name": "x", "inputs": {"it": {"type": "list<json>"}}, "#
        + #""stages": {"a": {"uses": "read", "with": {"file": "${{ inputs.it[0].path }}"}}}, "#
        + #""outputs": {"text": "a.text"}}"#
      let run = try await kit.begin(
        #"{"definition": \#(definition), "inputs": {"it": [{"path": "\#(upload)"}]}}"#)
      #expect(try await kit.finish(run).last?.outputs?["text"] == .text("from a body"))
      let unknown = "upload:" + String(repeating: "0", count: 32)
      let refused = try await kit.post(
        "/api/v1/runs",
        json: #"{"definition": \#(definition), "inputs": {"it": [{"path": "\#(unknown)"}]}}"#)
      #expect(refused.status == 400 && refused.paths == ["inputs.it[0].path"], "\(refused.text)")
    }
  }
}
