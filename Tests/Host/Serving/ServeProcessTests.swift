import ChildProcess
import Foundation
import HTTPClient
import TestSupport
import Testing

@testable import videocraft

/// `videocraft serve` as a process of its own, over a socket.
@Suite("A host that serves", .timeLimit(.minutes(5)))
struct ServeProcessTests {
  private static let key = "a-key-of-the-tests"
  private static let rules = OutboundRules(
    allowsPublicInternet: false, networks: [IPNetwork("127.0.0.0/8")].compactMap { $0 })

  private let folder: TestFolder
  private let client = HTTPClient(rules: Self.rules)

  init() throws {
    folder = try TestFolder()
    try FileManager.default.createDirectory(
      at: folder.file("pipelines"), withIntermediateDirectories: true)
    try folder.write(
      """
      version: 1
      name: still
      inputs:
        picture: { type: image }
        time: { type: duration, default: 1s }
      stages:
        cut:
          uses: compose
          with:
            scenes: [{ image: "${{ inputs.picture }}", duration: "${{ inputs.time }}" }]
            size: 160x90
            frame-rate: 25
        package:
          uses: render
          in: { video: cut.video }
      outputs: { video: package.video }
      """, to: "pipelines/still.yaml")
  }

  /// Starts a host and waits until it listens.
  private func start() async throws -> (process: TestProcess, address: String) {
    let process = try await TestProcess.videocraft(
      ["serve", "--port", "0", "--data-dir", folder.file("data").path], in: folder,
      environment: [
        "VIDEOCRAFT_AUTH_API_KEY": Self.key, "VIDEOCRAFT_SECURITY_RATE_LIMIT": "0",
        "VIDEOCRAFT_SERVER_DRAIN_TIMEOUT": "0s",
      ])
    try #require(try await process.says("listens on"), "\(process.errorOutput)")
    let text = process.errorOutput
    let start = try #require(text.range(of: "listens on ")?.upperBound)
    return (process, String(text[start...].prefix { $0 != ";" }))
  }

  private func ask(
    _ method: String, _ url: String, body: HTTPRequest.Body = .none, type: String? = nil
  ) async throws -> (status: Int, json: JSON, bytes: [UInt8]) {
    var headers = [HTTPHeader("Authorization", "Bearer \(Self.key)")]
    if let type { headers.append(HTTPHeader("Content-Type", type)) }
    let response = try await client.send(
      HTTPRequest(method, url, headers: headers, body: body))
    let json = try? JSONDecoder().decode(JSON.self, from: Data(response.body))
    return (response.status, json ?? .null, response.body)
  }

  private func begin(_ address: String, time: String) async throws -> String {
    let picture = folder.file("a.png")
    _ = try await TestMedia.picture(picture)
    let sent = try await ask(
      "POST", "\(address)/api/v1/uploads?name=a.png", body: .file(picture), type: "image/png")
    guard case .string(let upload)? = sent.json["upload"] else {
      throw TestProblem("\(sent)")
    }
    let body = #"{"pipeline": "still", "inputs": {"picture": "\#(upload)", "time": "\#(time)"}}"#
    let answer = try await ask(
      "POST", "\(address)/api/v1/runs", body: .bytes(Array(body.utf8)), type: "application/json")
    guard answer.status == 202, case .string(let run)? = answer.json["run"] else {
      throw TestProblem("\(answer)")
    }
    return run
  }

  /// Reads the events until the stream ends, which is when the run is over.
  private func follow(_ address: String, _ run: String) async throws -> String {
    let answer = try await client.send(
      HTTPRequest(
        "GET", "\(address)/api/v1/runs/\(run)/events",
        headers: [HTTPHeader("Authorization", "Bearer \(Self.key)")],
        limits: HTTPLimits(total: .seconds(200))))
    return String(decoding: answer.body, as: UTF8.self)
  }

  @Test("an upload becomes a film, which comes in whole and in part; SIGTERM ends the host with 0")
  func film() async throws {
    let (process, address) = try await start()
    let run = try await begin(address, time: "1s")
    let events = try await follow(address, run)
    #expect(events.contains("event: run.completed"), "\(events)")
    let film = try await ask("GET", "\(address)/api/v1/runs/\(run)/outputs/video")
    #expect(film.status == 200 && film.bytes.count > 1000)
    #expect(String(decoding: film.bytes[4..<8], as: UTF8.self) == "ftyp")
    #expect(try await ask("GET", "\(address)/api/v1/nothing").status == 404)
    process.send(SIGTERM)
    #expect(try await process.wait() == .code(0), "\(process.errorOutput)")
  }

  @Test("a run goes on after the host was killed, and the events tell all of it in order")
  func killed() async throws {
    let (first, before) = try await start()
    let run = try await begin(before, time: "5m")
    var isRendering = false
    while !isRendering {
      let told = try await ask("GET", "\(before)/api/v1/runs/\(run)")
      isRendering = String(decoding: told.bytes, as: UTF8.self).contains(#""stage":"package""#)
      if case .string("failed")? = told.json["state"] { throw TestProblem("\(told)") }
    }
    first.send(SIGKILL)
    try await first.wait()
    let (second, after) = try await start()
    let events = try await follow(after, run)
    #expect(events.contains("event: run.resumed"))
    #expect(events.contains("event: run.completed"), "\(second.errorOutput)")
    let numbers = events.split(separator: "\n").compactMap { line in
      line.hasPrefix("id: ") ? Int(line.dropFirst(4)) : nil
    }
    #expect(!numbers.isEmpty && numbers == Array(1...numbers.count))
    second.send(SIGTERM)
    #expect(try await second.wait() == .code(0))
  }

  @Test("a second host on the same data folder says who has it")
  func locked() async throws {
    let (first, _) = try await start()
    let second = try await TestProcess.videocraft(
      ["serve", "--port", "0", "--data-dir", folder.file("data").path], in: folder)
    #expect(try await second.wait() == .code(1))
    #expect(second.errorOutput.contains("is in use by process \(first.id)"))
    first.send(SIGTERM)
    #expect(try await first.wait() == .code(0))
  }
}
