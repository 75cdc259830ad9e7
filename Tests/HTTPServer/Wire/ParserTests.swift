import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Reading requests")
struct ParserTests {
  @Test("What is no request is refused, however its bytes are cut", arguments: MalformedRequest.all)
  func malformed(request: MalformedRequest) {
    let whole = RequestReading.outcome(request.bytes, inPiecesOf: request.bytes.count)
    #expect(whole.refusal?.status.code == request.status, "\(whole)")
    #expect(whole.requests.isEmpty)
    for size in [1, 2, 3, 7] {
      #expect(RequestReading.outcome(request.bytes, inPiecesOf: size) == whole)
    }
  }

  @Test("There are enough vectors to speak of")
  func enough() {
    #expect(MalformedRequest.all.count >= 120)
    #expect(Set(MalformedRequest.all.map(\.name)).count == MalformedRequest.all.count)
  }

  @Test(
    "What is unusual but right is read",
    arguments: [
      ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET / "]),
      ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET / "]),
      ("GET / HTTP/1.0\r\n\r\n", ["GET / "]),
      ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS * "]),
      ("get / HTTP/1.1\r\nHost: a\r\n\r\n", ["get / "]),
      ("GET /%252e%252e/x HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /%252e%252e/x "]),
      ("GET /a?b={c|d}^\\ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", ["GET /a?b={c|d}^\\ "]),
      ("GET //a//b/ HTTP/1.1\r\nhOsT:a:8080\r\n\r\n", ["GET //a//b/ "]),
      ("GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Blank: \t \r\n\r\n", ["GET / "]),
      ("GET / HTTP/1.1\r\nHost: a\r\nX: ä ✓\r\n\r\n", ["GET / "]),
      ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\nhello", ["POST / hello"]),
      ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["GET / "]),
      (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
          + "5;name=\"va;l\"\r\nhello\r\n06\r\n world\r\n0\r\nX: y\r\nZ:\r\n\r\n",
        ["POST / hello world"]
      ),
      (
        "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
          + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
          + "GET /4 HTTP/1.1\r\nHost: a\r\n\r\n",
        ["POST /1 ab", "GET /2 ", "POST /3 x", "GET /4 "]
      ),
    ])
  func right(text: String, requests: [String]) {
    let bytes = Array(text.utf8)
    for size in [bytes.count, 1, 2, 5] {
      let outcome = RequestReading.outcome(bytes, inPiecesOf: size)
      #expect(outcome.refusal == nil)
      #expect(outcome.requests == requests)
    }
  }

  @Test(
    "A connection goes on when both sides want it",
    arguments: [
      ("1.1", "", true), ("1.1", "Connection: close\r\n", false),
      ("1.1", "Connection: upgrade, Close\r\n", false), ("1.0", "", false),
      ("1.0", "Connection: Keep-Alive\r\n", true),
      ("1.0", "Connection: keep-alive, close\r\n", false),
    ])
  func keepAlive(version: String, field: String, expected: Bool) throws {
    let bytes = Array("GET / HTTP/\(version)\r\nHost: a\r\n\(field)\r\n".utf8)
    let head = try bytes.withUnsafeBytes {
      try RequestHeadParser(limits: ServerLimits()).parse($0)
    }
    #expect(head.keepsAlive == expected)
  }

  @Test("A head at the limits is read, one beyond is not")
  func limits() {
    var limits = ServerLimits()
    limits.fieldCount = 3
    limits.headByteCount = 100
    func status(_ text: String) -> Int? {
      var reading = RequestReading(limits: limits)
      reading.receive(Array(text.utf8)[...])
      return reading.outcome.refusal?.status.code
    }
    #expect(status("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n") == nil)
    #expect(status("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\nE: f\r\n\r\n") == 431)
    let rest = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".utf8.count
    let fill = String(repeating: "x", count: 100 - rest)
    #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX: \(fill)\r\n\r\n") == nil)
    #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX: \(fill)x\r\n\r\n") == 431)
  }
}
