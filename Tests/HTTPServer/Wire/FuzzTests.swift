import HTTPTypes
import TestSupport
import Testing

@testable import HTTPServer

/// Numbers that only look random, the same on every machine (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// `bytes` with a few of them changed, doubled, dropped or put in.
  mutating func mutation(of bytes: [UInt8], with dictionary: [[UInt8]]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &self) {
      let index = Int.random(in: 0...bytes.count, using: &self)
      switch Int.random(in: 0..<5, using: &self) {
      case 0 where index < bytes.count: bytes[index] = UInt8.random(in: 0...255, using: &self)
      case 1 where index < bytes.count: bytes.remove(at: index)
      case 2 where index < bytes.count: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 3:
        let end = min(bytes.count, index + Int.random(in: 0...32, using: &self))
        bytes.insert(contentsOf: bytes[index..<end], at: index)
      default:
        let word = dictionary.randomElement(using: &self) ?? []
        bytes.insert(contentsOf: word, at: index)
      }
    }
    return bytes
  }
}

@Suite("Bytes that nobody thought of", .blocking, .timeLimit(.minutes(10)))
struct FuzzTests {
  private static let dictionary: [[UInt8]] = [
    "\r\n", "\n", "\r", "\r\n\r\n", "\0", " ", "\t", ":", ";", ",", "%", "%00", "%2e", "..", "/",
    "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "0\r\n\r\n",
    "ffffffffffffffff", "HTTP/1.1", "HTTP/1.0", "GET ", "--b", "--b--", "\r\n--b\r\n", "\"", "\\",
    "q=0.5", "bytes=0-", "W/\"", "é",
  ].map { Array($0.utf8) }

  private static let requests: [[UInt8]] =
    [
      "GET /a/b?c=d HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
    ].map { Array($0.utf8) } + MalformedRequest.all.map(\.bytes).filter { $0.count < 500 }

  @Test("Requests are read alike however they are cut, and nothing crashes", arguments: 1...8)
  func requests(seed: UInt64) {
    var numbers = SeededNumbers(state: seed)
    for _ in 0..<400 {
      let seedRequest = Self.requests.randomElement(using: &numbers) ?? []
      let bytes = numbers.mutation(of: seedRequest, with: Self.dictionary)
      guard !bytes.isEmpty else { continue }
      let whole = RequestReading.outcome(bytes, inPiecesOf: bytes.count)
      let size = Int.random(in: 1...9, using: &numbers)
      #expect(RequestReading.outcome(bytes, inPiecesOf: size) == whole, "\(bytes)")
    }
  }

  @Test("Frames are read alike however they are cut, and nothing crashes", arguments: 1...8)
  func frames(seed: UInt64) {
    var numbers = SeededNumbers(state: seed)
    let seeds: [[UInt8]] = [
      MaskedFrame.encode(0x81, Array("hello".utf8)),
      MaskedFrame.encode(0x01, Array("he".utf8)) + MaskedFrame.encode(0x89, [1])
        + MaskedFrame.encode(0x80, Array("llo".utf8)),
      MaskedFrame.encode(0x82, [UInt8](repeating: 7, count: 300)),
      MaskedFrame.encode(0x88, [0x03, 0xe8]),
    ]
    for _ in 0..<400 {
      let bytes = numbers.mutation(
        of: seeds.randomElement(using: &numbers) ?? [], with: Self.dictionary)
      guard !bytes.isEmpty else { continue }
      let size = Int.random(in: 1...9, using: &numbers)
      let whole = Self.events(bytes, inPiecesOf: bytes.count)
      // What came before a mistake may have been handed out already.
      let cut = Self.events(bytes, inPiecesOf: size)
      #expect(whole.violation == cut.violation, "\(bytes)")
      if whole.violation == nil { #expect(cut.events == whole.events, "\(bytes)") }
    }
  }

  private static func events(
    _ bytes: [UInt8], inPiecesOf size: Int
  ) -> (events: [WebSocketDecoder.Event], violation: WebSocketDecoder.Violation?) {
    var decoder = WebSocketDecoder(messageLimit: 1000)
    var events: [WebSocketDecoder.Event] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      do {
        events += try bytes[start..<min(start + size, bytes.count)]
          .withUnsafeBytes { try decoder.consume($0) }
        if case .close? = events.last { break }
      } catch {
        return (events, error as? WebSocketDecoder.Violation)
      }
    }
    return (events, nil)
  }

