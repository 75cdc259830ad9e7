import HTTPTypes
import TestSupport
import Testing

@Suite("Bodies")
struct BodyTests {
  private static let type = MediaType("multipart/form-data; boundary=xyz")

  private static let form =
    "preamble\r\n--xyz\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHello\r\n--xyz \t\r\n"
    + "content-disposition: form-data; name=\"file\"; filename=\"a \\\"b%22.mp4\"\r\n"
    + "Content-Type: video/mp4\r\n\r\n\r\n--xy\r\n-xyz\r\r\n--xyz\r\n"
    + "Content-Disposition: form-data; name=empty\r\n\r\n\r\n--xyz--\r\nepilogue"

  @Test("A form is taken apart however its bytes are cut", arguments: [1, 2, 3, 5, 8, 13, 1000])
  func multipart(size: Int) throws {
    var parser = try MultipartParser(try #require(Self.type))
    var parts: [(head: MultipartHead, content: String)] = []
    let bytes = Array(Self.form.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      for event in try parser.consume(Array(bytes[start..<min(start + size, bytes.count)])) {
        switch event {
        case .part(let head): parts.append((head, ""))
        case .bytes(let bytes):
          parts[parts.count - 1].content += String(decoding: bytes, as: UTF8.self)
        case .partEnd: parts[parts.count - 1].content += "$"
        }
      }
    }
    try parser.finish()
    #expect(parts.map(\.content) == ["Hello$", "\r\n--xy\r\n-xyz\r$", "$"])
    #expect(parts.map(\.head.name) == ["title", "file", "empty"])
    #expect(parts[1].head.fileName == "a \"b\".mp4")
    #expect(parts[1].head.mediaType?.essence == "video/mp4")
    #expect(parts[0].head.fileName == nil)
  }

  @Test(
    "A form that breaks the rules is refused",
    arguments: [
      "", "--xyz", "--xyz\r\n", "no boundary at all", "--xyz\r\n\r\nx\r\n--xyz--",
      "--xyz\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--xyz--",
      "--xyz\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xyz--",
      "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
      "--xyz\r\nContent-Disposition: form-data; name=a\r\nbad line\r\n\r\nx\r\n--xyz--",
      "--xyzw\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--xyz--",
      "--xyz\nContent-Disposition: form-data; name=a\n\nx\n--xyz--",
      "--xyz\r\nX: \(String(repeating: "a", count: 9000))\r\n\r\nx\r\n--xyz--",
      LongText(
        String(
          repeating: "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n", count: 1001)
          + "--xyz--"),
    ] as [LongText])
  func brokenForms(form: LongText) throws {
    let type = try #require(Self.type)
    #expect(throws: MultipartError.self) {
      var parser = try MultipartParser(type)
      _ = try parser.consume(Array(form.text.utf8))
      try parser.finish()
    }
  }

  @Test(
    "A boundary that is missing or forbidden is refused",
    arguments: [
      "multipart/form-data", "multipart/form-data; boundary=\"\"", "multipart/mixed; boundary=a",
      "multipart/form-data; boundary=\"a \"", "text/plain; boundary=a",
      "multipart/form-data; boundary=\(String(repeating: "b", count: 71))",
    ])
  func boundaries(text: String) throws {
    let type = try #require(MediaType(text))
    #expect(throws: MultipartError.self) { try MultipartParser(type) }
  }

  @Test("A form is read from a request, and one that is cut short is a bad request")
  func reader() async throws {
    var request = try Request(
      .post, "/", headers: [(.contentType, "multipart/form-data; boundary=xyz")],
      body: RequestBody(Array(Self.form.utf8)))
    var reader = try MultipartReader(request)
    var names: [String] = []
    while let event = try await reader.next() {
      if case .part(let head) = event { names.append(head.name) }
    }
    #expect(names == ["title", "file", "empty"])
    request.body = RequestBody(Array(Self.form.utf8.dropLast(30)))
    var broken = try MultipartReader(request)
    var error: (any Error)?
    do { while try await broken.next() != nil {} } catch let caught { error = caught }
    #expect((error as? HTTPError)?.status == .badRequest)
  }

  @Test("A body over the limit is refused, with a length and without")
  func limits() async throws {
    #expect(try await RequestBody([1, 2, 3]).collect(upTo: 3) == [1, 2, 3])
    await #expect(throws: BodyError.tooLarge(limit: 2)) {
      try await RequestBody([1, 2, 3]).collect(upTo: 2)
    }
    let endless = RequestBody(declaredByteCount: nil, source: EndlessSource())
    await #expect(throws: BodyError.tooLarge(limit: 5000)) {
      try await endless.collect(upTo: 5000)
    }
  }

  private struct EndlessSource: BodySource {
    func next() async throws -> [UInt8]? { [UInt8](repeating: 0, count: 100) }
  }

  @Test("Events are written line by line, and nothing begins a field of its own")
  func events() {
    let event = ServerSentEvent(
      "one\ntwo\r\nthree\rfour\n", name: "no\nde", id: "7\r\ndata: x", retry: .milliseconds(1500))
    #expect(
      String(decoding: event.encoded, as: UTF8.self)
        == "id: 7data: x\nevent: node\nretry: 1500\n"
        + "data: one\ndata: two\ndata: three\ndata: four\ndata: \n\n")
    #expect(String(decoding: ServerSentEvent("").encoded, as: UTF8.self) == "data: \n\n")
  }
}
