import Foundation
import HTTPTypes
import Testing
import Threads

@testable import HTTPServer

/// What a client may not send, and the code with which it is closed.
struct Violation: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let code: Int

  init(_ name: String, _ bytes: [UInt8], code: Int) {
    testDescription = name
    self.bytes = bytes
    self.code = code
  }
}

@Suite("WebSockets", .serialized, .timeLimit(.minutes(10)))
struct WebSocketServingTests {
  private static func respond(_ request: Request) async throws -> Response {
    try Response.webSocket(for: request) { socket in
      switch request.path.segments.last {
      case "return": return
      case "throw": throw TestFailure("no")
      case "quiet": try await Task.sleep(for: .seconds(600))
      default:
        while let message = try await socket.receive() {
          try await socket.send(EncodedMessage(message))
        }
      }
    }
  }

  @Test("Messages are echoed, fragmented ones too, and a ping in between is answered")
  func echo() async throws {
    try await TestServer.run(respond: Self.respond) { server in
      let client = try server.connect()
      try client.upgrade()
      for count in [0, 1, 125, 126, 60_000] {
        let text = String(repeating: "é", count: count / 2)
        try client.send(MaskedFrame.text(text))
        let frame = try client.frame()
        #expect(frame.first == 0x81)
        #expect(String(decoding: frame.payload, as: UTF8.self) == text)
      }
      try client.send(
        MaskedFrame.encode(0x02, [1]) + MaskedFrame.encode(0x89, [9])
          + MaskedFrame.encode(0x80, [2]))
      #expect(try client.frame() == (0x8a, [9]))
      #expect(try client.frame() == (0x82, [1, 2]))
      try client.send(MaskedFrame.close(1000))
      #expect(try client.frame() == (0x88, [0x03, 0xe8]))
      #expect(try client.isAtEnd())
    }
  }

  @Test("Frames that come with the handshake are not lost")
  func early() async throws {
    try await TestServer.run(respond: Self.respond) { server in
      let client = try server.connect()
      let head =
        "GET /ws HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
      try client.send(Array(head.utf8) + MaskedFrame.text("hi"))
      #expect(try client.answer().headers["sec-websocket-accept"] != nil)
      #expect(try client.frame() == (0x81, Array("hi".utf8)))
    }
  }

  @Test(
    "A socket is closed with what its handler came to",
    arguments: [("return", 1000), ("throw", 1011)])
  func handlerEnds(path: String, code: Int) async throws {
    try await TestServer.run(respond: Self.respond) { server in
      let client = try server.connect()
      try client.upgrade("/\(path)")
      #expect(try client.frame() == (0x88, [UInt8(code >> 8), UInt8(code & 255)]))
      try client.send(MaskedFrame.close(code))
      #expect(try client.isAtEnd())
      #expect(server.wait { server.server.connectionCount == 0 })
    }
  }

  @Test(
    "A client that breaks the rules is told which, and closed",
    arguments: [
      Violation("no mask", [0x81, 0x05], code: 1002),
      Violation("no UTF-8", MaskedFrame.encode(0x81, [0xff]), code: 1007),
      Violation(
        "70 000 bytes", MaskedFrame.encode(0x82, [UInt8](repeating: 0, count: 70_000)), code: 1009),
    ])
  func violations(violation: Violation) async throws {
    let code = violation.code
    try await TestServer.run(respond: Self.respond) { server in
      let client = try server.connect()
      try client.upgrade()
      try client.send(violation.bytes)
      let frame = try client.frame()
      #expect(frame.first == 0x88)
      #expect(frame.payload.prefix(2) == [UInt8(code >> 8), UInt8(code & 255)])
      client.endSending()
      #expect(try client.isAtEnd())
      #expect(server.wait { server.server.connectionCount == 0 })
    }
  }

  @Test("A silent client is pinged and given up, one that answers is not")
  func pings() async throws {
    try await TestServer.run(respond: Self.respond) { server in
      let silent = try server.connect()
      try silent.upgrade("/quiet")
      let alive = try server.connect()
      try alive.upgrade("/quiet")
      for _ in 0..<5 {
        server.advance(by: .seconds(31))
        #expect(try alive.frame() == (0x89, []))
        // The answer to a ping of its own says that its pong was read.
        try alive.send(MaskedFrame.encode(0x8a, []) + MaskedFrame.encode(0x89, [1]))
        #expect(try alive.frame() == (0x8a, [1]))
      }
      #expect(server.wait { server.server.connectionCount == 1 })
      #expect(try silent.frame() == (0x89, []))
    }
  }

