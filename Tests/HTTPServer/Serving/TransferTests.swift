import Foundation
import HTTPTypes
import Testing
import Threads

@testable import HTTPServer

@Suite("Large bodies and files", .serialized, .timeLimit(.minutes(10)))
struct TransferTests {
  /// Compares what comes with `megabyte`, over and over.
  private final class Gauge: Sendable {
    private let state = Locked((received: 0, isRight: true))

    var received: Int { state.withLock { $0.received } }
    var isRight: Bool { state.withLock { $0.isRight } }

    func add(_ bytes: [UInt8]) {
      state.withLock { state in
        var rest = bytes[...]
        while !rest.isEmpty {
          let start = state.received % TransferTests.megabyte.count
          let count = min(rest.count, TransferTests.megabyte.count - start)
          let isEqual = rest.withUnsafeBytes { got in
            TransferTests.megabyte.withUnsafeBytes { wanted in
              guard let one = got.baseAddress, let other = wanted.baseAddress else { return false }
              return memcmp(one, other + start, count) == 0
            }
          }
          if !isEqual { state.isRight = false }
          state.received += count
          rest = rest.dropFirst(count)
        }
      }
    }
  }

  fileprivate static let megabyte: [UInt8] = (0..<1 << 20).map {
    UInt8(truncatingIfNeeded: $0 &* 7 >> 3)
  }

  @Test(
    "64 MiB up arrive whole, and no more than the queue is held meanwhile",
    arguments: [true, false])
  func upload(isChunked: Bool) async throws {
    let gauge = Gauge()
    let largest = Locked(0)
    try await TestServer.run(respond: { request in
      for try await bytes in request.body {
        largest.withLock { $0 = max($0, bytes.count) }
        gauge.add(bytes)
      }
      return .text("\(gauge.received)")
    }) { server in
      let client = try server.connect()
      try client.send(
        "PUT /file HTTP/1.1\r\nHost: t\r\n"
          + (isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(64 << 20)") + "\r\n\r\n")
      for _ in 0..<64 {
        try client.send(
          isChunked ? Array("100000\r\n".utf8) + Self.megabyte + [13, 10] : Self.megabyte)
      }
      if isChunked { try client.send("0\r\n\r\n") }
      #expect(try client.answer().text == "\(64 << 20)")
    }
    #expect(gauge.isRight)
    #expect(largest.withLock { $0 } <= 64 << 10)
  }

  @Test("A producer waits for its client, and 64 MiB arrive whole")
  func download() async throws {
    let produced = Locked(0)
    try await TestServer.run(respond: { _ in
      .stream(.octetStream) { writer in
        for _ in 0..<64 {
          try await writer.write(Self.megabyte)
          produced.withLock { $0 += 1 }
        }
      }
    }) { server in
      let client = try RawClient(port: server.port, receiveBuffer: 64 << 10)
      try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      _ = try client.receive(through: "\r\n\r\n")
      usleep(200_000)
      // The sockets' buffers, the loop's batch and the queue hold some of it, but by far not all.
      #expect(produced.withLock { $0 } < 32)
      var total = 0
      while true {
        let line = try client.receive(through: "\r\n").dropLast()
        let count = try #require(Int(line, radix: 16))
        total += try client.receive(count).count
        _ = try client.receive(2)
        if count == 0 { break }
      }
      #expect(total == 64 << 20)
    }
  }

  @Test("A file is served whole, in part, and not at all when the client has it")
  func file() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 >> 4) })
    try content.write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let pool = FilePool(threadCount: 2)
    try await TestServer.run(respond: { request in
      let file = try await StoredFile.open(
        request.path.segments == ["there"] ? path : path + "x", on: pool)
      return .file(file, .octetStream, validators: file.validators, for: request)
    }) { server in
      let client = try server.connect()
      let whole = try client.get("/there")
      #expect(whole.body == [UInt8](content))
      let tag = try #require(whole.headers["etag"])
      let part = try client.get("/there", "Range: bytes=1000000-2999998\r\n")
      #expect(part.status == 206)
      #expect(part.headers["content-range"] == "bytes 1000000-2999998/3000000")
      #expect(part.body == [UInt8](content[1_000_000..<2_999_999]))
      #expect(try client.get("/there", "Range: bytes=-1\r\n").body == [content[2_999_999]])
      #expect(try client.get("/there", "Range: bytes=3000000-\r\n").status == 416)
      #expect(try client.get("/there", "If-None-Match: \(tag)\r\n").status == 304)
      let stale = try client.get("/there", "Range: bytes=0-1\r\nIf-Range: \"old\"\r\n")
      #expect(stale.status == 200)
      #expect(try client.get("/gone").status == 404)
      try client.send("HEAD /there HTTP/1.1\r\nHost: t\r\n\r\n")
      let head = try client.answer(isHead: true)
      #expect(head.headers["content-length"] == "3000000")
      #expect(head.headers["etag"] == tag)
    }
  }

  @Test("A folder, a pipe and what is not there are no files")
  func noFiles() async throws {
    let pool = FilePool(threadCount: 1)
    let folder = FileManager.default.temporaryDirectory.path
    let pipe = folder + "/" + UUID().uuidString
    mkfifo(pipe, 0o600)
    defer { unlink(pipe) }
    for path in [folder, pipe, folder + "/none/such", String(repeating: "x", count: 5000)] {
      let error = await #expect(throws: HTTPError.self) {
        try await StoredFile.open(path, on: pool)
      }
      #expect(error?.status == .notFound)
    }
  }

  @Test("A file that becomes shorter while it is sent ends the connection")
  func truncated() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try Data(count: 30_000_000).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let pool = FilePool(threadCount: 1)
    try await TestServer.run(respond: { request in
      let file = try await StoredFile.open(path, on: pool)
      return .file(file, .octetStream, validators: Validators(), for: request)
    }) { server in
      let client = try RawClient(port: server.port, receiveBuffer: 4096)
      try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      _ = try client.receive(1000)
      #expect(truncate(path, 1000) == 0)
      #expect(try client.receiveAll().count < 30_000_000)
    }
  }
}
