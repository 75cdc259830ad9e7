import Foundation
import HTTPTypes
import Testing
import Threads

@testable import HTTPServer

@Suite("Serving", .serialized, .timeLimit(.minutes(5)))
struct ServingTests {
  private static func echo(_ request: Request) async throws -> Response {
    switch request.path.segments.first {
    case "echo":
      return .bytes(try await request.body.collect(upTo: 4 << 20), .octetStream)
    case "empty": return Response(.noContent)
    case "stream":
      return .stream(.plainText) { writer in
        for number in 1...3 { try await writer.write(Array("\(number) ".utf8)) }
      }
    case "short":
      return .stream(.plainText, byteCount: 10) { try await $0.write([1, 2, 3]) }
    case "failing":
      return .stream(.plainText) {
        try await $0.write([1, 2, 3])
        throw TestFailure("in the middle")
      }
    case "ignore": return .text("no thanks", status: .conflict)
    case "big": return .bytes([UInt8](repeating: 7, count: 3_000_000), .octetStream)
    default:
      return .text(
        "\(request.method) \(request.target) \(request.peer.address?.description ?? "")")
    }
  }

  @Test("Requests follow one another on a connection, and pipelined ones are answered in order")
  func pipelining() async throws {
    try await TestServer.run(respond: Self.echo) { server in
      let client = try server.connect()
      #expect(try client.get("/a").text == "GET /a 127.0.0.1")
      try client.send(
        "GET /1 HTTP/1.1\r\nHost: t\r\n\r\n"
          + "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"
          + "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n"
          + "GET /4 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\nGET /5 HTTP/1.1\r\n")
      #expect(try client.answer().text == "GET /1 127.0.0.1")
      #expect(try client.answer().text == "abc")
      #expect(try client.answer().text == "de")
      let last = try client.answer()
      #expect(last.text == "GET /4 127.0.0.1")
      #expect(last.headers["connection"] == "close")
      #expect(try client.isAtEnd())
    }
  }

  @Test("A request is read byte by byte as well")
  func bytewise() async throws {
    try await TestServer.run(respond: Self.echo) { server in
      let client = try server.connect()
      let request =
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n"
      for _ in 0..<2 {
        for byte in request.utf8 { try client.send([byte]) }
        #expect(try client.answer().text == "abc")
      }
    }
  }

  @Test("An answer has the fields and the body that its status and the request's method allow")
  func framing() async throws {
    try await TestServer.run(respond: Self.echo) { server in
      let client = try server.connect()
      let empty = try client.get("/empty")
      #expect(empty.status == 204)
      #expect(empty.headers["content-length"] == nil)
      try client.send("HEAD /big HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(try client.answer(isHead: true).headers["content-length"] == "3000000")
      try client.send("HEAD /stream HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(try client.answer(isHead: true).headers["transfer-encoding"] == "chunked")
      let streamed = try client.get("/stream")
      #expect(streamed.text == "1 2 3 ")
      #expect(streamed.headers["transfer-encoding"] == "chunked")
      #expect(try HTTPDate(#require(streamed.headers["date"])) != nil)
      #expect(try client.get("/big").body.count == 3_000_000)
      try client.send("GET /stream HTTP/1.0\r\n\r\n")
      let old = try client.answer()
      #expect(old.text == "1 2 3 ")
      #expect(old.headers["transfer-encoding"] == nil)
      #expect(old.headers["connection"] == "close")
    }
  }

  @Test("HTTP/1.0 keeps a connection when it asks for that")
  func oldKeepAlive() async throws {
    try await TestServer.run(respond: Self.echo) { server in
      let client = try server.connect()
      for _ in 0..<2 {
        try client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.headers["connection"] == "keep-alive")
      }
      try client.send("GET /a HTTP/1.0\r\n\r\n")
      #expect(try client.answer().status == 200)
      #expect(try client.isAtEnd())
    }
  }

  @Test(
    "A body that fails in the middle cannot be taken for whole", arguments: ["short", "failing"])
  func aborted(path: String) async throws {
    try await TestServer.run(respond: Self.echo) { server in
      let client = try server.connect()
      #expect(throws: RawClient.Failure.self) { try client.get("/\(path)") }
      #expect(server.wait { server.records.withLock { $0.map(\.outcome) } == [.aborted] })
    }
  }

  @Test("Every malformed request is answered over a socket, and its connection ends")
  func malformed() async throws {
    let ran = Locked(0)
    try await TestServer.run(respond: { request in
      ran.withLock { $0 += 1 }
      return .bytes(try await request.body.collect(upTo: 1000), .octetStream)
    }) { server in
      for request in MalformedRequest.all {
        let client = try server.connect()
        // A server that has answered may close before everything is sent.
        try? client.send(request.bytes)
        let answer = try client.answer()
        #expect(
          answer.status
            == (request.status == 431 && request.name.contains("trailer")
              ? 400 : request.status),
          "\(request)")
        #expect(answer.headers["connection"] == "close", "\(request)")
        client.endSending()
        #expect(try client.isAtEnd(), "\(request)")
      }
      #expect(server.wait { server.server.connectionCount == 0 })
    }
    // Only those whose head was right were handed on.
    #expect(ran.withLock { $0 } == MalformedRequest.chunkings.count)
  }

