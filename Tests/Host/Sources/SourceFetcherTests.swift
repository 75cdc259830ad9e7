import Foundation
import HTTPClient
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Fetching sources", .timeLimit(.minutes(3)))
struct SourceFetcherTests {
  private func reason(_ source: FetchedSource) -> String {
    if case .source(let because) = source.decision.reason { because } else { "" }
  }

  // MARK: What is known

  @Test("what is fetched is kept by its content, under the name in its address")
  func fetched() async throws {
    let server = try TestServer { _, connection in connection.reply(200, [], "some bytes") }
    let bench = try SourceBench()
    let source = try await bench.fetch(server.url("/a/some%20clip.bin?token=secret#part"))
    #expect(source.file.name == "some clip.bin" && source.file.byteCount == 10)
    #expect(source.file.digest == Digest(of: Array("some bytes".utf8)))
    #expect(source.decision.outcome == .run)
    #expect(reason(source) == "it was never fetched before")
    #expect(server.requests.map(\.target) == ["/a/some%20clip.bin?token=secret"])
    #expect(server.requests.first?.headers["accept-encoding"] == "identity")
    for file in try bench.shelf(".json") {
      #expect(try !String(contentsOf: file, encoding: .utf8).contains("secret"))
    }
    #expect(try bench.shelf(".part").isEmpty && bench.shelf(".begun").isEmpty)
  }

  @Test(
    "a source that the server calls the same is not sent again, in this process or the next",
    arguments: [
      ("ETag: \"v1\"", "if-none-match", "\"v1\""), ("ETag: W/\"v1\"", "if-none-match", "W/\"v1\""),
      (
        "Last-Modified: Fri, 20 Nov 2026 16:00:30 GMT", "if-modified-since",
        "Fri, 20 Nov 2026 16:00:30 GMT"
      ),
    ])
  func unchanged(_ header: String, _ name: String, _ value: String) async throws {
    let server = try TestServer { request, connection in
      if request.headers[name] == value {
        connection.send("HTTP/1.1 304 Not Modified\r\n\r\n")
      } else {
        connection.reply(200, [header], "bytes")
      }
    }
    let first = try SourceBench()
    let one = try await first.fetch(server.url("/a"))
    let two = try await first.fetch(server.url("/a"))
    let three = try await SourceBench(after: first).fetch(server.url("/a"))
    #expect([two.decision.outcome, three.decision.outcome] == [.cached, .cached])
    #expect(reason(three) == "the server says that it has not changed")
    #expect(Set([one, two, three].map(\.file.digest)).count == 1)
    #expect(server.requests.map { $0.headers[name] } == [nil, value, value])
  }

