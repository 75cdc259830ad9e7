/// Requests that have to be refused, and the status each is refused with. `HTTP` lines end in CR LF unless a vector
/// is about just that.
struct MalformedRequest: Sendable, CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  let status: Int

  init(_ name: String, _ text: String, _ status: Int = 400) {
    self.name = name
    bytes = Array(text.utf8)
    self.status = status
  }

  init(_ name: String, bytes: [UInt8], _ status: Int = 400) {
    self.name = name
    self.bytes = bytes
    self.status = status
  }

  /// With a header field of its own in a request that is right otherwise.
  static func field(_ name: String, _ line: String, _ status: Int = 400) -> MalformedRequest {
    MalformedRequest(name, "GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n", status)
  }

  static func line(_ name: String, _ line: String, _ status: Int = 400) -> MalformedRequest {
    MalformedRequest(name, "\(line)\r\nHost: a\r\n\r\n", status)
  }

  static func target(_ name: String, _ target: String, _ status: Int = 400) -> MalformedRequest {
    line(name, "GET \(target) HTTP/1.1", status)
  }

  static func chunks(_ name: String, _ body: String, _ status: Int = 400) -> MalformedRequest {
    MalformedRequest(
      name, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)", status)
  }

  var description: String { name }
}

extension MalformedRequest {
  static let all = lines + targets + fields + framings + hosts + chunkings + limits

