import HTTPTypes
import Testing

@Suite("Frames of a WebSocket")
struct WebSocketCodecTests {
  private static func decode(
    _ bytes: [UInt8], inPiecesOf size: Int = .max, limit: Int = 1 << 20
  ) throws -> [WebSocketDecoder.Event] {
    var decoder = WebSocketDecoder(messageLimit: limit)
    var events: [WebSocketDecoder.Event] = []
    for start in stride(from: 0, to: bytes.count, by: min(size, bytes.count)) {
      let piece = bytes[start..<min(start + min(size, bytes.count), bytes.count)]
      events += try piece.withUnsafeBytes { try decoder.consume($0) }
    }
    return events
  }

  @Test("The RFC's own example is read", arguments: [1, 2, 100])
  func example(size: Int) throws {
    let bytes: [UInt8] = [
      0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
    ]
    #expect(try Self.decode(bytes, inPiecesOf: size) == [.message(.text("Hello"))])
  }

  @Test("Fragments become one message, with a ping in between", arguments: [1, 3, 1000])
  func fragments(size: Int) throws {
    let euro = Array("€".utf8)
    let bytes =
      MaskedFrame.encode(0x01, [euro[0]]) + MaskedFrame.encode(0x89, [1, 2])
      + MaskedFrame.encode(0x00, [euro[1]]) + MaskedFrame.encode(0x8a, [])
      + MaskedFrame.encode(0x80, [euro[2]]) + MaskedFrame.encode(0x82, [])
    #expect(
      try Self.decode(bytes, inPiecesOf: size) == [
        .ping([1, 2]), .pong, .message(.text("€")), .message(.binary([])),
      ])
  }

  @Test("Long messages are read up to the limit", arguments: [125, 126, 65_535, 65_536])
  func lengths(count: Int) throws {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let frame = MaskedFrame.encode(0x82, payload)
    #expect(try Self.decode(frame, inPiecesOf: 999, limit: count) == [.message(.binary(payload))])
    let error = #expect(throws: WebSocketDecoder.Violation.self) {
      try Self.decode(frame, limit: count - 1)
    }
    #expect(error?.code == .messageTooBig)
  }

  @Test("What a server sends is what a client expects", arguments: [0, 125, 126, 65_535, 65_536])
  func encoding(count: Int) {
    let bytes = EncodedMessage(.binary([UInt8](repeating: 5, count: count))).bytes
    let header: [UInt8] =
      switch count {
      case ...125: [0x82, UInt8(count)]
      case ...65_535: [0x82, 126, UInt8(count >> 8), UInt8(count & 255)]
      default:
        [0x82, 127, 0, 0, 0, 0, 0, UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255)]
      }
    #expect(bytes.starts(with: header))
    #expect(bytes.count == header.count + count)
  }

  @Test(
    "A client that breaks the rules is told which",
    arguments: [
      ("no mask", [0x81, 0x05], 1002),
      ("a reserved bit", [0xc1, 0x80], 1002),
      ("an unknown opcode", [0x83, 0x80], 1002),
      ("an unknown control opcode", [0x8b, 0x80], 1002),
      ("a ping that is fragmented", [0x09, 0x80], 1002),
      ("a ping that is too long", [0x89, 0xfe, 0x00, 0x80], 1002),
      ("a continuation of nothing", [0x80, 0x80], 1002),
      ("a message in a message", MaskedFrame.encode(0x01, [65]) + [0x81, 0x80], 1002),
      ("a length in two bytes that fits one", [0x82, 0xfe, 0x00, 0x7d], 1002),
      ("a length in eight bytes that fits two", [0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 1002),
      ("a negative length", [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], 1002),
      ("a length that nobody has", [0x82, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0], 1009),
      ("text that is not UTF-8", MaskedFrame.encode(0x81, [0xc3, 0x28]), 1007),
      ("an overlong character", MaskedFrame.encode(0x81, [0xc0, 0xaf]), 1007),
      ("a surrogate", MaskedFrame.encode(0x81, [0xed, 0xa0, 0x80]), 1007),
      ("a character beyond the last", MaskedFrame.encode(0x81, [0xf4, 0x90, 0x80, 0x80]), 1007),
      ("text that is cut short", MaskedFrame.encode(0x81, [0xe2, 0x82]), 1007),
      ("bad text before its end", MaskedFrame.encode(0x01, [0xff]), 1007),
      ("a close code of one byte", MaskedFrame.encode(0x88, [3]), 1002),
      ("close code 1005", MaskedFrame.close(1005), 1002),
      ("close code 1006", MaskedFrame.close(1006), 1002),
      ("close code 999", MaskedFrame.close(999), 1002),
      ("close code 2999", MaskedFrame.close(2999), 1002),
      ("close code 5000", MaskedFrame.close(5000), 1002),
      ("a close reason that is not UTF-8", MaskedFrame.encode(0x88, [3, 232, 0xff]), 1007),
    ] as [(String, [UInt8], Int)])
  func violations(name: String, bytes: [UInt8], code: Int) {
    for size in [1, 1000] {
      let error = #expect(throws: WebSocketDecoder.Violation.self) {
        try Self.decode(bytes, inPiecesOf: size)
      }
      #expect(error.map { Int($0.code.number) } == code)
    }
  }

  @Test("A close is read with its code and without", arguments: [1000, 1001, 1011, 3000, 4999])
  func closes(code: Int) throws {
    #expect(try Self.decode(MaskedFrame.close(code)) == [.close(WebSocketCloseCode(code))])
    #expect(try Self.decode(MaskedFrame.encode(0x88, [])) == [.close(nil)])
  }

  @Test("A reason is cut between characters, so that it fits a control frame")
  func reason() {
    let frame = WebSocketFrame.close(.normal, reason: String(repeating: "ä", count: 100))
    #expect(frame[1] == 2 + 122)
    #expect(frame.count == 2 + 124)
  }

  private static func request(_ fields: [(String, String)], method: Method = .get) throws -> Request
  {
    var headers = Headers()
    for (name, value) in fields { try headers.append(try #require(FieldName(name)), value) }
    return try Request(method, "/", headers: headers)
  }

  private static let fields = [
    ("Upgrade", "WebSocket"), ("Connection", "keep-alive, Upgrade"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"),
  ]

  @Test("The RFC's own handshake is answered with its own key")
  func handshake() throws {
    let request = try Self.request(Self.fields + [("Sec-WebSocket-Protocol", "a, b")])
    let response = try Response.webSocket(for: request, subprotocols: ["b", "a"]) { _ in }
    #expect(response.status == .switchingProtocols)
    #expect(response.headers[.webSocketAccept] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(response.headers[.webSocketProtocol] == "a")
  }

  @Test(
    "A handshake that is none is refused",
    arguments: [
      ("Upgrade", nil, 426), ("Connection", "close", 426), ("Sec-WebSocket-Version", "8", 426),
      ("Sec-WebSocket-Key", nil, 400), ("Sec-WebSocket-Key", "short", 400),
      ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ", 400), ("Origin", "https://evil", 403),
    ] as [(String, String?, Int)])
  func refusals(name: String, value: String?, status: Int) throws {
    var fields = Self.fields.filter { $0.0 != name }
    if let value { fields.append((name, value)) }
    let request = try Self.request(fields)
    let error = #expect(throws: HTTPError.self) {
      try Response.webSocket(for: request, origins: ["https://good"]) { _ in }
    }
    #expect(error?.status.code == status)
  }
}
