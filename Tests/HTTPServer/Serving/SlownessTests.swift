import Foundation
import HTTPTypes
import Testing
import Threads

@testable import HTTPServer

@Suite("Clients that take their time", .serialized, .timeLimit(.minutes(5)))
struct SlownessTests {
  private static func respond(_ request: Request) async throws -> Response {
    switch request.path.segments.first {
    case "big": return .bytes([UInt8](repeating: 7, count: 20_000_000), .octetStream)
    case "events":
      return .events { _ in try await Task.sleep(for: .seconds(600)) }
    default: return .bytes(try await request.body.collect(upTo: 10 << 20), .octetStream)
    }
  }

  private static func run(
    _ body: @escaping @Sendable (TestServer) throws -> Void
  ) async throws {
    try await TestServer.run(respond: respond, body)
  }

  @Test("A head has ten seconds in all, however it trickles in")
  func slowHead() async throws {
    try await Self.run { server in
      let client = try server.connect()
      // The answer to the first request says that the second's beginning was read.
      try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\n")
      #expect(try client.answer().status == 200)
      for _ in 0..<4 {
        server.advance(by: .seconds(2))
        try client.send("X-A: b\r\n")
      }
      server.advance(by: .seconds(3))
      #expect(try client.answer().status == 408)
      client.endSending()
      #expect(try client.isAtEnd())
    }
  }

  @Test(
    "A connection on which nothing happens is closed after a minute, before and after a request")
  func idle() async throws {
    try await Self.run { server in
      let silent = try server.connect()
      let used = try server.connect()
      #expect(try used.get("/").status == 200)
      #expect(server.wait { server.server.connectionCount == 2 })
      server.advance(by: .seconds(59))
      #expect(try used.get("/").status == 200)
      server.advance(by: .seconds(2))
      #expect(try silent.isAtEnd())
      #expect(server.wait { server.server.connectionCount == 1 })
      #expect(try used.get("/").status == 200)
      server.advance(by: .seconds(61))
      #expect(try used.isAtEnd())
    }
  }

  @Test("A body below the least rate is answered with 408")
  func slowBody() async throws {
    let received = Locked(0)
    try await TestServer.run(
      respond: { request in
        request.limitTime(to: nil)
        for try await bytes in request.body { received.withLock { $0 += bytes.count } }
        return Response()
      }
    ) { server in
      let client = try server.connect()
      try client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n")
      var sent = 0
      for count in [40_000, 40_000, 10] {
        try client.send([UInt8](repeating: 1, count: count))
        sent += count
        #expect(server.wait { received.withLock { $0 } == sent })
        server.advance(by: .seconds(31))
      }
      #expect(try client.answer().status == 408)
      client.endSending()
      #expect(try client.isAtEnd())
    }
  }

  @Test("A handler that does not read its body is not its client's fault")
  func pausedBody() async throws {
    let gate = Locked(false)
    try await TestServer.run(
      respond: { request in
        request.limitTime(to: nil)
        while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
        let bytes = try await request.body.collect(upTo: 10 << 20)
        return .text("\(bytes.count)")
      }
    ) { server in
      let client = try server.connect()
      try client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000\r\n\r\n")
      var sent = 0
      let piece = [UInt8](repeating: 1, count: 100_000)
      // Until the queue and both sockets' buffers are full.
      while sent < 3_000_000 {
        let count = client.trySend(Array(piece.prefix(3_000_000 - sent)))
        if count == 0 {
          usleep(500_000)
          let more = client.trySend(Array(piece.prefix(3_000_000 - sent)))
          if more == 0 { break }
          sent += more
        }
        sent += count
      }
      usleep(200_000)
      for _ in 0..<3 { server.advance(by: .seconds(31)) }
      gate.withLock { $0 = true }
      try client.send([UInt8](repeating: 1, count: 3_000_000 - sent))
      #expect(try client.answer().text == "3000000")
    }
  }

  @Test("A client that does not read its answer is cut off")
  func slowReader() async throws {
    try await Self.run { server in
      let client = try RawClient(port: server.port, receiveBuffer: 4096)
      try client.send("GET /big HTTP/1.1\r\nHost: t\r\n\r\n")
      _ = try client.receive(1000)
      // Much was moved in the first window and nothing in those after it.
      for _ in 0..<4 {
        usleep(50_000)
        server.advance(by: .seconds(31))
      }
      #expect(server.wait { server.server.connectionCount == 0 })
      #expect(server.records.withLock { $0.map(\.outcome) } == [.aborted])
    }
  }

  @Test("A handler that takes too long is answered for, and its task is cancelled")
  func slowHandler() async throws {
    let events = Locked<[String]>([])
    try await TestServer.run(
      respond: { request in
        guard request.path.segments == ["slow"] else { return Response() }
        events.withLock { $0.append("begun") }
        try? await Task.sleep(for: .seconds(600))
        events.withLock { $0.append("cancelled") }
        return Response()
      }
    ) { server in
      let client = try server.connect()
      try client.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(server.wait { events.withLock { $0 } == ["begun"] })
      server.advance(by: .seconds(31))
      #expect(try client.answer().status == 504)
      #expect(server.wait { server.records.withLock { $0.map(\.outcome) } == [.timedOut] })
      #expect(server.wait { events.withLock { $0 } == ["begun", "cancelled"] })
      // Its late answer is nobody's.
      #expect(try client.get("/x").status == 200)
    }
  }

  @Test("A quiet stream of events is kept alive by comments")
  func heartbeat() async throws {
    try await Self.run { server in
      let client = try server.connect()
      try client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(try client.receive(through: "\r\n\r\n").contains("text/event-stream"))
      for _ in 0..<3 {
        server.advance(by: .seconds(16))
        #expect(try client.receive(through: ": ping\n\n\r\n") == "8\r\n: ping\n\n\r\n")
      }
    }
  }

  @Test("A client that does not close after the last answer is closed")
  func lingering() async throws {
    try await Self.run { server in
      let client = try server.connect()
      try client.send("nonsense\n")
      #expect(try client.answer().status == 400)
      #expect(server.server.connectionCount == 1)
      server.advance(by: .seconds(3))
      #expect(server.wait { server.server.connectionCount == 0 })
    }
  }

  @Test("The soonest deadline comes out first, however they went in")
  func deadlines() {
    var queue = DeadlineQueue<Int>()
    var numbers = SeededNumbers(state: 1)
    let times = (0..<500).map { _ in Int64.random(in: 0..<1000, using: &numbers) }
    for (index, time) in times.enumerated() { queue.insert(index, at: time) }
    #expect(queue.soonest == times.min())
    var taken: [Int64] = []
    while let entry = queue.popDue(499) {
      #expect(times[entry.subject] == entry.time)
      taken.append(entry.time)
    }
    #expect(taken == times.filter { $0 <= 499 }.sorted())
    #expect(queue.count == times.count - taken.count)
  }
}