  @Test("a source that has changed is fetched, and the reason names both versions")
  func changed() async throws {
    let count = Locked(0)
    let server = try TestServer { _, connection in
      let number = count.withLock { count in
        count += 1
        return count
      }
      connection.reply(200, ["ETag: \"v\(number)\""], number < 3 ? "same" : "other")
    }
    let bench = try SourceBench()
    let one = try await bench.fetch(server.url())
    let two = try await bench.fetch(server.url())
    let three = try await bench.fetch(server.url())
    #expect(one.file == two.file && two.file != three.file)
    #expect(
      reason(two)
        == "the server said that it has changed (ETag \"v1\" -> ETag \"v2\"), but it is the same as before"
    )
    #expect(reason(three) == "it has changed: ETag \"v2\" -> ETag \"v3\"")
  }

  @Test(
    "a server that names no versions is asked for all of it each time, and what is the same stays so"
  )
  func versionless() async throws {
    let server = try TestServer { _, connection in connection.reply(200, [], "bytes") }
    let bench = try SourceBench()
    let one = try await bench.fetch(server.url())
    let two = try await bench.fetch(server.url())
    #expect(one.file == two.file && two.decision.outcome == .run)
    #expect(reason(two).hasPrefix("the server does not say which version it sends"))
  }

  @Test(
    "only a promise that it will never change saves the question",
    arguments: [
      ("public, max-age=600, immutable", 1), ("max-age=600", 2), ("immutable", 2),
      ("immutable, max-age=0", 2), ("no-cache, immutable, max-age=9", 2),
      ("immutable, max-age=99999999999999999999", 2), ("Immutable, Max-Age=60", 1),
    ])
  func immutable(_ words: String, _ requests: Int) async throws {
    let server = try TestServer { _, connection in
      connection.reply(200, ["ETag: \"a\"", "Cache-Control: \(words)"], "bytes")
    }
    let bench = try SourceBench()
    _ = try await bench.fetch(server.url())
    _ = try await bench.fetch(server.url())
    #expect(server.requests.count == requests)
  }

  @Test("a stored copy that is gone is fetched again without a condition")
  func gone() async throws {
    let server = try TestServer { _, connection in
      connection.reply(200, ["ETag: \"a\""], "bytes")
    }
    let first = try SourceBench()
    _ = try await first.fetch(server.url())
    // Another store over the same shelf: as after a collection.
    let fetcher = SourceFetcher(
      first.fetcher.settings, dataFolder: first.folder.url,
      artifacts: MemoryArtifactStore(folder: first.folder.file("other")))
    let address = try #require(SourceAddress(server.url()))
    #expect(await fetcher.known(address) == nil)
    let again = try await fetcher.fetch(SourceOrder(address, as: .file))
    #expect(reason(again) == "its stored copy is gone: collected, missing or damaged")
    #expect(server.requests.allSatisfy { $0.headers["if-none-match"] == nil })
    #expect(await fetcher.known(address) == again.file)
  }

  @Test("two who want the same at once are served by one request")
  func together() async throws {
    let (asked, ask) = AsyncStream.makeStream(of: TestConnection.self)
    let server = try TestServer { _, connection in ask.yield(connection) }
    let bench = try SourceBench()
    async let one = bench.fetch(server.url())
    async let two = bench.fetch(server.url())
    for await connection in asked {
      connection.reply(200, ["Connection: close"], "bytes")
      break
    }
    let files = try await [one.file, two.file]
    #expect(files[0] == files[1])
    #expect(server.requests.count == 1)
  }

  // MARK: What breaks

  /// Sends the first bytes of a file, breaks off, and then does what it is told.
  private func breaking(
    _ bytes: Data, after count: Int, _ headers: [String],
    then: @escaping @Sendable (TestServer.Request, TestConnection) -> Void
  ) throws -> TestServer {
    let isFirst = Locked(true)
    return try TestServer { request, connection in
      let breaks = isFirst.withLock { isFirst in
        defer { isFirst = false }
        return isFirst
      }
      guard breaks else { return then(request, connection) }
      let lines = ["HTTP/1.1 200 OK", "Content-Length: \(bytes.count)"] + headers
      connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
      connection.send(bytes.prefix(count))
      connection.close()
    }
  }

  private static let film = Data((0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 13 / 5) })

  @Test("a download that breaks off goes on where it was, after a wait that the event tells")
  func goesOn() async throws {
    let film = Self.film
    let server = try breaking(film, after: 25_000, ["ETag: \"v1\""]) { request, connection in
      connection.reply(
        206, ["ETag: \"v1\"", "Content-Range: bytes 25000-59999/60000"],
        bytes: film.dropFirst(25_000))
    }
    let bench = try SourceBench()
    let source = try await bench.fetch(server.url("/film.mp4?key=secret"))
    #expect(try await bench.bytes(of: source) == film)
    #expect(server.requests.last?.headers["range"] == "bytes=25000-")
    #expect(server.requests.last?.headers["if-range"] == "\"v1\"")
    #expect(bench.clock.sleeps.count == 1)
    let message = try #require(bench.retries.first)
    #expect(
      message.hasPrefix("`http://127.0.0.1:\(server.port)/film.mp4?…` could not be fetched: "))
    #expect(message.contains("35000 bytes remaining"))
    let progress = bench.reports.withLock { $0 }.compactMap { report -> Int? in
      if case .progress(let done, let total) = report, total == 60_000 { done } else { nil }
    }
    #expect(progress.last == 60_000)
  }

  @Test("the next process goes on with what an earlier one had got")
  func nextProcess() async throws {
    let film = Self.film
    let server = try breaking(film, after: 25_000, ["ETag: \"v1\""]) { _, connection in
      connection.reply(
        206, ["ETag: \"v1\"", "Content-Range: bytes 25000-59999/60000"],
        bytes: film.dropFirst(25_000))
    }
    let first = try SourceBench(attempts: 1)
    let failure = try await first.failure(server.url())
    #expect(failure.errorClass == .transient)
    #expect(failure.message.contains("what came is kept for a day"))
    let second = try SourceBench(after: first)
    #expect(try await second.bytes(of: second.fetch(server.url())) == film)
    #expect(server.requests.last?.headers["range"] == "bytes=25000-")
    #expect(try second.shelf(".part").isEmpty)
  }

  @Test("what was not on disk for sure before the machine stopped is fetched again")
  func otherBoot() async throws {
    let server = try breaking(Self.film, after: 25_000, ["ETag: \"v1\""]) { _, connection in
      connection.reply(200, ["ETag: \"v1\""], bytes: Self.film)
    }
    let first = try SourceBench(attempts: 1)
    _ = try await first.failure(server.url())
    let begun = try #require(try first.shelf(".begun").first)
    let text = try String(contentsOf: begun, encoding: .utf8)
    let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    try #require(text.contains(boot))
    try text.replacing(boot, with: "another").write(to: begun, atomically: true, encoding: .utf8)
    let second = try SourceBench(after: first)
    #expect(try await second.bytes(of: second.fetch(server.url())) == Self.film)
    #expect(server.requests.last?.headers["range"] == nil)
  }

  @Test(
    "a beginning is gone on with only where the version is certain",
    arguments: [
      ([], false), (["ETag: W/\"v1\""], false), (["ETag: \"v1\""], true),
      (["Last-Modified: Fri, 20 Nov 2026 16:00:30 GMT"], false),
      (
        [
          "Last-Modified: Fri, 20 Nov 2026 16:00:30 GMT", "Date: Fri, 20 Nov 2026 16:00:31 GMT",
        ], false
      ),
      (
        [
          "Last-Modified: Fri, 20 Nov 2026 16:00:30 GMT", "Date: Fri, 20 Nov 2026 16:01:30 GMT",
        ], true
      ),
    ])
  func certain(_ headers: [String], _ isCertain: Bool) async throws {
    let film = Self.film
    let server = try breaking(film, after: 25_000, headers) { request, connection in
      if request.headers["range"] == nil {
        connection.reply(200, headers, bytes: film)
      } else {
        connection.reply(
          206, headers + ["Content-Range: bytes 25000-59999/60000"], bytes: film.dropFirst(25_000))
      }
    }
    let bench = try SourceBench()
    #expect(try await bench.bytes(of: bench.fetch(server.url())) == film)
    #expect((server.requests.last?.headers["range"] != nil) == isCertain)
  }

  @Test(
    "a file that changed while it was fetched is fetched from its beginning",
    arguments: ["all", "part of another", "no such part", "another part"])
  func changedMeanwhile(_ answer: String) async throws {
    let other = Data(repeating: 7, count: 70_000)
    let server = try breaking(Self.film, after: 25_000, ["ETag: \"v1\""]) { request, connection in
      guard request.headers["range"] != nil else {
        return connection.reply(200, ["ETag: \"v2\""], bytes: other)
      }
      switch answer {
      case "all": connection.reply(200, ["ETag: \"v2\""], bytes: other)
      case "part of another":
        connection.reply(
          206, ["ETag: \"v2\"", "Content-Range: bytes 25000-69999/70000"],
          bytes: other.dropFirst(25_000))
      case "no such part": connection.reply(416, ["Content-Range: bytes */10"], "no")
      default:
        connection.reply(
          206, ["ETag: \"v1\"", "Content-Range: bytes 0-69999/70000"], bytes: other)
      }
    }
    let bench = try SourceBench()
    #expect(try await bench.bytes(of: bench.fetch(server.url())) == other)
    #expect(server.requests.count == (answer == "all" ? 2 : 3))
    let logs = bench.reports.withLock { $0 }.compactMap(\.log)
    #expect(
      logs.contains { $0.contains("is fetched from its beginning again") } == (answer != "all"))
  }

  @Test("a server that is busy is asked again after the time that it asks for; then it is given up")
  func busy() async throws {
    let server = try TestServer { _, connection in
      connection.reply(503, ["Retry-After: 7"], "come back")
    }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url("/a"))
    #expect(failure.errorClass == .transient)
    #expect(
      failure.message
        == "`\(server.url("/a"))` could not be fetched: the server answered 503: it has a problem of its own; run again later"
    )
    #expect(bench.clock.sleeps == [.seconds(7), .seconds(7)])
    #expect(server.requests.count == 3)
  }

  @Test("a cancelled fetch ends at once and keeps what came")
  func cancelled() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nETag: \"a\"\r\n\r\n0123456789")
      connection.waitUntilGone()
    }
    let bench = try SourceBench()
    let task = Task { try await bench.fetch(server.url()) }
    try await eventually("ten bytes are there") {
      try bench.shelf(".part").first.map { try Data(contentsOf: $0).count } == 10
    }
    let elapsed = await ContinuousClock().measure {
      task.cancel()
      await #expect(throws: (any Error).self) { try await task.ended }
    }
    #expect(elapsed < .seconds(20))
    #expect(try bench.shelf(".begun").count == 1)
  }

  @Test(
    "no more are fetched at once than there are slots, and who is cancelled while waiting leaves")
  func slots() async throws {
    let slots = FetchSlots(2)
    let counts = Locked((now: 0, most: 0, done: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await slots.with {
            counts.withLock { counts in
              counts.now += 1
              counts.most = max(counts.most, counts.now)
            }
            for _ in 0..<10 { await Task.yield() }
            counts.withLock { counts in
              counts.now -= 1
              counts.done += 1
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(counts.withLock { $0.done } == 20 && counts.withLock { $0.most } <= 2)
    let one = FetchSlots(1)
    try await one.with {
      let waiting = Task { try await one.with {} }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
    }
    try await one.with {}
  }
}
