import ChildProcess
import Foundation
import HTTPClient
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

/// Sources as the command line fetches them, in processes of their own.
@Suite("Sources of the command line", .timeLimit(.minutes(5)))
struct SourceProcessTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    try folder.write(
      """
      version: 1
      name: check
      inputs: { clip: audio }
      stages:
        look: { uses: validate, in: { media: inputs.clip }, with: { decode: false } }
      outputs: { clip: look.media, bytes: look.bytes }
      """, to: "check.yaml")
  }

  private func start(
    _ words: [String], networks: String = "127.0.0.1"
  ) async throws -> TestProcess {
    try await TestProcess.videocraft(
      words + ["--data-dir", folder.file("data").path], in: folder,
      environment: ["VIDEOCRAFT_SOURCES_PRIVATE_NETWORKS": networks])
  }

  private func run(_ url: String) async throws -> TestProcess {
    try await start([
      "run", folder.file("check.yaml").path, "-i", "clip=\(url)", "-o", folder.file("out").path,
      "--format", "lines",
    ])
  }

  private func partialBytes() throws -> Int? {
    try folder.contents().first { $0.hasPrefix("data/sources/") && $0.hasSuffix(".part") }
      .map { try Data(contentsOf: folder.file($0)).count }
  }

  @Test("a run that was killed while it fetched goes on where it was, and says why it fetched")
  func killed() async throws {
    let tone = SourceBench.tone(samples: 500_000)
    let half = 400_000
    let server = try TestServer { request, connection in
      guard request.headers["range"] == "bytes=\(half)-", request.headers["if-range"] == "\"v1\""
      else {
        connection.send(
          "HTTP/1.1 200 OK\r\nContent-Length: \(tone.count)\r\nETag: \"v1\"\r\n\r\n")
        connection.send(tone.prefix(half))
        return connection.waitUntilGone()
      }
      connection.reply(
        206,
        ["ETag: \"v1\"", "Content-Range: bytes \(half)-\(tone.count - 1)/\(tone.count)"],
        bytes: tone.dropFirst(half))
    }
    let url = server.url("/tone.wav?token=secret")
    let first = try await run(url)
    try await eventually("half of it is there") { try partialBytes() == half }
    first.send(SIGKILL)
    try await first.wait()
    #expect(first.errorOutput.contains("(sources): started"), "\(first.errorOutput)")
    #expect(try partialBytes() == half)
    let second = try await run(url)
    #expect(try await second.wait() == .code(0), "\(second.errorOutput)")
    #expect(second.errorOutput.contains("continuing run"), "\(second.errorOutput)")
    #expect(server.requests.last?.headers["range"] == "bytes=\(half)-")
    #expect(try Data(contentsOf: folder.file("out/clip.wav")) == tone)
    #expect(try partialBytes() == nil)
    let why = try await start(["why", "last", "(sources)"])
    #expect(try await why.wait() == .code(0))
    #expect(
      why.output.contains("was fetched: it was never fetched before"),
      "\(why.output)\(why.errorOutput)")
    let shown = try await start(["show", "last"])
    #expect(try await shown.wait() == .code(0))
    for text in [
      first.errorOutput, second.errorOutput, second.output, why.output, shown.output,
    ] {
      #expect(!text.contains("secret"), "\(text)")
    }
  }

  @Test("a plan and lint need no network; a run asks whether what is known has changed")
  func plan() async throws {
    let tone = SourceBench.tone()
    let server = try TestServer { request, connection in
      if request.headers["if-none-match"] == "\"v1\"" {
        connection.send("HTTP/1.1 304 Not Modified\r\n\r\n")
      } else {
        connection.reply(200, ["ETag: \"v1\""], bytes: tone)
      }
    }
    let url = server.url("/tone.wav")
    let words = ["plan", folder.file("check.yaml").path, "-i", "clip=\(url)"]
    let before = try await start(words)
    #expect(try await before.wait() == .code(0), "\(before.errorOutput)")
    #expect(
      before.output.contains("(sources)  `\(url)` will be fetched (for clip)"), "\(before.output)")
    #expect(server.requests.isEmpty)
    let first = try await run(url)
    #expect(try await first.wait() == .code(0), "\(first.errorOutput)")
    let after = try await start(words)
    #expect(try await after.wait() == .code(0))
    #expect(
      after.output.contains("is known (8.0 kB); the run asks whether it has changed"),
      "\(after.output)")
    #expect(after.output.contains("look       cached:"), "\(after.output)")
    #expect(server.requests.count == 1)
    let second = try await run(url)
    #expect(try await second.wait() == .code(0), "\(second.errorOutput)")
    #expect(
      second.errorOutput.contains("was not fetched again: the server says that it has not changed"),
      "\(second.errorOutput)")
    #expect(server.requests.count == 2)
  }

  @Test("what cannot be fetched ends the run with the code of what is wrong")
  func codes() async throws {
    let server = try TestServer { _, connection in connection.reply(404, [], "no") }
    let missing = try await run(server.url("/tone.wav"))
    #expect(try await missing.wait() == .code(1))
    #expect(
      (missing.errorOutput + missing.output).contains("there is no such file (any more)"),
      "\(missing.errorOutput)\(missing.output)")
    let refused = try await start(
      [
        "run", folder.file("check.yaml").path, "-i", "clip=\(server.url("/tone.wav"))",
        "--format", "lines",
      ], networks: "")
    #expect(try await refused.wait() == .code(1))
    #expect(
      (refused.errorOutput + refused.output).contains(
        "127.0.0.1 is not an address of the public internet"),
      "\(refused.errorOutput)\(refused.output)")
  }

  @Test(
    "a host that was killed while it fetched goes on with its runs and with the bytes that are there"
  )
  func killedHost() async throws {
    let tone = SourceBench.tone(samples: 500_000)
    let server = try TestServer { request, connection in
      guard request.headers["range"] == "bytes=400000-" else {
        connection.send(
          "HTTP/1.1 200 OK\r\nContent-Length: \(tone.count)\r\nETag: \"v1\"\r\n\r\n")
        connection.send(tone.prefix(400_000))
        return connection.waitUntilGone()
      }
      connection.reply(
        206,
        ["ETag: \"v1\"", "Content-Range: bytes 400000-\(tone.count - 1)/\(tone.count)"],
        bytes: tone.dropFirst(400_000))
    }
    try FileManager.default.createDirectory(
      at: folder.file("pipelines"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: folder.file("check.yaml"), to: folder.file("pipelines/check.yaml"))
    let (first, before) = try await serve()
    let accepted = try await client.send(
      HTTPRequest(
        "POST", "\(before)/api/v1/runs", headers: [HTTPHeader("Content-Type", "application/json")],
        body: .bytes(
          Array(#"{"pipeline": "check", "inputs": {"clip": "\#(server.url("/a.wav"))"}}"#.utf8))))
    #expect(accepted.status == 202, "\(String(decoding: accepted.body, as: UTF8.self))")
    let path = try #require(accepted.headers["Location"])
    try await eventually("a part of it is there") { try partialBytes() == 400_000 }
    first.send(SIGKILL)
    try await first.wait()
    let (second, after) = try await serve()
    let events = try await client.send(
      HTTPRequest("GET", "\(after)\(path)/events", limits: HTTPLimits(total: .seconds(200))))
    let text = String(decoding: events.body, as: UTF8.self)
    #expect(text.contains("event: run.resumed") && text.contains("event: run.completed"), "\(text)")
    let film = try await client.send(HTTPRequest("GET", "\(after)\(path)/outputs/clip"))
    #expect(film.body == Array(tone))
    second.send(SIGTERM)
    #expect(try await second.wait() == .code(0), "\(second.errorOutput)")
  }

  private var client: HTTPClient {
    HTTPClient(
      rules: OutboundRules(
        allowsPublicInternet: false, networks: [IPNetwork("127.0.0.1")].compactMap { $0 }))
  }

  private func serve() async throws -> (process: TestProcess, address: String) {
    let process = try await TestProcess.videocraft(
      ["serve", "--port", "0", "--data-dir", folder.file("data").path], in: folder,
      environment: [
        "VIDEOCRAFT_SOURCES_PRIVATE_NETWORKS": "127.0.0.1",
        "VIDEOCRAFT_AUTH_REQUIRE_AUTH": "false", "VIDEOCRAFT_SECURITY_RATE_LIMIT": "0",
        "VIDEOCRAFT_SERVER_DRAIN_TIMEOUT": "0s",
      ])
    try #require(try await process.says("listens on"), "\(process.errorOutput)")
    let text = process.errorOutput
    let start = try #require(text.range(of: "listens on ")?.upperBound)
    return (process, String(text[start...].prefix { $0 != ";" }))
  }
}