  @Test("A client that waits to be asked for its body is asked when somebody reads it")
  func expectation() async throws {
    try await TestServer.run(respond: Self.echo) { server in
      let client = try server.connect()
      try client.send(
        "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      #expect(try client.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try client.send("abc")
      #expect(try client.answer().text == "abc")
      try client.send(
        "POST /ignore HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      let refused = try client.answer()
      #expect(refused.status == 409)
      #expect(refused.headers["connection"] == "close")
      #expect(try client.isAtEnd())
    }
  }

  @Test("An answer arrives although the body was not read")
  func earlyAnswer() async throws {
    try await TestServer.run(respond: Self.echo) { server in
      let client = try server.connect()
      try client.send("POST /ignore HTTP/1.1\r\nHost: t\r\nContent-Length: 10000000\r\n\r\n")
      // More than fits in the buffers, so some of it is sent after the answer.
      try? client.send([UInt8](repeating: 1, count: 2_000_000))
      let answer = try client.answer()
      #expect(answer.status == 409)
      #expect(answer.text == "no thanks")
      #expect(answer.headers["connection"] == "close")
    }
  }

  @Test("A body over the route's limit is refused with 413 before it is sent")
  func tooLarge() async throws {
    var router = Router()
    router.on(.post, "/", options: Router.RouteOptions(bodyLimit: 10)) {
      .bytes(try await $0.body.collect(upTo: 100), .octetStream)
    }
    let application = router.application()
    try await TestServer.run(respond: { await application.respond(to: $0) }) { server in
      let declared = try server.connect()
      try declared.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 11\r\n\r\n")
      #expect(try declared.answer().status == 413)
      let chunked = try server.connect()
      try chunked.send(
        "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n")
      #expect(try chunked.answer().status == 413)
    }
  }

  @Test("A handler learns that its client is gone", arguments: [true, false])
  func disconnect(isStreaming: Bool) async throws {
    let events = Locked<[String]>([])
    try await TestServer.run(respond: { request in
      events.withLock { $0.append("begun") }
      defer { if !isStreaming { events.withLock { $0.append("ended") } } }
      if isStreaming {
        return .stream(.plainText) { writer in
          defer { events.withLock { $0.append("ended") } }
          while true { try await writer.write([UInt8](repeating: 1, count: 100_000)) }
        }
      }
      try await Task.sleep(for: .seconds(600))
      return Response()
    }) { server in
      var client: RawClient? = try server.connect()
      try client?.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      if isStreaming { _ = try client?.receive(1000) }
      #expect(server.wait { events.withLock { $0.contains("begun") } })
      client = nil
      #expect(server.wait { events.withLock { $0.contains("ended") } })
      #expect(server.wait { server.server.connectionCount == 0 })
    }
  }

  @Test("Connections over the limit are answered with 503, and there is room again afterwards")
  func connectionLimit() async throws {
    try await TestServer.run(
      configure: { $0.limits.connectionsPerAddress = 2 }, respond: Self.echo
    ) { server in
      var kept: [RawClient] = [try server.connect(), try server.connect()]
      for client in kept { #expect(try client.get("/").status == 200) }
      let refused = try server.connect()
      let answer = try refused.answer()
      #expect(answer.status == 503)
      #expect(answer.headers["retry-after"] == "1")
      kept.removeLast()
      #expect(server.wait { server.server.connectionCount == 1 })
      #expect(try server.connect().get("/").status == 200)
    }
  }

  @Test("Requests over the limit are answered with 503")
  func requestLimit() async throws {
    let gate = Locked(false)
    try await TestServer.run(
      configure: { $0.limits.requestsInFlight = 1 },
      respond: { _ in
        while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
        return Response()
      }
    ) { server in
      let first = try server.connect()
      try first.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(
        server.wait {
          let other = try? server.connect().get("/")
          return other?.status == 503 && other?.headers["retry-after"] == "1"
        })
      gate.withLock { $0 = true }
      #expect(try first.answer().status == 200)
    }
  }

  @Test("Streams and WebSockets that are open are no requests in flight")
  func openStreams() async throws {
    try await TestServer.run(
      configure: { $0.limits.requestsInFlight = 1 },
      respond: { request in
        switch request.path.segments.first {
        case "events": return .events { _ in try await Task.sleep(for: .seconds(600)) }
        case "ws":
          return try .webSocket(for: request) { while try await $0.receive() != nil {} }
        default: return Response()
        }
      }
    ) { server in
      let events = try server.connect()
      try events.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n")
      _ = try events.receive(through: "\r\n\r\n")
      let socket = try server.connect()
      try socket.upgrade()
      for _ in 0..<3 { #expect(try server.connect().get("/").status == 200) }
    }
  }

  @Test("A drained server finishes what runs, closes what is idle and refuses what is new")
  func drain() async throws {
    let gate = Locked(false)
    let hasBegun = Locked(false)
    try await TestServer.run(respond: { request in
      if request.path.segments == ["events"] {
        return .events { writer in
          try await writer.send(ServerSentEvent("first"))
          try await Task.sleep(for: .seconds(600))
        }
      }
      hasBegun.withLock { $0 = true }
      while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
      return .text("done")
    }) { server in
      let idle = try server.connect()
      let running = try server.connect()
      let events = try server.connect()
      try running.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n")
      try events.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n")
      _ = try events.receive(through: "data: first\n\n\r\n")
      #expect(
        server.wait { server.server.connectionCount == 3 && hasBegun.withLock { $0 } })
      server.server.drain(grace: .seconds(60))
      #expect(try idle.isAtEnd())
      #expect(String(decoding: try events.receiveAll(), as: UTF8.self) == "0\r\n\r\n")
      #expect(throws: RawClient.Failure.self) { try server.connect() }
      gate.withLock { $0 = true }
      let answer = try running.answer()
      #expect(answer.text == "done")
      #expect(answer.headers["connection"] == "close")
      #expect(try running.isAtEnd())
    }
  }

  @Test("A handler that does not stop is cancelled when the grace is over")
  func cutOff() async throws {
    let wasCancelled = Locked(false)
    let hasBegun = Locked(false)
    try await TestServer.run(respond: { _ in
      hasBegun.withLock { $0 = true }
      do { try await Task.sleep(for: .seconds(600)) } catch {
        wasCancelled.withLock { $0 = true }
      }
      return Response()
    }) { server in
      let client = try server.connect()
      try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(server.wait { hasBegun.withLock { $0 } })
      server.server.drain(grace: .seconds(5))
      server.advance(by: .seconds(6))
      #expect(try client.isAtEnd())
      // The connection is closed first; the handler's task runs on when a thread of the pool has time for it.
      #expect(server.wait { wasCancelled.withLock { $0 } })
    }
  }

  @Test("The access log says what happened, with measured times")
  func accessLog() async throws {
    try await TestServer.run(time: nil, respond: Self.echo) { server in
      let client = try server.connect()
      try client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc")
      let answer = try client.answer()
      #expect(server.wait { server.records.withLock { $0.count } == 1 })
      let record = try #require(server.records.withLock { $0.first })
      #expect(record.method == .post)
      #expect(record.target == "/echo")
      #expect(record.status == .ok)
      #expect(record.receivedByteCount == 3)
      #expect(record.sentByteCount > answer.body.count + 50)
      #expect(record.outcome == .completed)
      let timeToAnswer = try #require(record.timeToAnswer)
      #expect(timeToAnswer > .zero && timeToAnswer <= record.totalTime)
    }
  }

  @Test("A Unix socket and IPv6 are served as well, and an abandoned socket file is replaced")
  func endpoints() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "s").path
    for _ in 0..<2 {
      try await TestServer.run(
        configure: {
          $0.endpoints = [
            .tcp(host: "127.0.0.1", port: 0), .tcp(host: "::1", port: 0), .unix(path: path),
          ]
        }, respond: Self.echo
      ) { server in
        guard case .tcp(_, let port) = server.server.endpoints[1] else {
          throw TestFailure("no IPv6 endpoint")
        }
        #expect(port > 0)
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(throws: ServerError.self) {
          try Server(ServerSettings(.unix(path: path))) { _ in Response() }
        }
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    try Data().write(to: folder.appending(path: "file"))
    #expect(throws: ServerError.self) {
      try Server(ServerSettings(.unix(path: folder.appending(path: "file").path))) { _ in
        Response()
      }
    }
  }

  @Test(
    "An endpoint that cannot be listened on is named",
    arguments: [
      ServerSettings.Endpoint.tcp(host: "example.com", port: 0),
      .tcp(host: "127.0.0.1", port: 70_000), .tcp(host: "192.0.2.1", port: 0),
      .unix(path: String(repeating: "x", count: 200)), .unix(path: "/nonexistent/s"),
    ])
  func badEndpoints(endpoint: ServerSettings.Endpoint) {
    #expect(throws: ServerError.self) { try Server(ServerSettings(endpoint)) { _ in Response() } }
  }
}
