import Foundation
import TestSupport
import Testing
import Threads

@testable import HTTPClient

/// A client that may reach the test servers of this machine, and nothing else.
func localClient(certificates: URL? = nil) throws -> HTTPClient {
  HTTPClient(
    rules: OutboundRules(
      allowsPublicInternet: false, networks: [try #require(IPNetwork("127.0.0.1"))]),
    certificates: certificates)
}

@Suite("HTTP client", .timeLimit(.minutes(5)))
struct HTTPClientTests {
  @Test(
    "an answer has its status, headers and body, whatever the status", arguments: [200, 404, 500])
  func answer(_ status: Int) async throws {
    let server = try TestServer { _, connection in
      connection.reply(status, ["X-Thing: one"], "hello")
    }
    let response = try await localClient().send(HTTPRequest("GET", server.url("/a?b=c")))
    #expect(response.status == status)
    #expect(response.headers["x-thing"] == "one")
    #expect(String(decoding: response.body, as: UTF8.self) == "hello")
    #expect(response.byteCount == 5)
    #expect(server.requests.map(\.target) == ["/a?b=c"])
  }

  @Test(
    "a request arrives as it was made",
    arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], [nil, "", "some text"])
  func request(_ method: String, _ text: String?) async throws {
    let server = try TestServer { request, connection in
      connection.send("HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
    }
    if method == "HEAD", text != nil { return }
    let body = text.map { HTTPRequest.Body.bytes(Array($0.utf8)) } ?? .none
    _ = try await localClient().send(
      HTTPRequest(
        method, server.url(), headers: [HTTPHeader("X-A", "b"), HTTPHeader("X-Empty", "")],
        body: body))
    let request = try #require(server.requests.first)
    #expect(request.method == method)
    #expect(request.headers["x-a"] == "b")
    #expect(request.headers["x-empty"] == "")
    #expect(request.headers["user-agent"] == "VideoCraft")
    #expect(request.headers["content-type"] == nil)
    #expect(request.headers["cookie"] == nil)
    #expect(String(decoding: request.body, as: UTF8.self) == text ?? "")
  }

  @Test("a file is sent as a body without being in memory as a whole")
  func upload() async throws {
    let server = try TestServer { _, connection in connection.reply() }
    let folder = try TestFolder()
    let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) })
    let file = try folder.write(bytes, to: "body")
    _ = try await localClient().send(HTTPRequest("PUT", server.url(), body: .file(file)))
    #expect(server.requests.first?.body == bytes)
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().send(
        HTTPRequest("PUT", server.url(), body: .file(folder.file("none"))))
    }
    #expect(error?.reason == .file)
  }

  @Test(
    "what could be taken for something else on the wire is not sent",
    arguments: [
      HTTPRequest("GET /x", "http://127.0.0.1/"), HTTPRequest("", "http://127.0.0.1/"),
      HTTPRequest("GET", "http://127.0.0.1/", headers: [HTTPHeader("A", "b\r\nC: d")]),
      HTTPRequest("GET", "http://127.0.0.1/", headers: [HTTPHeader("A: b", "c")]),
      HTTPRequest("GET", "http://127.0.0.1/", headers: [HTTPHeader("Transfer-Encoding", "x")]),
      HTTPRequest("GET", "http://127.0.0.1/", headers: [HTTPHeader("host", "x")]),
      HTTPRequest("GET", "http://127.0.0.1/", headers: [HTTPHeader("A", "b\u{0}")]),
    ])
  func invalid(_ request: HTTPRequest) async {
    let error = await #expect(throws: HTTPError.self) { try await localClient().send(request) }
    #expect(error?.reason == .invalidRequest)
  }

  @Test("connections are kept for the next request")
  func reused() async throws {
    let server = try TestServer { _, connection in connection.reply(200, [], "x") }
    let client = try localClient()
    for _ in 0..<5 { _ = try await client.send(HTTPRequest("GET", server.url())) }
    #expect(Set(server.requests.map(\.connection)) == [1])
  }

  @Test("many requests go side by side")
  func many() async throws {
    let server = try TestServer { request, connection in connection.reply(200, [], request.target) }
    let client = try localClient()
    let answers = try await withThrowingTaskGroup(of: String.self) { group in
      for index in 0..<100 {
        group.addTask {
          let response = try await client.send(HTTPRequest("GET", server.url("/\(index)")))
          return String(decoding: response.body, as: UTF8.self)
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(answers.count == 100)
  }

  // MARK: Redirects

  @Test("redirects are followed, and credentials do not go to another origin")
  func redirects() async throws {
    let other = try TestServer { _, connection in connection.reply(200, [], "there") }
    let elsewhere = other.url("/end")
    let server = try TestServer { request, connection in
      switch request.target {
      case "/start": connection.reply(302, ["Location: second"], "moved")
      default: connection.reply(307, ["Location: \(elsewhere)"])
      }
    }
    let response = try await localClient().send(
      HTTPRequest("GET", server.url("/start"), headers: [HTTPHeader("Authorization", "key")]))
    #expect(String(decoding: response.body, as: UTF8.self) == "there")
    #expect(response.url == elsewhere)
    #expect(server.requests.map(\.target) == ["/start", "/second"])
    #expect(server.requests.map { $0.headers["authorization"] } == ["key", "key"])
    #expect(other.requests.map { $0.headers["authorization"] } == [nil])
  }

  @Test("a redirect that goes round ends", arguments: [0, 1, 5])
  func loop(_ most: Int) async throws {
    let server = try TestServer { _, connection in connection.reply(302, ["Location: /again"]) }
    let request = HTTPRequest("GET", server.url(), limits: HTTPLimits(redirects: most))
    if most == 0 {
      #expect(try await localClient().send(request).status == 302)
    } else {
      let error = await #expect(throws: HTTPError.self) { try await localClient().send(request) }
      #expect(error?.reason == .badRedirect)
    }
    #expect(server.requests.count == most + 1)
  }

  @Test(
    "a redirect to an address that is not allowed is not followed",
    arguments: [
      "http://127.0.0.2:PORT/", "http://0x7f000002:PORT/", "http://2130706434:PORT/",
      "http://[::1]:PORT/", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/",
      "http://[::ffff:10.0.0.1]/", "http://[fd00:ec2::254]/",
    ])
  func redirectedInside(_ target: String) async throws {
    let server = try TestServer { request, connection in
      let port = request.headers["host"]?.split(separator: ":").last ?? ""
      connection.reply(
        302, ["Location: \(target.replacingOccurrences(of: "PORT", with: port))"])
    }
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().send(HTTPRequest("GET", server.url()))
    }
    #expect(error?.reason == .refused, "\(String(describing: error))")
    #expect(server.requests.count == 1)
  }

  // MARK: Rules

  @Test(
    "this machine cannot be reached under the rules for the public internet, however it is written",
    arguments: [
      "127.0.0.1", "localhost", "127.1", "0x7f.1", "017700000001", "2130706433", "0", "[::1]",
      "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    ])
  func privateHosts(_ host: String) async throws {
    let server = try TestServer { _, connection in connection.reply() }
    var rules = OutboundRules.publicInternet
    rules.ports = nil
    let error = await #expect(throws: HTTPError.self) {
      try await HTTPClient(rules: rules).send(HTTPRequest("GET", server.url(host: host)))
    }
    #expect(error?.reason == .refused, "\(String(describing: error))")
    #expect(error?.isTransient == false)
    #expect(server.requests.isEmpty)
  }

  @Test("nobody listening is another failure than not allowed")
  func closedPort() async throws {
    let url = try TestServer { _, _ in }.url()
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().send(HTTPRequest("GET", url))
    }
    #expect(error?.reason == .cannotConnect)
    #expect(error?.isTransient == true)
  }

  // MARK: Size

  @Test(
    "a body that is too large is refused, whether or not its length is announced",
    arguments: ["Content-Length: 2000", "Connection: close", "Transfer-Encoding: chunked"])
  func tooLarge(_ header: String) async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\n\(header)\r\n\r\n")
      if header.hasPrefix("Transfer") { connection.send("7D0\r\n") }
      connection.send(String(repeating: "x", count: 2000))
      if header.hasPrefix("Transfer") { connection.send("\r\n0\r\n\r\n") }
      connection.close()
    }
    let limits = HTTPLimits(maximumBytes: 1999)
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().send(HTTPRequest("GET", server.url(), limits: limits))
    }
    #expect(error?.reason == .tooLarge)
    #expect(error?.message.contains("1999 bytes") == true)
    let whole = try await localClient().send(
      HTTPRequest("GET", server.url(), limits: HTTPLimits(maximumBytes: 2000)))
    #expect(whole.body.count == 2000)
  }

  @Test("a body that never ends stops at the limit")
  func endless() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      while connection.send(String(repeating: "x", count: 10_000)) {}
      connection.close()
    }
    let folder = try TestFolder()
    let limits = HTTPLimits(maximumBytes: 1 << 20)
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().download(
        HTTPRequest("GET", server.url(), limits: limits), to: folder.file("body"))
    }
    #expect(error?.reason == .tooLarge)
    #expect(try folder.contents() == [])
  }

  @Test("a head that never ends is refused")
  func endlessHead() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\n")
      while connection.send("X-A: b\r\n") {}
      connection.close()
    }
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().send(HTTPRequest("GET", server.url()))
    }
    #expect(error?.reason == .tooLarge)
  }

  @Test("a body that ends too early is an error, and leaves no file")
  func truncated() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
      connection.close()
    }
    let folder = try TestFolder()
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().download(
        HTTPRequest("GET", server.url()), to: folder.file("body"))
    }
    #expect(error?.reason == .connectionLost)
    #expect(error?.isTransient == true)
    #expect(try folder.contents() == [])
  }

  @Test("what is not HTTP is said to be that", arguments: ["hello\r\n\r\n", "SSH-2.0-x\r\n", ""])
  func notHTTP(_ text: String) async throws {
    let server = try TestServer { _, connection in
      connection.send(text)
      connection.close()
    }
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().send(HTTPRequest("GET", server.url()))
    }
    #expect(error?.reason == (text.isEmpty ? .connectionLost : .badResponse))
  }

  // MARK: Downloads

  @Test("a download goes to a file and says how far it is")
  func download() async throws {
    let size = 300_000
    let server = try TestServer { request, connection in
      if request.target == "/start" {
        connection.reply(302, ["Location: /file"], "not this")
      } else {
        connection.reply(200, [], String(repeating: "y", count: size))
      }
    }
    let folder = try TestFolder()
    let reports = Locked<[HTTPProgress]>([])
    let response = try await localClient().download(
      HTTPRequest("GET", server.url("/start")), to: folder.file("film.mp4")
    ) { progress in reports.withLock { $0.append(progress) } }
    #expect(response.byteCount == size && response.body.isEmpty)
    #expect(try Data(contentsOf: folder.file("film.mp4")) == Data(repeating: 0x79, count: size))
    let seen = reports.withLock { $0 }
    #expect(seen.last == HTTPProgress(received: size, total: size))
    #expect(seen.map(\.received) == seen.map(\.received).sorted())
  }

  @Test("an empty download is an empty file")
  func empty() async throws {
    let server = try TestServer { _, connection in connection.reply() }
    let folder = try TestFolder()
    _ = try await localClient().download(HTTPRequest("GET", server.url()), to: folder.file("none"))
    #expect(try Data(contentsOf: folder.file("none")).isEmpty)
  }

  @Test("a file that is there is not written over")
  func existing() async throws {
    let server = try TestServer { _, connection in connection.reply(200, [], "new") }
    let folder = try TestFolder()
    let file = try folder.write("old", to: "file")
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().download(HTTPRequest("GET", server.url()), to: file)
    }
    #expect(error?.reason == .file && error?.code == EEXIST)
    #expect(try String(contentsOf: file, encoding: .utf8) == "old")
  }

  @Test("a failure of the server is an error with the beginning of what it says")
  func failedDownload() async throws {
    let server = try TestServer { _, connection in
      connection.reply(
        429, ["Retry-After: 7"], "too  many\nrequests " + String(repeating: "z", count: 100_000))
    }
    let folder = try TestFolder()
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().download(
        HTTPRequest("GET", server.url("/secret?token=1")), to: folder.file("x"))
    }
    #expect(error?.reason == .status(429))
    #expect(error?.retryAfter == .seconds(7))
    #expect(error?.message.hasPrefix("`127.0.0.1` answered 429: too many requests zzz") == true)
    #expect(error?.message.contains("token") == false)
    #expect(try folder.contents() == [])
  }

  @Test("a download can be slowed down")
  func rate() async throws {
    let server = try TestServer { _, connection in
      connection.reply(200, [], String(repeating: "y", count: 256 << 10))
    }
    var request = HTTPRequest("GET", server.url())
    request.limits.maximumRate = 128 << 10
    let elapsed = try await ContinuousClock().measure {
      _ = try await localClient().send(request)
    }
    #expect(elapsed > .milliseconds(300))
  }

  // MARK: Time

  @Test(
    "a server that says nothing, or stops saying anything, is left after the time that is allowed",
    arguments: [
      ("", HTTPLimits(total: .milliseconds(300))),
      ("", HTTPLimits(stall: .seconds(1), total: nil)),
      ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", HTTPLimits(total: .milliseconds(300))),
      ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", HTTPLimits(stall: .seconds(1), total: nil)),
    ])
  func silent(_ text: String, _ limits: HTTPLimits) async throws {
    let server = try TestServer { _, connection in
      connection.send(text)
      connection.waitUntilGone()
    }
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().send(HTTPRequest("GET", server.url(), limits: limits))
    }
    #expect(error?.reason == .timeout)
    #expect(error?.isTransient == true)
  }

  @Test("the total time holds over all redirects")
  func slowRedirects() async throws {
    let server = try TestServer { request, connection in
      connection.reply(302, ["Location: /next"])
      if request.target == "/next" { connection.waitUntilGone() }
    }
    var limits = HTTPLimits(total: .milliseconds(1), redirects: 1_000_000)
    limits.connect = .seconds(5)
    let error = await #expect(throws: HTTPError.self) {
      try await localClient().send(HTTPRequest("GET", server.url(), limits: limits))
    }
    #expect(error?.reason == .timeout)
  }

  @Test("a cancelled request ends at once, and leaves no file")
  func cancelled() async throws {
    let (started, start) = AsyncStream.makeStream(of: Void.self)
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
      start.yield()
      connection.waitUntilGone()
    }
    let folder = try TestFolder()
    let client = try localClient()
    let task = Task {
      try await client.download(HTTPRequest("GET", server.url()), to: folder.file("x"))
    }
    for await _ in started { break }
    let elapsed = await ContinuousClock().measure {
      task.cancel()
      let error = await #expect(throws: HTTPError.self) { try await task.ended }
      #expect(error?.reason == .cancelled)
    }
    // The server never sends the rest.
    #expect(elapsed < .seconds(20))
    #expect(try folder.contents() == [])
    // The client goes on.
    let other = try TestServer { _, connection in connection.reply(204) }
    #expect(try await client.send(HTTPRequest("GET", other.url())).status == 204)
  }

  @Test("a task that was cancelled before sends nothing")
  func cancelledBefore() async throws {
    let server = try TestServer { _, connection in connection.reply() }
    let client = try localClient()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await client.send(HTTPRequest("GET", server.url()))
    }
    task.cancel()
    let error = await #expect(throws: HTTPError.self) { try await task.ended }
    #expect(error?.reason == .cancelled)
  }
}