  @Test(
    "A client that does not read is closed when its queue is full, and others are not kept waiting")
  func slowConsumer() async throws {
    let sockets = Locked<[any WebSocketChannel]>([])
    try await TestServer.run(respond: { request in
      try Response.webSocket(for: request) { socket in
        sockets.withLock { $0.append(socket) }
        while try await socket.receive() != nil {}
      }
    }) { server in
      let slow = try RawClient(port: server.port, receiveBuffer: 4096)
      try slow.upgrade()
      #expect(server.wait { sockets.withLock { $0.count } == 1 })
      let quick = try server.connect()
      try quick.upgrade()
      #expect(server.wait { sockets.withLock { $0.count } == 2 })
      let both = sockets.withLock { $0 }
      let message = EncodedMessage(.binary([UInt8](repeating: 1, count: 50_000)))
      var isOpen = true
      for _ in 0..<1000 where isOpen {
        isOpen = both[0].post(message)
        #expect(both[1].post(message))
        #expect(try quick.frame().payload.count == 50_000)
      }
      #expect(!isOpen)
      #expect(!both[0].post(message))
      #expect(both[1].post(EncodedMessage(.text("still here"))))
      #expect(try quick.frame().payload == Array("still here".utf8))
    }
  }

  @Test("A handler that does not read slows its client down instead of filling the memory")
  func backPressure() async throws {
    let gate = Locked(false)
    let received = Locked(0)
    try await TestServer.run(respond: { request in
      try Response.webSocket(for: request) { socket in
        while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
        while try await socket.receive() != nil { received.withLock { $0 += 1 } }
      }
    }) { server in
      let client = try server.connect()
      try client.upgrade()
      let frame = MaskedFrame.encode(0x82, [UInt8](repeating: 1, count: 60_000))
      var rest: [UInt8] = []
      var sent = 0
      var stalls = 0
      while sent < 1000, stalls < 5 {
        if rest.isEmpty { rest = frame }
        let count = client.trySend(rest)
        rest.removeFirst(count)
        if rest.isEmpty { sent += 1 }
        stalls = count == 0 ? stalls + 1 : 0
        if count == 0 { usleep(20_000) }
      }
      // 60 MB do not fit in the queue and the sockets' buffers.
      #expect(sent < 1000)
      gate.withLock { $0 = true }
      try client.send(rest)
      if !rest.isEmpty { sent += 1 }
      #expect(server.wait { received.withLock { $0 } == sent })
    }
  }

  @Test("A drained server says that it goes away")
  func drain() async throws {
    try await TestServer.run(respond: Self.respond) { server in
      let client = try server.connect()
      try client.upgrade()
      try client.send(MaskedFrame.text("a"))
      #expect(try client.frame().first == 0x81)
      server.server.drain(grace: .seconds(60))
      let frame = try client.frame()
      #expect(frame.first == 0x88)
      #expect(frame.payload.prefix(2) == [0x03, 0xe9])
      try client.send(MaskedFrame.close(1001))
      #expect(try client.isAtEnd())
    }
  }

  @Test("A thousand idle sockets cost little, and a broadcast reaches each of them")
  func thousand() async throws {
    let sockets = Locked<[any WebSocketChannel]>([])
    try await TestServer.run(
      respond: { request in
        try Response.webSocket(for: request) { socket in
          sockets.withLock { $0.append(socket) }
          while try await socket.receive() != nil {}
        }
      }
    ) { server in
      let clients = try (0..<1000).map { _ in
        let client = try server.connect()
        try client.upgrade()
        return client
      }
      #expect(server.wait { sockets.withLock { $0.count } == 1000 })
      let message = EncodedMessage(.text("to everybody"))
      for socket in sockets.withLock({ $0 }) { #expect(socket.post(message)) }
      for client in clients {
        let frame = try client.frame()
        #expect(frame.payload == Array("to everybody".utf8))
      }
      #expect(server.server.connectionCount == 1000)
      server.server.drain(grace: .seconds(30))
      for client in clients {
        #expect(try client.frame().first == 0x88)
        try client.send(MaskedFrame.close(1001))
      }
      #expect(server.wait { server.server.connectionCount == 0 })
    }
  }
}
