import ChildProcess
import Foundation
import HTTPTypes
import Testing
import Threads

@testable import HTTPServer

@Suite("Clients that others wrote", .serialized, .timeLimit(.minutes(10)))
struct ClientTests {
  private static func respond(_ request: Request) async throws -> Response {
    switch request.path.segments.first {
    case "echo":
      return .bytes(try await request.body.collect(upTo: 50 << 20), .octetStream)
    case "form":
      var reader = try MultipartReader(request)
      var lines: [String] = []
      while let event = try await reader.next() {
        switch event {
        case .part(let head): lines.append("\(head.name) \(head.fileName ?? "-") 0")
        case .bytes(let bytes):
          let words = (lines.last ?? "").split(separator: " ")
          lines[lines.count - 1] = "\(words[0]) \(words[1]) \((Int(words[2]) ?? 0) + bytes.count)"
        case .partEnd: break
        }
      }
      return .text(lines.joined(separator: "\n"))
    case "events":
      return .events { writer in
        for number in 1...3 {
          try await writer.send(ServerSentEvent("\(number)", name: "tick", id: "\(number)"))
        }
      }
    case "ws":
      return try Response.webSocket(for: request, subprotocols: ["echo"]) { socket in
        while let message = try await socket.receive() {
          try await socket.send(EncodedMessage(message))
        }
      }
    default:
      return .text(
        "\(request.method) \(request.target) \(request.isSecure) \(try request.query()["q"] ?? "-")"
      )
    }
  }

  /// What a program writes to its standard output, which ends within five minutes.
  private static func output(_ program: String, _ arguments: [String]) throws -> [String] {
    var process = try RunningProcess(Command(program, arguments: arguments))
    process.closeInput()
    let never = CancellationFlag()
    var lines: [String] = []
    while true {
      switch try process.receive(cancellation: never, within: .seconds(300)) {
      case .line(let line): lines.append(String(decoding: line, as: UTF8.self))
      case .ended(.code(0)): return lines
      case .ended(let exit):
        throw TestFailure("\(program) \(exit): \(lines) \(process.errorTail)")
      }
    }
  }

