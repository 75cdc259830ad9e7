/// Takes apart what a client sends over a WebSocket (RFC 6455 section 5), whatever way the bytes are cut.
package struct WebSocketDecoder: Sendable {
  package enum Event: Sendable, Hashable {
    case message(WebSocketMessage)
    case ping([UInt8])
    case pong
    /// Nil when the client gave no code.
    case close(WebSocketCloseCode?)
  }

  /// A client that broke the rules, and the code that tells it so.
  package struct Violation: Error, Sendable, Hashable {
    package let code: WebSocketCloseCode
    package let reason: String
  }

  private struct Header {
    let isFinal: Bool
    let opcode: WebSocketFrame.Opcode
    let length: Int
    let mask: (UInt8, UInt8, UInt8, UInt8)
  }

  /// Of one message, over all its frames, in bytes.
  let messageLimit: Int
  private var headerBytes: [UInt8] = []
  private var header: Header?
  /// Of the current frame's payload.
  private var received = 0
  private var control: [UInt8] = []
  private var message: [UInt8] = []
  /// Of the message that is coming in; nil between messages.
  private var messageOpcode: WebSocketFrame.Opcode?
  private var text = UTF8Validator()

  package init(messageLimit: Int) { self.messageLimit = messageLimit }

  /// What `bytes` complete; nothing follows a `close`.
  package mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(Violation) -> [Event] {
    var events: [Event] = []
    var rest = bytes[...]
    while true {
      guard let current = header else {
        guard let first = rest.first else { return events }
        rest = rest.dropFirst()
        headerBytes.append(first)
        header = try parseHeader()
        continue
      }
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(current.length - received))
      rest = rest.dropFirst(piece.count)
      try take(piece, current)
      guard received == current.length else { return events }
      header = nil
      headerBytes.removeAll(keepingCapacity: true)
      received = 0
      if let event = try finish(current) {
        events.append(event)
        if case .close = event { return events }
      }
    }
  }

  /// Nil while it is not complete. Checks each thing as soon as it is there.
  private func parseHeader() throws(Violation) -> Header? {
    let bytes = headerBytes
    guard bytes[0] & 0x70 == 0 else { throw Self.wrong("a reserved bit is set") }
    guard let opcode = WebSocketFrame.Opcode(rawValue: bytes[0] & 0x0f) else {
      throw Self.wrong("the opcode is unknown")
    }
    guard bytes.count >= 2 else { return nil }
    let isFinal = bytes[0] & 0x80 != 0
    guard bytes[1] & 0x80 != 0 else { throw Self.wrong("a client's frame is not masked") }
    let shortLength = Int(bytes[1] & 0x7f)
    if opcode.isControl, !isFinal || shortLength > 125 {
      throw Self.wrong("a control frame is fragmented or too long")
    }
    if !opcode.isControl, (opcode == .continuation) != (messageOpcode != nil) {
      throw Self.wrong("a frame does not continue what came before")
    }
    let lengthBytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0
    guard bytes.count >= 2 + lengthBytes else { return nil }
    let length = try Self.length(shortLength, bytes[2..<2 + lengthBytes])
    if !opcode.isControl, length > messageLimit - message.count {
      throw Violation(
        code: .messageTooBig, reason: "a message may have \(messageLimit) bytes")
    }
    guard bytes.count == 6 + lengthBytes else { return nil }
    let mask = bytes.suffix(4)
    let first = mask.startIndex
    return Header(
      isFinal: isFinal, opcode: opcode, length: length,
      mask: (mask[first], mask[first + 1], mask[first + 2], mask[first + 3]))
  }

  private static func length(
    _ short: Int, _ extended: ArraySlice<UInt8>
  ) throws(Violation) -> Int {
    guard !extended.isEmpty else { return short }
    let value = extended.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard value >= (extended.count == 2 ? 126 : 65_536), value <= UInt64(Int.max) else {
      throw wrong("a length is not written the shortest way")
    }
    return Int(value)
  }

  private mutating func take(
    _ piece: UnsafeRawBufferPointer, _ header: Header
  ) throws(Violation) {
    guard !piece.isEmpty else { return }
    let mask = [header.mask.0, header.mask.1, header.mask.2, header.mask.3]
    let start = received
    received += piece.count
    let unmasked = [UInt8](unsafeUninitializedCapacity: piece.count) { buffer, count in
      for index in 0..<piece.count { buffer[index] = piece[index] ^ mask[(start + index) & 3] }
      count = piece.count
    }
    if header.opcode.isControl {
      control += unmasked
      return
    }
    let isText = (messageOpcode ?? header.opcode) == .text
    if isText, !unmasked.withUnsafeBytes({ text.consume($0) }) { throw Self.notUTF8 }
    message += unmasked
  }

  private mutating func finish(_ header: Header) throws(Violation) -> Event? {
    switch header.opcode {
    case .ping, .pong, .close:
      let payload = control
      control = []
      return try Self.controlEvent(header.opcode, payload)
    case .text, .binary, .continuation:
      let opcode = messageOpcode ?? header.opcode
      messageOpcode = header.isFinal ? nil : opcode
      guard header.isFinal else { return nil }
      let bytes = message
      message = []
      guard opcode == .text else { return .message(.binary(bytes)) }
      guard text.isComplete else { throw Self.notUTF8 }
      return .message(.text(String(decoding: bytes, as: UTF8.self)))
    }
  }

  private static func controlEvent(
    _ opcode: WebSocketFrame.Opcode, _ payload: [UInt8]
  ) throws(Violation) -> Event {
    switch opcode {
    case .ping: return .ping(payload)
    case .close: return .close(try closeCode(payload))
    default: return .pong
    }
  }

  private static func closeCode(_ payload: [UInt8]) throws(Violation) -> WebSocketCloseCode? {
    if payload.isEmpty { return nil }
    guard payload.count >= 2,
      let code = WebSocketCloseCode(Int(payload[0]) << 8 | Int(payload[1]))
    else { throw wrong("the code of a close frame is malformed") }
    var validator = UTF8Validator()
    let isText = payload.withUnsafeBytes {
      validator.consume(UnsafeRawBufferPointer(rebasing: $0.dropFirst(2)))
    }
    guard isText, validator.isComplete else { throw notUTF8 }
    return code
  }

  private static func wrong(_ reason: String) -> Violation {
    Violation(code: .protocolError, reason: reason)
  }

  private static let notUTF8 = Violation(code: .invalidPayload, reason: "the text is not UTF-8")
}
