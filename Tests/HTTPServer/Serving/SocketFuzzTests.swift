import Foundation
import HTTPTypes
import Testing
import Threads

@testable import HTTPServer

@Suite("A server that is sent anything", .serialized, .timeLimit(.minutes(10)))
struct SocketFuzzTests {
  private static let dictionary: [[UInt8]] = [
    "\r\n", "\n", "\0", " ", ":", "Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n",
    "0\r\n\r\n", "Connection: close\r\n", "Expect: 100-continue\r\n", "Upgrade: websocket\r\n",
    "HEAD ", "HTTP/1.0",
  ].map { Array($0.utf8) }

  private static let handshake =
    "GET /ws HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

  private static let seeds: [[UInt8]] = [
    Array("GET /a HTTP/1.1\r\nHost: t\r\n\r\nGET /stream HTTP/1.1\r\nHost: t\r\n\r\n".utf8),
    Array("POST /b HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n".utf8),
    Array(
      "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".utf8
    ),
    Array(handshake.utf8) + MaskedFrame.text("hello") + MaskedFrame.encode(0x89, [1])
      + MaskedFrame.close(1000),
    Array(handshake.utf8) + MaskedFrame.encode(0x01, [65])
      + MaskedFrame.encode(0x80, [UInt8](repeating: 66, count: 300)),
  ]

  private static func respond(_ request: Request) async throws -> Response {
    switch request.path.segments.first {
    case "ws":
      return try .webSocket(for: request) { socket in
        while let message = try await socket.receive() {
          try await socket.send(EncodedMessage(message))
        }
      }
    case "stream":
      return .stream(.plainText) { writer in
        for _ in 0..<3 { try await writer.write([UInt8](repeating: 65, count: 1000)) }
      }
    default: return .bytes(try await request.body.collect(upTo: 1000), .octetStream)
    }
  }

  @Test("Whatever comes, every connection ends and the next request is answered", arguments: 1...4)
  func anything(seed: UInt64) async throws {
    try await TestServer.run(respond: Self.respond) { server in
      var numbers = SeededNumbers(state: seed)
      for _ in 0..<100 {
        let bytes = numbers.mutation(
          of: Self.seeds.randomElement(using: &numbers) ?? [], with: Self.dictionary)
        let client = try server.connect()
        let half = Int.random(in: 0...bytes.count, using: &numbers)
        // The server may close before everything is sent.
        try? client.send(Array(bytes[..<half]))
        try? client.send(Array(bytes[half...]))
        client.endSending()
        _ = try client.receiveAll()
      }
      #expect(try server.connect().get("/").status == 200)
      #expect(server.wait { server.server.connectionCount == 0 })
    }
  }
}
