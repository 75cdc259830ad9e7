import Foundation
import HTTPClient
import Pipeline
import TestSupport
import Testing
import Threads

@testable import HTTPClient
@testable import videocraft

/// Servers that lie, hang, trickle, or lead where nobody should go. Each is told in the words that a user sees.
@Suite("Hostile sources", .timeLimit(.minutes(3)))
struct HostileSourceTests {
  private func expect(
    _ failure: StageError, _ errorClass: StageError.Class, _ parts: String..., from url: String,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let shown = try "\(#require(SourceAddress(url)))"
    #expect(failure.errorClass == errorClass, "\(failure)", sourceLocation: location)
    #expect(failure.message.contains("`\(shown)`"), "\(failure)", sourceLocation: location)
    for part in parts {
      #expect(failure.message.contains(part), "\(failure)", sourceLocation: location)
    }
  }

  // MARK: Time

  @Test(
    "a server that hangs is left after the time that is allowed",
    arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc"])
  func hangs(_ text: String) async throws {
    let server = try TestServer { _, connection in
      connection.send(text)
      connection.waitUntilGone()
    }
    let bench = try SourceBench(attempts: 1) { $0.stallTime = .seconds(1) }
    let failure = try await bench.failure(server.url("/a.mp4"))
    try expect(
      failure, .timeout, "less than 1.0 kB per second for 1s, or did not answer", "run again later",
      from: server.url("/a.mp4"))
  }

  @Test("a server that trickles is left as if it hung")
  func trickles() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
      let pause = NSCondition()
      pause.lock()
      while connection.send("x") { _ = pause.wait(until: Date(timeIntervalSinceNow: 0.02)) }
      pause.unlock()
    }
    let bench = try SourceBench(attempts: 1) { $0.stallTime = .seconds(2) }
    let failure = try await bench.failure(server.url("/a.mp4"))
    try expect(failure, .timeout, "less than 1.0 kB per second for 2s", from: server.url("/a.mp4"))
  }

  @Test("all attempts together have an end")
  func outOfTime() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc")
      connection.waitUntilGone()
    }
    let bench = try SourceBench { $0.timeLimit = .milliseconds(300) }
    let failure = try await bench.failure(server.url("/a.mp4"))
    try expect(
      failure, .timeout, "could not be fetched within 300ms", "sources.time_limit",
      from: server.url("/a.mp4"))
    #expect(server.requests.count == 1)
  }

  // MARK: Size

  @Test("a length that is too long is a connection that broke")
  func tooLong() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789")
      connection.close()
    }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url())
    try expect(failure, .transient, "990 bytes remaining", from: server.url())
    #expect(server.requests.count == 3 && bench.clock.sleeps.count == 2)
  }

  @Test("what comes behind the length that was said belongs to nothing")
  func tooShort() async throws {
    let server = try TestServer { request, connection in
      if request.target == "/next" { return connection.reply(200, [], "next") }
      connection.send(
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfileHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
      )
    }
    let bench = try SourceBench()
    let file = try await bench.fetch(server.url("/file"))
    #expect(try await bench.bytes(of: file) == Data("file".utf8))
    let next = try await bench.fetch(server.url("/next"))
    #expect(try await bench.bytes(of: next) == Data("next".utf8))
  }

  @Test("a header that splits the answer in two makes one answer, and the second is nobody's")
  func splitting() async throws {
    let server = try TestServer { request, connection in
      if request.target == "/next" { return connection.reply(200, [], "next") }
      connection.send(
        "HTTP/1.1 200 OK\r\nX-Name: a\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
      )
    }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url("/file"))
    try expect(failure, .invalidInput, "an empty file", from: server.url("/file"))
    #expect(
      try await bench.bytes(of: bench.fetch(server.url("/next"))) == Data("next".utf8))
  }

  @Test(
    "an address cannot bring a line of its own",
    arguments: ["/a\r\nX-Injected: 1", "/a\nX-Injected: 1", "/a b", "/\u{0}"])
  func injected(_ target: String) async throws {
    let server = try TestServer { _, connection in connection.reply(200, [], "x") }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url(target))
    #expect(failure.errorClass == .invalidInput)
    #expect(failure.message.contains("is not fetched: the address is not right"), "\(failure)")
    #expect(server.requests.isEmpty)
  }

  @Test("a redirect with an escaped line end stays in its line")
  func escapedRedirect() async throws {
    let server = try TestServer { request, connection in
      if request.target == "/start" {
        connection.reply(302, ["Location: /next%0d%0aX-Injected:%201"])
      } else {
        connection.reply(200, [], "x")
      }
    }
    _ = try await SourceBench().fetch(server.url("/start"))
    #expect(server.requests.last?.target == "/next%0d%0aX-Injected:%201")
    #expect(server.requests.last?.headers["x-injected"] == nil)
  }

  @Test("a body without end is cut off at the size that is allowed, and not kept")
  func endless() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"
      while connection.send(chunk) {}
    }
    let bench = try SourceBench { $0.sizeLimit = 100_000 }
    let failure = try await bench.failure(server.url())
    try expect(
      failure, .invalidInput, "more than the 100000 bytes that are allowed",
      "sources.max_file_size",
      from: server.url())
    #expect(server.requests.count == 1)
    #expect(try bench.shelf(".part").isEmpty)
  }

  @Test("a length beyond the size that is allowed is enough to refuse it")
  func saidTooLarge() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\nx")
      connection.waitUntilGone()
    }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url())
    try expect(failure, .invalidInput, "sends more than", "give a smaller file", from: server.url())
  }

  @Test(
    "a length that is no number, or two, is no answer",
    arguments: ["99999999999999999999999", "-1", "1, 1", "1\r\nContent-Length: 2", "0x1", "+1"])
  func absurdLength(_ length: String) async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nx")
      connection.close()
    }
    let bench = try SourceBench(attempts: 1)
    let failure = try await bench.failure(server.url())
    try expect(failure, .transient, "does not do what HTTP says", from: server.url())
    #expect(try bench.shelf(".part").isEmpty)
  }

  @Test("nothing is unpacked: a bomb stays as small as it is, and is no media")
  func packed() async throws {
    // What `head -c 1000000 /dev/zero | gzip` begins with.
    let bomb = Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3]) + Data(repeating: 0, count: 900)
    let server = try TestServer { _, connection in
      connection.reply(200, ["Content-Encoding: gzip", "Content-Type: video/mp4"], bytes: bomb)
    }
    let bench = try SourceBench()
    let file = try await bench.fetch(server.url("/a.gz"))
    #expect(file.file.byteCount == 910)
    let failure = try await bench.failure(server.url("/a.mp4"), as: .video)
    try expect(
      failure, .invalidInput, "is not a video: it is packed with gzip", from: server.url("/a.mp4"))
  }

  // MARK: Elsewhere

  @Test(
    "a redirect does not lead where an address itself may not",
    arguments: [
      (
        "http://169.254.169.254/latest/meta-data/",
        "169.254.169.254 is not an address of the public"
      ),
      ("http://[::ffff:169.254.169.254]/", "is not an address of the public"),
      ("http://2852039166/", "169.254.169.254 is not an address of the public"),
      ("http://10.0.0.1:8080/", "10.0.0.1 is not an address of the public"),
      ("http://[::1]/", "::1 is not an address of the public"),
      ("file:///etc/passwd", "only http and https"), ("ftp://example.org/x", "only http and https"),
      ("gopher://127.0.0.1/_x", "only http and https"),
      ("http://me:secret@127.0.0.1/", "must not hold a user name or password"),
      ("/loop", "redirects more than 5 times"),
    ])
  func redirects(_ location: String, _ part: String) async throws {
    let server = try TestServer { _, connection in
      connection.reply(302, ["Location: \(location)"])
    }
    let failure = try await SourceBench().failure(server.url("/a.mp4?key=secret"))
    try expect(failure, .invalidInput, part, from: server.url("/a.mp4?key=secret"))
    #expect(!"\(failure)".contains("secret"))
  }

  @Test(
    "what is not on the public internet is refused before it is asked for",
    arguments: [
      "http://127.0.0.1/a", "http://127.1/a", "http://2130706433/a", "http://0x7f.1/a",
      "http://0177.0.0.1/a", "http://[::1]/a", "http://[::ffff:127.0.0.1]/a",
      "http://[::ffff:7f00:1]/a", "http://[fe80::1%25eth0]/a", "http://169.254.169.254/a",
      "http://10.0.0.1/a", "http://[64:ff9b::7f00:1]/a", "http://0.0.0.0/a",
    ])
  func private_(_ url: String) async throws {
    let bench = try SourceBench { $0.privateNetworks = [] }
    let failure = try await bench.failure(url)
    try expect(failure, .invalidInput, "is not fetched: ", from: url)
    #expect(
      failure.message.contains("is not an address of the public internet")
        || url.contains("%25"), "\(failure)")
  }

  @Test(
    "other schemes, credentials, ports and hosts are refused before anything is asked",
    arguments: [
      ("file:///etc/passwd", "only http and https"), ("data://x", "only http and https"),
      ("https://me:secret@example.org/", "must not hold a user name or password"),
      ("https://example.org:22/", "port 22 is not allowed"),
      ("https://other.net/", "not among the hosts that may be asked"),
      ("https://example.org/" + String(repeating: "x", count: 9000), "longer than the 8000"),
      ("https:///", "the address is not right"),
    ])
  func refused(_ url: String, _ part: String) async throws {
    let bench = try SourceBench {
      $0.privateNetworks = []
      $0.hosts = ["example.org"]
    }
    let address = try #require(SourceAddress(url))
    let refusal = try #require(bench.fetcher.refusal(of: address))
    #expect(refusal.contains(part) && refusal.contains("`\(address)`"), "\(refusal)")
    #expect(!refusal.contains("secret"))
  }

  @Test("a host that fetches nothing says what to do instead")
  func disabled() throws {
    let bench = try SourceBench { $0.isEnabled = false }
    let address = try #require(SourceAddress("https://example.org/a"))
    #expect(
      bench.fetcher.refusal(of: address)
        == "`https://example.org/a` is not fetched by this host (`sources.enabled` is off); upload the file and name the upload"
    )
  }

  @Test(
    "a name that leads into a private network is refused when it is connected to",
    arguments: ["10.1.2.3", "[::ffff:127.0.0.1]", "[fd00::1]", "169.254.169.254"])
  func privateName(_ address: String) async throws {
    let client = HTTPClient(
      TransferSettings(
        rules: .publicInternet, certificates: nil, userAgent: "test",
        resolver: { _, _ in [address] }))
    let bench = try SourceBench(client: client)
    let failure = try await bench.failure("http://media.example/a.mp4")
    try expect(
      failure, .invalidInput, "`media.example` is not allowed: ",
      "is not an address of the public internet", from: "http://media.example/a.mp4")
  }

  @Test("a name that changes to a private address between two attempts is refused then")
  func rebinding() async throws {
    let server = try TestServer { _, connection in
      connection.reply(503, ["Connection: close"], "later")
      connection.close()
    }
    let count = Locked(0)
    let client = HTTPClient(
      TransferSettings(
        rules: OutboundRules(networks: [try #require(IPNetwork("127.0.0.1"))]),
        certificates: nil, userAgent: "test",
        resolver: { _, _ in
          count.withLock { count in
            count += 1
            return [count == 1 ? "127.0.0.1" : "10.0.0.1"]
          }
        }))
    let bench = try SourceBench(client: client)
    let url = server.url("/a.mp4", host: "media.example")
    let failure = try await bench.failure(url)
    try expect(failure, .invalidInput, "10.0.0.1 is not an address", from: url)
    #expect(bench.retries.count == 1)
  }

  // MARK: Content

  @Test(
    "what is no media is told for what it is, whatever the server calls it",
    arguments: [
      (
        "<!DOCTYPE html><html><body>Sign in</body></html>", "a web page (HTML)",
        "not of a page about it"
      ),
      ("\u{FEFF}\n <HTML lang=en>", "a web page (HTML)", "not of a page about it"),
      (
        "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "a playlist",
        "give the address of a media file"
      ),
      ("{\"error\": \"not found\"}", "a JSON text", "media file"),
      ("<?xml version=\"1.0\"?><Error/>", "an XML text", "media file"),
      ("just some words", "cannot be read as media", "in a browser"),
      ("ffconcat version 1.0\nfile /etc/passwd\n", "cannot be read as media", "in a browser"),
    ])
  func noMedia(_ text: String, _ what: String, _ advice: String) async throws {
    let server = try TestServer { _, connection in
      connection.reply(200, ["Content-Type: video/mp4", "ETag: \"a\""], text)
    }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url("/a.mp4?k=secret"), as: .video)
    try expect(
      failure, .invalidInput, "was fetched but is not a video: it", what, advice,
      from: server.url("/a.mp4?k=secret"))
    // It is asked for again, in case it was only a page to come back to.
    #expect(try bench.shelf(".json").isEmpty)
  }

  @Test("sound is no picture, and is what it is whatever its name says")
  func kinds() async throws {
    let tone = SourceBench.tone()
    let server = try TestServer { _, connection in
      connection.reply(200, ["Content-Type: text/html"], bytes: tone)
    }
    let bench = try SourceBench()
    for type in [ValueType.audio, .media, .file, .optional(.audio)] {
      #expect(
        try await bench.fetch(server.url("/page.html"), as: type).file.byteCount == tone.count)
    }
    for type in [ValueType.image, .video] {
      let failure = try await bench.failure(server.url("/page.html"), as: type)
      try expect(
        failure, .invalidInput, "there is no picture in it", from: server.url("/page.html"))
    }
  }

  @Test("an empty answer is told", arguments: [200, 204])
  func empty(_ status: Int) async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 \(status) X\r\n\(status == 200 ? "Content-Length: 0\r\n" : "")\r\n")
    }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url("/a"))
    try expect(
      failure, .invalidInput, status == 200 ? "an empty file" : "answered 204, which is no file",
      from: server.url("/a"))
    #expect(try bench.shelf(".part").isEmpty)
  }

  @Test(
    "what a server answers instead of a file is told in words",
    arguments: [
      (401, "does not give this file to everybody", "expired"), (403, "to everybody", "expired"),
      (404, "there is no such file", "correct the address"), (410, "(any more)", "correct"),
      (300, "answered 300, which is no file", "correct"), (418, "answered 418", "correct"),
    ])
  func statuses(_ status: Int, _ what: String, _ advice: String) async throws {
    let server = try TestServer { _, connection in connection.reply(status, [], "<p>secret</p>") }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url("/a"))
    try expect(failure, .invalidInput, what, advice, from: server.url("/a"))
    #expect(server.requests.count == 1 && !"\(failure)".contains("secret"))
  }

  @Test("what is no HTTP is tried again, and then told")
  func noHTTP() async throws {
    let server = try TestServer { _, connection in
      connection.send("SSH-2.0-OpenSSH_9.2\r\n")
      connection.close()
    }
    let bench = try SourceBench()
    let failure = try await bench.failure(server.url("/a"))
    try expect(failure, .transient, "does not do what HTTP says", from: server.url("/a"))
  }

  @Test("a server that answers 304 although nothing was asked about is no good")
  func strange304() async throws {
    let server = try TestServer { _, connection in
      connection.send("HTTP/1.1 304 Not Modified\r\n\r\n")
    }
    let failure = try await SourceBench().failure(server.url("/a"))
    try expect(failure, .invalidInput, "answered 304, which is no file", from: server.url("/a"))
  }
}
