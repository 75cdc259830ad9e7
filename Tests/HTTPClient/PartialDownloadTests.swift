import Foundation
import TestSupport
import Testing
import Threads

@testable import HTTPClient

@Suite("Downloads that are gone on with", .timeLimit(.minutes(2)))
struct PartialDownloadTests {
  private static let bytes = Data((0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31 / 7) })

  private func head(_ status: Int, _ headers: [String], length: Int) -> String {
    (["HTTP/1.1 \(status) X", "Content-Length: \(length)"] + headers)
      .joined(separator: "\r\n") + "\r\n\r\n"
  }

  @Test("what came before the connection broke stays, and only the rest is asked for")
  func goesOn() async throws {
    let server = try TestServer { [bytes = Self.bytes] request, connection in
      if request.headers["range"] == nil {
        connection.send(head(200, ["ETag: \"v1\""], length: bytes.count))
        connection.send(bytes.prefix(20_000))
        connection.close()
      } else {
        connection.send(
          head(
            206, ["ETag: \"v1\"", "Content-Range: bytes 20000-49999/50000"], length: 30_000))
        connection.send(bytes.dropFirst(20_000))
      }
    }
    let folder = try TestFolder()
    let file = folder.file("film.part")
    let client = try localClient()
    let error = await #expect(throws: HTTPError.self) {
      try await client.fetch(HTTPRequest("GET", server.url()), into: PartialDownload(to: file))
    }
    #expect(error?.reason == .connectionLost)
    #expect(try Data(contentsOf: file) == Self.bytes.prefix(20_000))
    let reports = Locked<[HTTPProgress]>([])
    let response = try await client.fetch(
      HTTPRequest("GET", server.url()),
      into: PartialDownload(
        to: file, goingOnFrom: .init(byteCount: 20_000, validator: "\"v1\"")
      ) { _ in
      } progress: { progress in
        reports.withLock { $0.append(progress) }
      })
    #expect(response.status == 206)
    #expect(try Data(contentsOf: file) == Self.bytes)
    #expect(server.requests.last?.headers["range"] == "bytes=20000-")
    #expect(server.requests.last?.headers["if-range"] == "\"v1\"")
    let seen = reports.withLock { $0 }
    #expect(seen.last == HTTPProgress(received: 50_000, total: 50_000))
    #expect(seen.allSatisfy { $0.received > 20_000 })
  }

  @Test("a server that sends all of it again replaces what was there, also where that was longer")
  func replaced() async throws {
    let server = try TestServer { _, connection in connection.reply(200, [], "new") }
    let folder = try TestFolder()
    let file = try folder.write("something older and longer", to: "x.part")
    let heads = Locked<[Int]>([])
    let response = try await localClient().fetch(
      HTTPRequest("GET", server.url()),
      into: PartialDownload(to: file, goingOnFrom: .init(byteCount: 9, validator: "\"v1\"")) {
        head in heads.withLock { $0.append(head.status) }
      })
    #expect(response.status == 200)
    #expect(try String(contentsOf: file, encoding: .utf8) == "new")
    #expect(heads.withLock { $0 } == [200])
  }

  @Test(
    "a part that does not belong behind what is there is refused before anything is written",
    arguments: [
      ("Content-Range: bytes 5-9/10", "\"v1\""), ("Content-Range: bytes 4-7/10", "\"v1\""),
      ("Content-Range: bytes */10", "\"v1\""), ("Content-Range: bytes 4-9/10", "\"v2\""),
      ("X-None: 1", "\"v1\""), ("Content-Range: bytes 4-9/5", "\"v1\""),
      ("Content-Range: bytes 4-99999999999999999999/*", "\"v1\""),
    ])
  func strangePart(_ header: String, _ tag: String) async throws {
    let server = try TestServer { _, connection in
      connection.reply(206, [header, "ETag: \(tag)"], "456789")
    }
    let folder = try TestFolder()
    let file = try folder.write("0123", to: "x.part")
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().fetch(
        HTTPRequest("GET", server.url()),
        into: PartialDownload(to: file, goingOnFrom: .init(byteCount: 4, validator: "\"v1\"")))
    }
    #expect(error?.reason == .badResponse)
    #expect(try String(contentsOf: file, encoding: .utf8) == "0123")
  }

  @Test("a part that nobody asked for is refused")
  func unasked() async throws {
    let server = try TestServer { _, connection in
      connection.reply(206, ["Content-Range: bytes 0-2/9"], "abc")
    }
    let folder = try TestFolder()
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().fetch(
        HTTPRequest("GET", server.url()), into: PartialDownload(to: folder.file("x")))
    }
    #expect(error?.reason == .badResponse)
    #expect(try folder.contents() == [])
  }

  @Test("other answers leave the file as it is", arguments: [304, 404, 416, 500])
  func otherAnswers(_ status: Int) async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 \(status) X\r\n\(status == 304 ? "" : "Content-Length: 4\r\n")\r\n")
      if status != 304 { connection.send("nope") }
    }
    let folder = try TestFolder()
    let file = try folder.write("0123", to: "x.part")
    let response = try await localClient().fetch(
      HTTPRequest("GET", server.url()),
      into: PartialDownload(to: file, goingOnFrom: .init(byteCount: 4, validator: "\"v1\"")))
    #expect(response.status == status)
    #expect(try String(contentsOf: file, encoding: .utf8) == "0123")
  }

  @Test("a file that is said to be too large is refused before a byte of it is taken")
  func tooLarge() async throws {
    let server = try TestServer { [bytes = Self.bytes] _, connection in
      connection.send(head(200, [], length: bytes.count))
      connection.send(bytes)
    }
    let folder = try TestFolder()
    let request = HTTPRequest("GET", server.url(), limits: HTTPLimits(maximumBytes: 40_000))
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().fetch(request, into: PartialDownload(to: folder.file("x")))
    }
    #expect(error?.reason == .tooLarge)
    #expect(error?.message.contains("more than the 40000 bytes that are allowed") == true)
    #expect(try folder.contents() == [])
  }

  @Test("what there is and what comes are too large only together")
  func tooLargeTogether() async throws {
    let server = try TestServer { _, connection in
      connection.reply(206, ["Content-Range: bytes 4-9/10"], "456789")
    }
    let folder = try TestFolder()
    let file = try folder.write("0123", to: "x.part")
    let request = HTTPRequest("GET", server.url(), limits: HTTPLimits(maximumBytes: 9))
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().fetch(
        request,
        into: PartialDownload(to: file, goingOnFrom: .init(byteCount: 4, validator: "\"v1\"")))
    }
    #expect(error?.reason == .tooLarge)
  }

  @Test("how long an answer without a body would be does not count")
  func headRequest() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 X\r\nContent-Length: 999999999\r\n\r\n")
    }
    let response = try await localClient().send(
      HTTPRequest("HEAD", server.url(), limits: HTTPLimits(maximumBytes: 10)))
    #expect(response.headers["content-length"] == "999999999")
  }

  @Test(
    "the place of a part is read, or is none",
    arguments: [
      ("bytes 0-4/5", 0, 5), ("Bytes  4-4/*", 4, nil), ("bytes 5-4/9", nil, nil),
      ("bytes 0-4/4", nil, nil), ("bytes 0-4", nil, nil), ("bytes -4/9", nil, nil),
      ("bytes +1-4/9", nil, nil), ("items 0-4/5", nil, nil), ("", nil, nil),
      ("bytes 0-4/5/6", nil, nil), ("bytes 99999999999999999999-4/5", nil, nil),
    ] as [(String, Int?, Int?)])
  func ranges(_ text: String, _ first: Int?, _ total: Int?) {
    let range = ContentRange(text)
    #expect(range?.first == first && range?.total == total)
  }
}