  private static let lines: [MalformedRequest] = [
    .line("no version", "GET /"),
    .line("only a method", "GET"),
    .line("a space before the method", " GET / HTTP/1.1"),
    .line("a tab for a space", "GET\t/ HTTP/1.1"),
    .line("two spaces before the version", "GET /  HTTP/1.1"),
    .line("a space after the version", "GET / HTTP/1.1 "),
    .line("a method in parentheses", "(GET) / HTTP/1.1"),
    .line("a method with a colon", "GE:T / HTTP/1.1"),
    .line("a method of 40 letters", "\(String(repeating: "A", count: 40)) / HTTP/1.1"),
    .line("version 2.0", "GET / HTTP/2.0", 505),
    .line("version 0.9", "GET / HTTP/0.9", 505),
    .line("version 1.2", "GET / HTTP/1.2", 505),
    .line("a version of three digits", "GET / HTTP/1.10"),
    .line("a version in small letters", "GET / http/1.1"),
    .line("a version without a slash", "GET / HTTP1.1"),
    .line("a protocol that is not HTTP", "GET / XTTP/1.1"),
    .line("a version with letters", "GET / HTTP/1.x"),
    .line("HTTP/2's preface", "PRI * HTTP/2.0", 505),
    MalformedRequest("line feeds alone", "GET / HTTP/1.1\nHost: a\n\n"),
    MalformedRequest("a line feed after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
    MalformedRequest("a line feed after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"),
    MalformedRequest("a carriage return alone", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"),
    MalformedRequest("two carriage returns", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
    MalformedRequest("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    MalformedRequest("a NUL in the request line", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
    MalformedRequest("TLS", bytes: [0x16, 0x03, 0x01, 0x00, 0xa5, 0x01, 0x00, 0x00]),
    MalformedRequest("random bytes", bytes: [0xff, 0xfe, 0x00, 0x41, 0x0d, 0x0a]),
  ]

  private static let targets: [MalformedRequest] = [
    .target("a whole URL", "http://a/"),
    .target("a whole URL of another host", "http://b/x"),
    .target("a host and port", "a:80"),
    .target("no slash", "index.html"),
    .target("an asterisk without OPTIONS", "*"),
    .line("CONNECT", "CONNECT a:443 HTTP/1.1", 501),
    .target("a fragment", "/a#b"),
    .target("a quote", "/a\"b"),
    .target("an angle bracket", "/<script>"),
    .target("a backslash", "/a\\b"),
    .target("a brace", "/{a}"),
    .target("a letter that is not escaped", "/ä"),
    .target("a control character", "/a\u{1}b"),
    .target("a DEL", "/a\u{7f}b"),
    .target("a dot segment", "/a/./b"),
    .target("two dots", "/a/../b"),
    .target("two dots at the end", "/a/.."),
    .target("two escaped dots", "/a/%2e%2e/b"),
    .target("a dot and an escaped dot", "/a/.%2E/b"),
    .target("an escaped slash", "/a%2fb"),
    .target("an escaped capital slash", "/..%2Fetc"),
    .target("an escaped backslash", "/a%5cb"),
    .target("an escaped NUL", "/a%00b"),
    .target("an escaped line end", "/a%0d%0ab"),
    .target("an escape that is cut short", "/a%2"),
    .target("an escape that is no number", "/a%zz"),
    .target("an escape of a sign", "/a%+1"),
    .target("escapes that are no UTF-8", "/a%ff%fe"),
    .target("an overlong slash", "/a%c0%af"),
    .target("a control character in the query", "/a?b\u{2}"),
  ]

  private static let fields: [MalformedRequest] = [
    .field("a space before the colon", "X-A : b"),
    .field("a tab before the colon", "X-A\t: b"),
    .field("a space in a name", "X A: b"),
    .field("no colon", "X-A b"),
    .field("no name", ": b"),
    .field("a line that is continued", "X-A: b\r\n c"),
    .field("a line that is continued by a tab", "X-A: b\r\n\tc"),
    .field("a NUL in a value", "X-A: a\0b"),
    .field("a BEL in a value", "X-A: a\u{7}b"),
    .field("a DEL in a value", "X-A: a\u{7f}b"),
    .field("a name in brackets", "X[A]: b"),
    .field("a name with a letter that is no ASCII", "Xä: b"),
    MalformedRequest(
      "a first field that is continued", "GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n"),
    MalformedRequest(
      "a value that is no UTF-8",
      bytes: Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xc3, 0x28] + Array("\r\n\r\n".utf8)),
    .field("two content types", "Content-Type: a/b\r\nContent-Type: a/c"),
    .field("two authorizations", "Authorization: a\r\nAuthorization: b"),
    .field("another expectation", "Expect: 200-ok", 417),
  ]

  private static let framings: [MalformedRequest] = [
    .field("a length and a coding", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
    .field("a coding and a length", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
    .field("two lengths", "Content-Length: 5\r\nContent-Length: 6"),
    .field("two equal lengths", "Content-Length: 5\r\nContent-Length: 5"),
    .field("a list of lengths", "Content-Length: 5, 5"),
    .field("a negative length", "Content-Length: -1"),
    .field("a length with a sign", "Content-Length: +5"),
    .field("a hexadecimal length", "Content-Length: 0x5"),
    .field("a length with letters", "Content-Length: 5a"),
    .field("an empty length", "Content-Length: "),
    .field("a length with a fraction", "Content-Length: 5.0"),
    .field("a length that does not fit", "Content-Length: 99999999999999999999"),
    .field("a space before the coding's colon", "Transfer-Encoding : chunked"),
    .field("a coding that is continued", "Transfer-Encoding:\r\n chunked"),
    .field("an unknown coding", "Transfer-Encoding: gzip", 501),
    .field("a coding that is almost right", "Transfer-Encoding: xchunked", 501),
    .field("identity", "Transfer-Encoding: identity", 501),
    .field("chunked twice", "Transfer-Encoding: chunked, chunked", 501),
    .field("two codings", "Transfer-Encoding: gzip, chunked", 501),
    .field("a quoted coding", "Transfer-Encoding: \"chunked\"", 501),
    .field("two coding fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    .field("a vertical tab before the coding", "Transfer-Encoding: \u{b}chunked"),
    MalformedRequest(
      "a coding in HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
  ]

  private static let hosts: [MalformedRequest] = [
    MalformedRequest("no host", "GET / HTTP/1.1\r\nX: a\r\n\r\n"),
    MalformedRequest("no field at all", "GET / HTTP/1.1\r\n\r\n"),
    MalformedRequest("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    MalformedRequest("two equal hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    MalformedRequest("an empty host", "GET / HTTP/1.1\r\nHost: \r\n\r\n"),
    MalformedRequest("a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    MalformedRequest("a host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    MalformedRequest("a host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    MalformedRequest("two hosts in one field", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    MalformedRequest("a port that is no number", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"),
    MalformedRequest("a port that is too large", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
    MalformedRequest("a broken IPv6 host", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
    MalformedRequest("an IPv6 host that is none", "GET / HTTP/1.1\r\nHost: [x]\r\n\r\n"),
    MalformedRequest("two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
  ]

  /// Those whose head is right.
  static let chunkings: [MalformedRequest] = [
    .chunks("a size that is no number", "x\r\n"),
    .chunks("no size", "\r\n"),
    .chunks("a negative size", "-1\r\n"),
    .chunks("a size with a prefix", "0x5\r\nhello\r\n"),
    .chunks("a size that is too large", "fffffffffffffffff\r\n"),
    .chunks("a size with leading zeros without end", "0000000000000000\r\n"),
    .chunks("a space before the size", " 5\r\nhello\r\n"),
    .chunks("a space after the size", "5 \r\nhello\r\n"),
    .chunks("a line feed after the size", "5\nhello\r\n0\r\n\r\n"),
    .chunks("a chunk that is longer than its size", "3\r\nhello\r\n"),
    .chunks("a line feed after a chunk", "5\r\nhello\n0\r\n\r\n"),
    .chunks("a carriage return alone after a chunk", "5\r\nhello\r0\r\n\r\n"),
    .chunks("a NUL in an extension", "5;a=\0\r\nhello\r\n"),
    .chunks("a line feed in an extension", "5;a\nb\r\nhello\r\n"),
    .chunks("an extension without end", "5;\(String(repeating: "a", count: 300))\r\n"),
    .chunks("a trailer that is no field", "0\r\nno field\r\n\r\n"),
    .chunks("a trailer with a space before the colon", "0\r\nA : b\r\n\r\n"),
    .chunks("a trailer that is continued", "0\r\nA: b\r\n c\r\n\r\n"),
    .chunks("a NUL in a trailer", "0\r\nA: \0\r\n\r\n"),
    .chunks("a line feed in a trailer", "0\r\nA: b\n\r\n"),
    .chunks("a trailer without end", "0\r\nA: \(String(repeating: "a", count: 9000))\r\n\r\n", 431),
  ]

  private static let limits: [MalformedRequest] = [
    .target("a target that is too long", "/\(String(repeating: "a", count: 9000))", 414),
    MalformedRequest(
      "a request line without end", "GET /\(String(repeating: "a", count: 9000))", 414),
    .field("a field that is too long", "X: \(String(repeating: "a", count: 40_000))", 431),
    .field(
      "too many fields", (0..<101).map { "X-\($0): a" }.joined(separator: "\r\n"), 431),
    MalformedRequest(
      "a head without end",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 40_000))", 431),
  ]
}