  @Test("Forms are read alike however they are cut, and nothing crashes", arguments: 1...8)
  func forms(seed: UInt64) throws {
    var numbers = SeededNumbers(state: seed)
    let type = try #require(MediaType("multipart/form-data; boundary=b"))
    let form = Array(
      ("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--b\r\n"
        + "Content-Disposition: form-data; name=\"f\"; filename=\"x.bin\"\r\n\r\nt\r\nwo\r\n--b--\r\n")
        .utf8)
    for _ in 0..<400 {
      let bytes = numbers.mutation(of: form, with: Self.dictionary)
      let whole = try Self.parts(bytes, type, inPiecesOf: bytes.count)
      let size = Int.random(in: 1...9, using: &numbers)
      #expect(try Self.parts(bytes, type, inPiecesOf: size) == whole, "\(bytes)")
    }
  }

  /// The names and contents of a form, or nil when it is none.
  private static func parts(
    _ bytes: [UInt8], _ type: MediaType, inPiecesOf size: Int
  ) throws -> [String]? {
    var parser = try MultipartParser(type)
    var parts: [String] = []
    do throws(MultipartError) {
      for start in stride(from: 0, to: bytes.count, by: size) {
        for event in try parser.consume(Array(bytes[start..<min(start + size, bytes.count)])) {
          switch event {
          case .part(let head): parts.append("\(head.name) \(head.fileName ?? "-") ")
          case .bytes(let bytes): parts[parts.count - 1] += "\(bytes)"
          case .partEnd: parts[parts.count - 1] += "."
          }
        }
      }
      try parser.finish()
    } catch {
      return nil
    }
    return parts.map { $0.replacing("][", with: ", ") }
  }

  @Test("Fields of any kind are read without a crash", arguments: 1...4)
  func fields(seed: UInt64) throws {
    var numbers = SeededNumbers(state: seed)
    let seeds = [
      "text/html;q=0.5, */*", "bytes=0-5", "W/\"a\", \"b\"", "Sun, 06 Nov 1994 08:49:37 GMT",
      "a=b; c=\"d\"", "multipart/form-data; boundary=\"a b\"", "10.0.0.0/8", "a=b&c=%20",
      "::ffff:1.2.3.4",
    ].map { Array($0.utf8) }
    for _ in 0..<1000 {
      let bytes = numbers.mutation(
        of: seeds.randomElement(using: &numbers) ?? [], with: Self.dictionary)
      let text = String(decoding: bytes, as: UTF8.self)
      var headers = Headers()
      for name: FieldName in [.accept, .range, .ifNoneMatch, .ifModifiedSince, .cookie, .ifRange] {
        try? headers.set(name, to: text)
      }
      _ = Preferences(.accept, of: headers).best(of: ["text/html", "application/json"])
      let validators = Validators(eTag: ETag("b"), lastModified: HTTPDate(seconds: 0))
      let range = ByteRange(.get, headers, validators: validators, byteCount: 10)
      if case .part(let part) = range { #expect(part.upperBound <= 10 && !part.isEmpty) }
      _ = validators.evaluate(.get, headers)
      _ = Cookies(headers)["a"]
      _ = MediaType(text)
      _ = AddressBlock(text)
      _ = try? QueryItems(text)
      if let date = HTTPDate(text) { #expect(HTTPDate(date.description) == date) }
    }
  }
}