  @Test("curl gets, posts, uploads forms and follows a connection")
  func curl() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try Data(count: 2_000_000).write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    try await TestServer.run(respond: Self.respond) { server in
      let url = "http://127.0.0.1:\(server.port)"
      func curl(_ arguments: String...) throws -> [String] {
        try Self.output("/usr/bin/curl", ["-sS", "--max-time", "120"] + arguments)
      }
      let query = try curl("-G", "--data-urlencode", "q=a b&c", "\(url)/x")
      #expect(query == ["GET /x?q=a+b%26c false a b&c"])
      let posted = try curl("-d", "hello", "\(url)/echo")
      #expect(posted == ["hello"])
      let chunked = try curl("-H", "Transfer-Encoding: chunked", "-d", "hello", "\(url)/echo")
      #expect(chunked == ["hello"])
      // More than a megabyte makes curl wait for "100 Continue".
      let uploaded = try curl(
        "-T", file, "-o", "/dev/null", "-w", "%{http_code} %{size_upload} %{size_download}\n",
        "-H", "Expect: 100-continue", "-X", "POST", "\(url)/echo")
      #expect(uploaded == ["200 2000000 2000000"])
      let form = try curl(
        "-F", "title=Film", "-F", "file=@\(file);filename=film.mp4", "\(url)/form")
      #expect(form == ["title - 4", "file film.mp4 2000000"])
      let kept = try curl("\(url)/1", "\(url)/2", "-w", "%{num_connects}\n")
      #expect(kept == ["GET /1 false -1", "GET /2 false -0"])
      let head = try curl("-I", "\(url)/x")
      #expect(head.first?.hasPrefix("HTTP/1.1 200 OK") == true)
      let events = try curl("-N", "\(url)/events")
      #expect(events.filter { $0.hasPrefix("data") } == ["data: 1", "data: 2", "data: 3"])
      let traversal = try curl(
        "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}\n", "\(url)/../etc/passwd")
      #expect(traversal == ["400"])
    }
  }

  @Test("Python's requests sends JSON, streams, forms and keeps its connection")
  func requests() async throws {
    try await TestServer.run(respond: Self.respond) { server in
      let script = """
        import requests, sys
        url = "http://127.0.0.1:\(server.port)"
        with requests.Session() as s:
            print(s.post(url + "/echo", json={"a": "ä"}, timeout=120).json())
            def pieces():
                for i in range(10): yield bytes([65 + i]) * 100000
            r = s.post(url + "/echo", data=pieces(), timeout=120)
            print(r.status_code, len(r.content), r.content[:1], r.content[-1:])
            r = s.post(url + "/form", files={"f": ("ü.bin", b"x" * 300000)}, data={"t": "v"}, timeout=120)
            print(r.text.replace("\\n", ";"))
            r = s.get(url + "/x", params={"q": "a+b c"}, timeout=120)
            print(r.text)
            r = s.get(url + "/events", stream=True, timeout=120)
            print([l for l in r.iter_lines() if l.startswith(b"id")])
            print(s.put(url + "/nope", timeout=120).status_code)
        """
      let lines = try Self.output("/usr/bin/python3", ["-c", script])
      #expect(
        lines == [
          "{'a': 'ä'}", "200 1000000 b'A' b'J'", "t - 1;f ü.bin 300000",
          "GET /x?q=a%2Bb+c false a+b c", "[b'id: 1', b'id: 2', b'id: 3']", "200",
        ])
    }
  }

  @Test("Python's websockets talks, pings, closes and agrees on a subprotocol")
  func websockets() async throws {
    try await TestServer.run(respond: Self.respond) { server in
      let script = """
        import asyncio, websockets
        async def main():
            url = "ws://127.0.0.1:\(server.port)/ws"
            async with websockets.connect(url, subprotocols=["other", "echo"], compression=None) as ws:
                print(ws.subprotocol)
                await ws.send("grüße")
                print(await ws.recv())
                await ws.send(b"\\x00" * 50000)
                print(len(await ws.recv()))
                await ws.send(["a", "b", "c"])
                print(await ws.recv())
                await asyncio.wait_for(await ws.ping(), 120)
                await ws.close(1000, "bye")
                print(ws.close_code)
            async with websockets.connect(url, max_size=None) as ws:
                try:
                    await ws.send("x" * 100000)
                    await ws.recv()
                except websockets.ConnectionClosed as e:
                    print(e.code)
        asyncio.run(asyncio.wait_for(main(), 120))
        """
      let lines = try Self.output("/usr/bin/python3", ["-c", script])
      #expect(lines == ["echo", "grüße", "50000", "abc", "1000", "1009"])
    }
  }

  @Test(
    "TLS serves curl and Python, refuses old versions and other protocols, and changes its certificate"
  )
  func tls() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let certificates = try await BlockingThread.run("openssl") {
      try ["one", "two"].map { name in
        let base = folder.appending(path: name).path
        _ = try Self.output(
          "/usr/bin/openssl",
          [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", base + ".key", "-out", base + ".pem", "-days", "2", "-subj", "/CN=\(name)",
            "-addext", "subjectAltName=IP:127.0.0.1",
          ])
        return base
      }
    }
    let contexts = try certificates.map {
      try TLSContext(certificateFile: $0 + ".pem", keyFile: $0 + ".key")
    }
    #expect(throws: TLSError.self) {
      try TLSContext(
        certificateFile: certificates[0] + ".pem", keyFile: certificates[1] + ".key")
    }
    #expect(throws: TLSError.self) {
      try TLSContext(certificateFile: "/nonexistent.pem", keyFile: certificates[0] + ".key")
    }
    try await TestServer.run(configure: { $0.tls = contexts[0] }, respond: Self.respond) { server in
      let url = "https://127.0.0.1:\(server.port)"
      func curl(_ name: Int, _ arguments: [String]) throws -> [String] {
        try Self.output(
          "/usr/bin/curl",
          ["-sS", "--max-time", "120", "--cacert", certificates[name] + ".pem"] + arguments)
      }
      #expect(try curl(0, ["\(url)/a"]) == ["GET /a true -"])
      #expect(try curl(0, ["--tls-max", "1.2", "\(url)/a"]) == ["GET /a true -"])
      #expect(throws: TestFailure.self) {
        try curl(0, ["--ciphers", "DEFAULT:@SECLEVEL=0", "--tls-max", "1.1", "\(url)/a"])
      }
      let big = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
      try Data((0..<5_000_000).map { UInt8(truncatingIfNeeded: $0) }).write(to: URL(filePath: big))
      defer { try? FileManager.default.removeItem(atPath: big) }
      _ = try curl(0, ["-T", big, "-X", "POST", "-o", big + ".back", "\(url)/echo"])
      #expect(FileManager.default.contentsEqual(atPath: big, andPath: big + ".back"))
      unlink(big + ".back")
      let alpn = """
        import socket, ssl
        for offers in (["h2", "http/1.1"], ["h2"]):
            c = ssl.create_default_context(cafile="\(certificates[0]).pem")
            c.set_alpn_protocols(offers)
            try:
                with c.wrap_socket(socket.create_connection(("127.0.0.1", \(server.port))), server_hostname="127.0.0.1") as s:
                    print(s.selected_alpn_protocol())
            except ssl.SSLError as e:
                print("refused")
        """
      #expect(try Self.output("/usr/bin/python3", ["-c", alpn]) == ["http/1.1", "refused"])
      server.server.replaceCertificate(contexts[1])
      #expect(try curl(1, ["\(url)/b"]) == ["GET /b true -"])
      #expect(throws: TestFailure.self) { try curl(0, ["\(url)/b"]) }
      // What is no TLS is not answered.
      let plain = try server.connect()
      try plain.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(try !String(decoding: plain.receiveAll(), as: UTF8.self).contains("HTTP/1.1 200"))
    }
  }
}
