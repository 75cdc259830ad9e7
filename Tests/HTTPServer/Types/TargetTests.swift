import HTTPTypes
import Testing

@Suite("Request targets")
struct TargetTests {
  @Test(
    "A path is decoded exactly once",
    arguments: [
      ("/", [""]), ("/a", ["a"]), ("/a/", ["a", ""]), ("/a%20b/%C3%A4", ["a b", "ä"]),
      ("/%252e%252e", ["%2e%2e"]), ("/a+b", ["a+b"]), ("/...", ["..."]), ("//a", ["", "a"]),
      ("/%7Ea;b=c", ["~a;b=c"]),
    ])
  func decoding(text: String, segments: [String]) throws {
    #expect(try RequestTarget(text).path.segments == segments)
  }

  @Test(
    "What leads out of a folder or hides a separator is refused",
    arguments: [
      "/..", "/../x", "/a/..", "/%2e%2e", "/.%2e/", "/%2E.", "/.", "/a/./b", "/a%2Fb", "/a%5Cb",
      "/a%00", "/a%0Ab", "/a%7f",
    ])
  func traversal(text: String) {
    #expect(throws: RequestTarget.Problem.escapesItsFolder) { try RequestTarget(text) }
  }

  @Test("A query is read as forms write it, and the first of several values is found")
  func query() throws {
    let items = try QueryItems("a=1&b=x+y%26z&a=2&c&=d&")
    #expect(items["a"] == "1")
    #expect(items.values(of: "a") == ["1", "2"])
    #expect(items["b"] == "x y&z")
    #expect(items["c"] == "")
    #expect(items.items.count == 5)
    #expect(throws: QueryItems.Problem.badEscape("a=%f")) { try QueryItems("a=%f") }
    #expect(throws: QueryItems.Problem.tooMany(limit: 2)) { try QueryItems("a&b&c", limit: 2) }
  }

  @Test(
    "What was encoded is decoded to what it was", arguments: ["", "a b", "/ä?&%", "~-._", "\0"])
  func roundTrip(text: String) {
    #expect(PercentCoding.decode(PercentCoding.encode(text)) == text)
  }

  @Test(
    "Blocks contain their addresses and no others",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
      ("192.168.1.128/25", "192.168.1.127", false), ("192.168.1.128/25", "192.168.1.129", true),
      ("::1", "::1", true), ("::1", "::2", false), ("fd00::/9", "fd7f::1", true),
      ("127.0.0.1", "::ffff:127.0.0.1", true), ("0.0.0.0/0", "8.8.8.8", true),
      ("0.0.0.0/0", "::1", false),
    ])
  func blocks(block: String, address: String, expected: Bool) throws {
    let block = try #require(AddressBlock(block))
    #expect(block.contains(try #require(IPAddress(address))) == expected)
  }

  @Test(
    "What is no block is none", arguments: ["10.0.0.0/33", "10.0.0/8", "a", "::1/129", "1/2/3"])
  func noBlocks(text: String) { #expect(AddressBlock(text) == nil) }

  @Test(
    "The client behind trusted proxies is the last hop that is not one of them",
    arguments: [
      (nil, "10.0.0.1"), ("1.2.3.4", "1.2.3.4"), ("6.6.6.6, 1.2.3.4", "1.2.3.4"),
      ("1.2.3.4, 10.0.0.9", "1.2.3.4"), ("6.6.6.6, garbage, 10.0.0.9", "10.0.0.9"),
    ] as [(String?, String)])
  func client(forwarded: String?, expected: String) throws {
    var headers = Headers()
    if let forwarded { try headers.set(.forwardedFor, to: forwarded) }
    let peer = Peer.ip(try #require(IPAddress("10.0.0.1")), port: 1)
    let proxies = [try #require(AddressBlock("10.0.0.0/8"))]
    #expect(peer.client(headers, trusting: proxies)?.description == expected)
    #expect(peer.client(headers, trusting: [])?.description == "10.0.0.1")
  }
}