@Suite("Which servers are asked", .timeLimit(.minutes(2)))
struct AskedServerTests {
  private func client(
    _ rules: OutboundRules, _ resolver: @escaping @Sendable (String, String) -> [String]?
  ) -> HTTPClient {
    HTTPClient(
      TransferSettings(
        rules: rules, certificates: nil, userAgent: "test", resolver: resolver))
  }

  @Test(
    "a name that leads to an address that is not allowed is refused, whatever else it leads to",
    arguments: [
      ["10.0.0.1"], ["127.0.0.1"], ["169.254.169.254"], ["192.168.1.1"], ["100.64.0.1"],
      ["0.0.0.0"],
      ["[::1]"], ["[::ffff:127.0.0.1]"], ["[::ffff:7f00:1]"], ["[fd00::1]"], ["[fe80::1]"],
      ["[64:ff9b::7f00:1]"], ["[2002:7f00:1::]"], ["224.0.0.1"], ["10.0.0.1", "127.0.0.1"],
    ])
  func privateName(_ addresses: [String]) async throws {
    let client = client(.publicInternet) { _, _ in addresses }
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(HTTPRequest("GET", "http://media.example/a.mp4"))
    }
    #expect(error?.reason == .refused)
    #expect(error?.message.contains("`media.example` is not allowed") == true)
    #expect(error?.message.contains("is not an address of the public internet") == true)
  }

  @Test(
    "a name that first leads to an allowed address and then to another is refused the second time")
  func rebinding() async throws {
    let server = try TestServer { _, connection in
      connection.reply(200, ["Connection: close"], "x")
      connection.close()
    }
    let asked = Locked(0)
    let rules = OutboundRules(networks: [try #require(IPNetwork("127.0.0.1"))])
    let client = client(rules) { _, _ in
      asked.withLock { count in
        count += 1
        return count == 1 ? ["127.0.0.1"] : ["127.0.0.2"]
      }
    }
    let url = server.url("/a", host: "rebound.example")
    #expect(try await client.send(HTTPRequest("GET", url)).status == 200)
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(HTTPRequest("GET", url))
    }
    #expect(error?.reason == .refused)
    #expect(error?.message.contains("127.0.0.2") == true)
    #expect(server.requests.count == 1)
  }

  @Test(
    "an address in numbers is refused before anything is connected, however it is written",
    arguments: [
      "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0177.0.0.1/",
      "http://0x7f.0.0.1/", "http://0x7f000001/", "http://017700000001/", "http://[::1]/",
      "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:0:0:1]/",
      "http://[fe80::1%25eth0]/", "http://[fe80::1%25lo]/", "http://169.254.169.254/latest",
      "http://2852039166/", "http://0/", "http://10.1/", "http://[64:ff9b::a00:1]/",
      "http://127.0.0.1.:80/", "http://１２７.0.0.1/",
    ])
  func literal(_ url: String) async {
    let refusal = OutboundRules.publicInternet.refusal(of: url)
    let error = await #expect(throws: HTTPError.self) {
      try await HTTPClient(rules: .publicInternet).send(HTTPRequest("GET", url))
    }
    // What only the resolver takes for a number is refused when it is connected to, or has no meaning at all.
    let reasons: [HTTPError.Reason] = [.refused, .invalidRequest, .nameNotFound, .cannotConnect]
    #expect(reasons.contains { $0 == error?.reason }, "\(url): \(String(describing: error))")
    #expect(refusal != nil || error?.reason != .cannotConnect, "\(url)")
  }

  @Test(
    "only hosts that are named are asked, also where a redirect leads",
    arguments: [
      ("example.org", ["example.org"], true), ("EXAMPLE.org", ["example.org"], true),
      ("example.org.", ["example.org"], true), ("a.example.org", ["example.org"], false),
      ("a.example.org", ["*.example.org"], true), ("example.org", ["*.example.org"], false),
      ("evilexample.org", ["*.example.org"], false),
      ("example.org.evil.net", ["example.org"], false),
      ("a.b.example.org", ["x.org", "*.example.org"], true), ("example.org", [], false),
    ] as [(String, [String], Bool)])
  func hosts(_ host: String, _ hosts: [String], _ isAllowed: Bool) {
    let rules = OutboundRules(hosts: hosts)
    #expect((rules.refusal(of: "https://\(host)/x") == nil) == isAllowed)
  }

  @Test("a redirect to a host that is not named is refused")
  func redirected() async throws {
    let server = try TestServer { request, connection in
      connection.reply(302, ["Location: http://other.example/x"])
    }
    let rules = OutboundRules(
      networks: [try #require(IPNetwork("127.0.0.1"))], hosts: ["media.example"])
    let client = client(rules) { _, _ in ["127.0.0.1"] }
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(HTTPRequest("GET", server.url("/", host: "media.example")))
    }
    #expect(error?.reason == .refused)
    #expect(
      error?.message
        == "`other.example` is not allowed: it is not among the hosts that may be asked")
  }

  @Test("ports are checked before anything is connected")
  func ports() {
    let rules = OutboundRules.publicInternet
    #expect(rules.refusal(of: "https://example.org:8443/") == nil)
    #expect(rules.refusal(of: "https://example.org:22/")?.contains("port 22") == true)
    #expect(rules.refusal(of: "ftp://example.org/")?.contains("only http and https") == true)
    #expect(rules.refusal(of: "https://user:secret@example.org/")?.contains("secret") == false)
    for wrong in [
      "http://", "http://a\u{0}b/", "https://exa mple.org/", "http://a\r\nX: y/", "http://[::1",
    ] {
      #expect(rules.refusal(of: wrong) != nil, "\(wrong)")
    }
  }
}
