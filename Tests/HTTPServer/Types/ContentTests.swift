import HTTPTypes
import Testing

@Suite("Conditions and ranges")
struct ContentTests {
  private static let validators = Validators(
    eTag: ETag("v1"), lastModified: HTTPDate(seconds: 784_111_777))

  @Test(
    "Conditions are evaluated in the order of the standard",
    arguments: [
      ("GET", [], "proceed"),
      ("GET", [("If-None-Match", "\"v1\"")], "notModified"),
      ("GET", [("If-None-Match", "W/\"v1\"")], "notModified"),
      ("GET", [("If-None-Match", "\"v0\", \"v1\"")], "notModified"),
      ("GET", [("If-None-Match", "\"v0\"")], "proceed"),
      ("GET", [("If-None-Match", "*")], "notModified"),
      ("PUT", [("If-None-Match", "*")], "failed"),
      ("PUT", [("If-Match", "\"v1\"")], "proceed"),
      ("PUT", [("If-Match", "W/\"v1\"")], "failed"),
      ("PUT", [("If-Match", "\"v0\"")], "failed"),
      ("PUT", [("If-Match", "*")], "proceed"),
      ("GET", [("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")], "notModified"),
      ("GET", [("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")], "proceed"),
      ("GET", [("If-Modified-Since", "nonsense")], "proceed"),
      (
        "GET",
        [("If-None-Match", "\"v0\""), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")],
        "proceed"
      ),
      ("PUT", [("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")], "failed"),
      ("PUT", [("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")], "proceed"),
    ] as [(String, [(String, String)], String)])
  func conditions(method: String, fields: [(String, String)], expected: String) throws {
    let headers = try Self.headers(fields)
    let outcome = Self.validators.evaluate(try #require(Method(method)), headers)
    #expect("\(outcome)" == expected)
  }

  @Test(
    "One range is served, everything else is the whole",
    arguments: [
      ("bytes=0-4", "0..<5"), ("bytes=5-", "5..<10"), ("bytes=-3", "7..<10"),
      ("bytes=0-99", "0..<10"), ("bytes=9-9", "9..<10"), ("bytes=-99", "0..<10"),
      ("Bytes= 0-4", "0..<5"), ("bytes=10-", "none"), ("bytes=-0", "none"),
      ("bytes=99999999999999999999-", "none"), ("bytes=0-1,3-4", "whole"), ("bytes=4-2", "whole"),
      ("bytes=a-b", "whole"), ("bytes=-", "whole"), ("items=0-4", "whole"), ("bytes", "whole"),
      ("bytes=--1", "whole"), ("bytes=1-2-3", "whole"), ("bytes=+1-2", "whole"),
    ])
  func ranges(text: String, expected: String) throws {
    let range = ByteRange(
      .get, try Self.headers([("Range", text)]), validators: Self.validators, byteCount: 10)
    switch range {
    case .whole: #expect(expected == "whole")
    case .unsatisfiable: #expect(expected == "none")
    case .part(let part): #expect(expected == "\(part)")
    }
  }

  @Test(
    "A range of another version is the whole of this one",
    arguments: [
      ("\"v1\"", true), ("\"v0\"", false), ("W/\"v1\"", false),
      ("Sun, 06 Nov 1994 08:49:37 GMT", true), ("Sun, 06 Nov 1994 08:49:38 GMT", false),
      ("nonsense", false),
    ])
  func ifRange(condition: String, applies: Bool) throws {
    let headers = try Self.headers([("Range", "bytes=0-4"), ("If-Range", condition)])
    let range = ByteRange(.get, headers, validators: Self.validators, byteCount: 10)
    #expect(range == (applies ? .part(0..<5) : .whole))
  }

  @Test("Content is answered with what belongs to each status")
  func answers() throws {
    func answer(_ fields: [(String, String)]) throws -> Response {
      let request = try Request(.get, "/", headers: try Self.headers(fields))
      return .bytes(
        Array("0123456789".utf8), .octetStream, validators: Self.validators, for: request)
    }
    let whole = try answer([])
    #expect(whole.status == .ok)
    #expect(whole.headers[.eTag] == "\"v1\"")
    #expect(whole.headers[.acceptRanges] == "bytes")
    let part = try answer([("Range", "bytes=2-3")])
    #expect(part.status == .partialContent)
    #expect(part.headers[.contentRange] == "bytes 2-3/10")
    guard case .bytes(let bytes) = part.body else { throw TestFailure("no bytes") }
    #expect(bytes == Array("23".utf8))
    let none = try answer([("Range", "bytes=20-")])
    #expect(none.status == .rangeNotSatisfiable)
    #expect(none.headers[.contentRange] == "bytes */10")
    let known = try answer([("If-None-Match", "\"v1\""), ("Range", "bytes=2-3")])
    #expect(known.status == .notModified)
    #expect(known.headers[.eTag] == "\"v1\"")
    #expect(known.headers[.contentType] == nil)
    #expect(known.body.byteCount == 0)
  }

  private static func headers(_ fields: [(String, String)]) throws -> Headers {
    var headers = Headers()
    for (name, value) in fields { try headers.append(try #require(FieldName(name)), value) }
    return headers
  }
}

struct TestFailure: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
