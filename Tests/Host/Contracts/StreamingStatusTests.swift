import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("The streaming contract: states", .timeLimit(.minutes(2)))
struct StreamingStatusTests {
  @Test("the state comes at once and whenever it changes, and nothing after READY")
  func states() async throws {
    let gate = UUID().uuidString
    let host = try StreamingKit(gate: gate)
    let id = try await host.upload()
    let channel = TestChannel()
    async let closed: Void = host.connect(id, channel)
    try await eventually("the first message") { !channel.messages.isEmpty }
    #expect(channel.states == ["UPLOADED"])
    try await host.working { host in
      try await eventually("processing") { channel.states.count == 2 }
      #expect(channel.states.last == "PROCESSING")
      #expect(try await host.get("/stream/\(id)/manifest").status == 409)
      Gate.named(gate).open()
      try await host.follow(id)
    }
    try await closed
    #expect(channel.states == ["UPLOADED", "PROCESSING", "READY"])
    for message in channel.messages {
      guard case .object(let members) = message, case .string(let time)? = members["timestamp"]
      else { throw TestProblem("\(message)") }
      #expect(Set(members.keys) == ["videoId", "state", "timestamp"])
      #expect(members["videoId"] == .string(id))
      #expect(
        (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(time)) != nil)
    }
  }

  @Test("who comes late is told the last state and no more")
  func late() async throws {
    try await StreamingKit().working { host in
      let id = try await host.upload()
      try await host.follow(id)
      let messages = try await host.follow(id)
      #expect(messages.map { $0["state"] } == ["READY"])
    }
  }

  @Test("an upload that is no video ends as FAILED, with its cause")
  func failed() async throws {
    try await StreamingKit().working { host in
      let id = try await host.upload("bad")
      let last = try await host.follow(id).last
      #expect(last?["state"] == "FAILED")
      #expect(last?["error"] == "this is no video")
      for path in ["manifest", "segment/720p~segment-00000.ts"] {
        let answer = try await host.get("/stream/\(id)/\(path)")
        #expect(answer.status == 409 && answer.text.contains("this is no video"))
      }
      #expect(try await host.get("/stream/ready").json == [])
    }
  }

  @Test("a video whose run is cancelled has failed")
  func cancelled() async throws {
    let host = try StreamingKit()
    let id = try await host.upload()
    try await host.kit.service.cancel(id, .now)
    let messages = try await host.follow(id)
    #expect(messages.map { $0["state"] } == ["FAILED"])
    #expect(messages.first?["error"] == "it was cancelled")
  }

  @Test("a client may go away whenever it likes")
  func leaving() async throws {
    let host = try StreamingKit()
    let id = try await host.upload()
    let channel = TestChannel(leavingAfter: 1)
    try await host.connect(id, channel)
    #expect(channel.states == ["UPLOADED"])
    #expect(host.kit.service.hub.followerCount == 0)
  }

  @Test("404 for a video that nobody uploaded, before it is looked whether it is an upgrade")
  func unknown() async throws {
    let host = try StreamingKit()
    for headers in [StreamingKit.upgrade, []] {
      let answer = try await host.ask(.get, "/video/\(UUID())/status/stream", headers)
      #expect(answer.status == 404 && answer.code == "NOT_FOUND")
    }
  }

  @Test("a run that is no video's is none, whatever its id")
  func otherRuns() async throws {
    let host = try StreamingKit()
    let own = try await host.kit.post(
      "/api/v1/runs", json: #"{"pipeline": "say"}"#)
    guard case .string(let run)? = own.json["run"] else { throw TestProblem(own.text) }
    #expect(try await host.get("/stream/\(run)/manifest").status == 404)
    #expect(try await host.ask(.get, "/video/\(run)/status/stream").status == 404)
  }

  @Test(
    "400 for what is no proper upgrade",
    arguments: [
      [], [(.upgrade, "websocket")],
      [(.upgrade, "h2c"), (.connection, "Upgrade")],
      [(.upgrade, "websocket"), (.connection, "Upgrade"), (.webSocketVersion, "13")],
      [
        (.upgrade, "websocket"), (.connection, "Upgrade"), (.webSocketVersion, "8"),
        (.webSocketKey, "dGhlIHNhbXBsZSBub25jZQ=="),
      ],
      [
        (.upgrade, "websocket"), (.connection, "Upgrade"), (.webSocketVersion, "13"),
        (.webSocketKey, "short"),
      ],
    ] as [[(FieldName, String)]])
  func badUpgrade(headers: [(FieldName, String)]) async throws {
    let host = try StreamingKit()
    let id = try await host.upload()
    #expect(try await host.ask(.get, "/video/\(id)/status/stream", headers).status == 400)
  }

  @Test("a host that starts again knows every video and its state")
  func restart() async throws {
    let first = try StreamingKit()
    let (ready, failed) = try await first.working { host in
      let ready = try await host.upload()
      let failed = try await host.upload("bad")
      try await host.follow(ready)
      try await host.follow(failed)
      return (ready, failed)
    }
    let second = try StreamingKit(after: first)
    #expect(try await second.follow(ready).map { $0["state"] } == ["READY"])
    #expect(try await second.follow(ready.uppercased()).map { $0["state"] } == ["READY"])
    #expect(try await second.follow(failed).map { $0["state"] } == ["FAILED"])
    #expect(try await second.get("/stream/ready").json == [.string(ready)])
    #expect(try await second.get("/stream/\(ready)/manifest").status == 200)
  }
}
