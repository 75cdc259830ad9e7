import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Heads that come again")
struct KnownHeadTests {
  private static func read(
    _ text: String, _ known: inout KnownHead
  ) throws -> (target: String, fields: [String]) {
    let head = try Array(text.utf8).withUnsafeBytes { bytes throws(Refusal) in
      try known.read(bytes, RequestHeadParser(limits: ServerLimits()))
    }
    return (head.target.raw, head.headers.fields.map { "\($0.name)=\($0.value)" })
  }

  @Test("A head is read as it is, whether it came before, nearly came before, or is long")
  func same() throws {
    var known = KnownHead()
    let texts = [
      "GET /a HTTP/1.1\r\nHost: t\r\n\r\n", "GET /a HTTP/1.1\r\nHost: t\r\n\r\n",
      "GET /b HTTP/1.1\r\nHost: t\r\n\r\n", "GET /b HTTP/1.1\r\nHost: u\r\n\r\n",
      "POST /b HTTP/1.1\r\nHost: u\r\nContent-Length: 3\r\n\r\n",
      "GET /b HTTP/1.1\r\nHost: u\r\n\r\n",
      "GET /\(String(repeating: "c", count: 4000)) HTTP/1.1\r\nHost: u\r\n\r\n",
      "GET /b HTTP/1.1\r\nHost: u\r\n\r\n",
    ]
    for text in texts {
      var fresh = KnownHead()
      let (target, fields) = try Self.read(text, &known)
      let expected = try Self.read(text, &fresh)
      #expect(target == expected.target && fields == expected.fields)
    }
    #expect(throws: Refusal.self) { try Self.read("GET /b HTTP/1.1\r\n\r\n", &known) }
    known.forget()
    #expect(try Self.read(texts[0], &known).target == "/a")
  }
}
