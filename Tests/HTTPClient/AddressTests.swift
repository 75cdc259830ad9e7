import Foundation
import Testing

@testable import HTTPClient

@Suite("Addresses and outbound rules", .timeLimit(.minutes(5)))
struct AddressTests {
  @Test(
    "addresses of the public internet are public",
    arguments: [
      "1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111",
      "2a00:1450:4001::1", "::ffff:8.8.8.8",
    ])
  func publicAddress(_ text: String) throws {
    #expect(try #require(IPAddress(text)).isPublic)
  }

  @Test(
    "all others are not",
    arguments: [
      "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
      "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1",
      "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
      "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
      "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254",
      "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    ])
  func special(_ text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(!address.isPublic)
    #expect(OutboundRules.publicInternet.refusal(of: address, port: 443) != nil)
  }

  @Test(
    "what only looks like an address is none",
    arguments: [
      "", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "1.2.3.4.5", "1.2.3.256", "::g",
    ])
  func none(_ text: String) { #expect(IPAddress(text) == nil) }

  @Test(
    "a network holds the addresses that begin with its bits",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
      ("192.168.4.0/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
      ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
      ("127.0.0.1", "::ffff:127.0.0.1", true), ("0.0.0.0/0", "9.9.9.9", true),
      ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe80::1", false), ("::/0", "10.0.0.1", false),
    ])
  func network(_ network: String, _ address: String, _ isInside: Bool) throws {
    let network = try #require(IPNetwork(network))
    #expect(network.contains(try #require(IPAddress(address))) == isInside)
  }

  @Test(
    "what is no network is refused",
    arguments: ["10.0.0.0/33", "10.0.0.0/-1", "x/8", "10.0.0.0/", "::/129"])
  func noNetwork(_ text: String) { #expect(IPNetwork(text) == nil) }

  @Test("rules say which addresses, which ports and whether plain text")
  func rules() throws {
    let home = try #require(IPAddress("192.168.1.9"))
    let world = try #require(IPAddress("8.8.8.8"))
    let rules = OutboundRules(
      ports: [443], networks: [try #require(IPNetwork("192.168.1.0/24"))], allowsPlainText: false)
    #expect(rules.refusal(of: home, port: 9000) == nil)
    #expect(rules.refusal(of: world, port: 443) == nil)
    #expect(rules.refusal(of: world, port: 22) == "port 22 is not allowed")
    #expect(rules.refusal(of: try WebAddress("http://a.example/")) == "only https is allowed")
    var closed = rules
    closed.allowsPublicInternet = false
    #expect(closed.refusal(of: world, port: 443) != nil)
    #expect(closed.refusal(of: home, port: 443) == nil)
  }

  @Test(
    "an address is taken apart as curl does it",
    arguments: [
      ("HTTP://Example.COM", "http", "example.com", "80", "http://Example.COM/"),
      (
        "https://a.example:8443/x?y=1#z", "https", "a.example", "8443",
        "https://a.example:8443/x?y=1"
      ),
      ("http://[::1]:80/", "http", "[::1]", "80", "http://[::1]:80/"),
    ])
  func parts(_ text: String, _ scheme: String, _ host: String, _ port: String, _ whole: String)
    throws
  {
    let address = try WebAddress(text)
    #expect(address.scheme == scheme)
    #expect(address.host == host)
    #expect(address.port == port)
    #expect(address.text.lowercased() == whole.lowercased())
  }

  @Test(
    "an address that is not for the web is refused",
    arguments: [
      "", "example.com", "/path", "ftp://example.com/", "file:///etc/passwd", "gopher://x/",
      "http://user:word@example.com/", "http://user@example.com/", "http://exa mple.com/",
      "http://example.com:99999/", "http://\u{1}/", "javascript:alert(1)",
    ])
  func wrong(_ text: String) {
    let error = #expect(throws: HTTPError.self) { try WebAddress(text) }
    #expect(error?.reason == .invalidRequest)
  }
}

@Suite("Redirects, heads and waits", .timeLimit(.minutes(5)))
struct MessageTests {
  private func next(
    _ request: HTTPRequest, _ status: Int, _ location: String?
  ) throws -> HTTPRequest? {
    let response = HTTPResponse(
      status: status, headers: location.map { [HTTPHeader("location", $0)] } ?? [], body: [],
      url: request.url, byteCount: 0)
    return try Redirect.next(of: request, at: WebAddress(request.url), after: response)
  }

  @Test(
    "the method after a redirect is the standard's",
    arguments: [
      (301, "GET", "GET"), (301, "POST", "GET"), (302, "POST", "GET"), (302, "PUT", "PUT"),
      (303, "PUT", "GET"), (303, "HEAD", "HEAD"), (307, "POST", "POST"), (308, "POST", "POST"),
    ])
  func method(_ status: Int, _ before: String, _ after: String) throws {
    let request = HTTPRequest(
      before, "https://a.example/x/y",
      headers: [HTTPHeader("Content-Type", "text/plain"), HTTPHeader("Authorization", "secret")],
      body: .bytes([1]))
    let next = try #require(try next(request, status, "../z"))
    #expect(next.method == after)
    #expect(next.url == "https://a.example/z")
    #expect(next.headers["authorization"] == "secret")
    #expect((next.headers["content-type"] == nil) == (before != after))
  }

  @Test(
    "only what tells a stranger nothing goes to another origin",
    arguments: ["https://b.example/", "https://a.example:444/", "//b.example/x"])
  func strangers(_ location: String) throws {
    let request = HTTPRequest(
      "GET", "https://a.example/",
      headers: [
        HTTPHeader("Authorization", "s"), HTTPHeader("X-Api-Key", "s"), HTTPHeader("Cookie", "s"),
        HTTPHeader("Accept", "image/*"),
      ])
    let next = try #require(try next(request, 302, location))
    #expect(next.headers == [HTTPHeader("Accept", "image/*")])
  }

  @Test(
    "a redirect to something else is not followed",
    arguments: [
      "http://a.example/", "file:///etc/passwd", "ftp://a.example/", "https://u:p@a.example/",
    ])
  func refused(_ location: String) {
    let error = #expect(throws: HTTPError.self) {
      try next(HTTPRequest("GET", "https://a.example/"), 302, location)
    }
    #expect(error?.reason == .badRedirect)
  }

  @Test(
    "other answers are no redirects",
    arguments: [(200, "/x"), (304, "/x"), (300, "/x"), (302, nil)])
  func answers(_ status: Int, _ location: String?) throws {
    #expect(try next(HTTPRequest("GET", "https://a.example/"), status, location) == nil)
  }

  private func head(_ lines: [String]) -> (head: ResponseHead, isAccepted: Bool) {
    var head = ResponseHead()
    var isAccepted = true
    for line in lines {
      isAccepted = Data((line + "\r\n").utf8).withUnsafeBytes { head.append($0) } && isAccepted
    }
    return (head, isAccepted)
  }

  @Test("an interim answer is replaced by the one that follows; trailers are dropped")
  func interim() {
    let (head, isAccepted) = head([
      "HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 201 Created", "A:  b c ", "a: d", "E:",
      "", "Trailer: x",
    ])
    #expect(isAccepted && head.isFinal && head.status == 201)
    #expect(head.headers == [HTTPHeader("A", "b c"), HTTPHeader("a", "d"), HTTPHeader("E", "")])
    #expect(head.headers["a"] == "b c")
    #expect(!self.head(["HTTP/1.1 100 Continue", ""]).head.isFinal)
    #expect(!self.head(["HTTP/1.1 200 OK", "A: b"]).head.isFinal)
  }

  @Test("a head that does not end is refused")
  func endless() {
    #expect(!head((0..<300).map { "A\($0): b" }).isAccepted)
    #expect(!head(["A: " + String(repeating: "x", count: 70_000)]).isAccepted)
  }

  @Test(
    "the wait that a server asks for is read in both its forms",
    arguments: [
      ("120", Duration.seconds(120)), (" 0 ", .zero), ("-1", nil), ("1.5", nil), ("soon", nil),
      ("Fri, 20 Nov 2026 16:00:30 GMT", .seconds(30)), ("Fri, 20 Nov 2026 15:00:00 GMT", .zero),
      ("Friday, 20-Nov-26 16:01:00 GMT", .seconds(60)), ("99999999999999999999", nil),
    ])
  func retryAfter(_ text: String, _ wait: Duration?) {
    let now = Date(timeIntervalSince1970: 1_795_190_400)
    #expect(RetryAfter.duration(text, now: now) == wait)
  }

  @Test("waits are random below a bound that doubles, and never shorter than the server asks")
  func delays() throws {
    var numbers = SystemRandomNumberGenerator()
    let retry = HTTPRetry(
      attempts: 5, initial: .seconds(1), cap: .seconds(3), patience: .seconds(9))
    for (attempt, bound) in [(1, 1), (2, 2), (3, 3), (4, 3)] {
      for _ in 0..<50 {
        let wait = try #require(
          retry.delay(afterAttempt: attempt, retryAfter: nil, using: &numbers))
        #expect(wait >= .zero && wait <= .seconds(bound))
      }
    }
    #expect(retry.delay(afterAttempt: 5, retryAfter: nil, using: &numbers) == nil)
    #expect(retry.delay(afterAttempt: 1, retryAfter: .seconds(9), using: &numbers) == .seconds(9))
    #expect(retry.delay(afterAttempt: 1, retryAfter: .seconds(10), using: &numbers) == nil)
  }
}
