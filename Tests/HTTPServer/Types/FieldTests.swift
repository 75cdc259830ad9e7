import HTTPTypes
import Testing

@Suite("Header fields")
struct FieldTests {
  @Test("Names are found in any case, values stay in order")
  func lookup() throws {
    var headers: Headers = [(.contentType, "a/b")]
    try headers.append("X-A", "1")
    try headers.append("x-a", "2, \"3,4\" ,")
    #expect(headers["CONTENT-TYPE"] == "a/b")
    #expect(headers.values(of: "X-a") == ["1", "2, \"3,4\" ,"])
    #expect(headers.list(of: "X-A") == ["1", "2", "\"3,4\""])
    #expect(headers.list(of: .connection, contains: "close") == false)
    try headers.set("X-A", to: "5")
    #expect(headers.values(of: "x-a") == ["5"])
  }

  @Test(
    "A value that would begin a line of its own is refused",
    arguments: ["a\r\nb", "a\nb", "a\rb", "a\0b", "\u{7f}", "\u{1b}[2J"])
  func splitting(value: String) {
    var headers = Headers()
    #expect(throws: FieldError(field: .location)) { try headers.set(.location, to: value) }
    #expect(throws: FieldError.self) { try Response.redirect(to: value) }
    #expect(headers.fields.isEmpty)
  }

  @Test(
    "Dates are written in one form and read in three",
    arguments: [
      "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
  func dates(text: String) throws {
    let date = try #require(HTTPDate(text))
    #expect(date.seconds == 784_111_777)
    #expect(date.description == "Sun, 06 Nov 1994 08:49:37 GMT")
  }

  @Test(
    "Dates before 1970 and on leap days are exact",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
  func exactDates(seconds: Int64, text: String) {
    #expect(HTTPDate(seconds: seconds).description == text)
    #expect(HTTPDate(text)?.seconds == seconds)
  }

  @Test(
    "What is no date is none",
    arguments: [
      "", "yesterday", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 99999 08:49:37 GMT",
    ])
  func noDates(text: String) { #expect(HTTPDate(text) == nil) }

  @Test("Cookies are read as they were sent, and what is no cookie is left out")
  func cookies() throws {
    var headers = Headers()
    try headers.set(.cookie, to: "a=1; b=\"two\"; bad name=3; c=; d; a=9")
    let cookies = Cookies(headers)
    #expect(cookies["a"] == "1")
    #expect(cookies["b"] == "two")
    #expect(cookies["c"] == "")
    #expect(cookies["d"] == nil)
    #expect(cookies.pairs.count == 4)
  }

  @Test("A cookie is safe unless it is told otherwise, and cannot be made to say more")
  func setCookie() throws {
    var headers = Headers()
    var cookie = try #require(SetCookie("id", value: "abc"))
    cookie.maximumAge = .seconds(60)
    try cookie.add(to: &headers)
    #expect(
      headers[.setCookie] == "id=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax")
    #expect(SetCookie("id", value: "a; Domain=b") == nil)
    #expect(SetCookie("i d", value: "a") == nil)
    cookie.path = "/; Domain=b"
    #expect(throws: FieldError.self) { try cookie.add(to: &headers) }
  }

  @Test(
    "Media types are read with their parameters",
    arguments: [
      ("text/HTML", "text/html"), ("a/b; c=d", "a/b; c=d"), ("a/b;C=\"x y\"", "a/b; c=\"x y\""),
      ("a/b;c=\"x\\\"y\"", "a/b; c=\"x\\\"y\""), ("a/b;", "a/b"), ("a", nil), ("a/b/c", nil),
      ("a/b; c", nil), ("a/b; c=d; c=e", nil), ("", nil), ("a /b", nil),
    ] as [(String, String?)])
  func mediaTypes(text: String, expected: String?) {
    #expect(MediaType(text)?.description == expected)
  }

  @Test("File names tell the media type that players want")
  func extensions() {
    #expect(MediaType(fileExtension: "m3u8").essence == "application/vnd.apple.mpegurl")
    #expect(MediaType(fileExtension: "TS").essence == "video/mp2t")
    #expect(MediaType(fileExtension: "exe").essence == "application/octet-stream")
  }

  @Test(
    "The best of what is offered is chosen as the client weighs it",
    arguments: [
      (nil, "application/json"), ("*/*", "application/json"), ("text/html", "text/html"),
      ("text/*;q=0.5, application/json;q=0.4", "text/html"),
      ("text/html;q=0, */*", "application/json"), ("image/png", nil),
      ("application/json;q=0.1, text/html;q=0.1", "application/json"),
      ("text/html;q=2, application/json", "application/json"),
    ] as [(String?, String?)])
  func negotiation(accept: String?, expected: String?) throws {
    var headers = Headers()
    if let accept { try headers.set(.accept, to: accept) }
    let best = Preferences(.accept, of: headers).best(of: ["application/json", "text/html"])
    #expect(best == expected)
  }
}
