import HTTPTypes

/// Takes a chunked body apart (RFC 9112 section 7.1), whatever way its bytes are cut.
///
/// Extensions and trailer fields are checked and forgotten.
struct ChunkedDecoder {
  private enum State: Hashable {
    case size, chunkExtension, sizeLineFeed, data, dataReturn, dataLineFeed
    case trailer, trailerLineFeed, finished
  }

  private static let extensionLimit = 256
  private static let trailerLimit = 8192

  private var state = State.size
  /// Of the chunk: its size while that is read, then what is still to come.
  private var remaining = 0
  private var digitCount = 0
  private var extensionByteCount = 0
  private var trailerByteCount = 0
  private var trailerLine: [UInt8] = []

  var isFinished: Bool { state == .finished }

  /// Returns how many bytes belong to the body; what follows them is the next request.
  mutating func consume(
    _ bytes: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) -> Void
  ) throws(Refusal) -> Int {
    var index = 0
    while index < bytes.count, state != .finished {
      if state == .data {
        let count = min(remaining, bytes.count - index)
        sink(UnsafeRawBufferPointer(rebasing: bytes[index..<index + count]))
        index += count
        remaining -= count
        if remaining == 0 { state = .dataReturn }
      } else {
        try take(bytes[index])
        index += 1
      }
    }
    return index
  }

  private mutating func take(_ octet: UInt8) throws(Refusal) {
    switch state {
    case .size: try takeSize(octet)
    case .chunkExtension: try takeExtension(octet)
    case .sizeLineFeed:
      try expect(octet, 0x0a)
      state = remaining == 0 ? .trailer : .data
      digitCount = 0
      extensionByteCount = 0
    case .dataReturn:
      try expect(octet, 0x0d)
      state = .dataLineFeed
    case .dataLineFeed:
      try expect(octet, 0x0a)
      state = .size
    case .trailer: try takeTrailer(octet)
    case .trailerLineFeed:
      try expect(octet, 0x0a)
      try endTrailerLine()
    case .data, .finished: break
    }
  }

  private mutating func takeSize(_ octet: UInt8) throws(Refusal) {
    if let digit = Characters.hexValue(octet) {
      digitCount += 1
      // 15 digits always fit; leading zeros are no reason for more.
      guard digitCount <= 15 else { throw .malformed("the size of a chunk is too large") }
      remaining = remaining << 4 | Int(digit)
      return
    }
    guard digitCount > 0 else { throw .malformed("the size of a chunk is no number") }
    switch octet {
    case 0x0d: state = .sizeLineFeed
    case UInt8(ascii: ";"): state = .chunkExtension
    default: throw .malformed("the size of a chunk is no number")
    }
  }

  private mutating func takeExtension(_ octet: UInt8) throws(Refusal) {
    if octet == 0x0d {
      state = .sizeLineFeed
      return
    }
    extensionByteCount += 1
    guard extensionByteCount <= Self.extensionLimit else {
      throw .malformed("the extension of a chunk is too long")
    }
    guard Characters.isFieldOctet(octet) else {
      throw .malformed("the extension of a chunk has a control character in it")
    }
  }

  private mutating func takeTrailer(_ octet: UInt8) throws(Refusal) {
    trailerByteCount += 1
    guard trailerByteCount <= Self.trailerLimit else {
      throw Refusal(.headerFieldsTooLarge, "the trailer is too long")
    }
    if octet == 0x0d {
      state = .trailerLineFeed
      return
    }
    guard Characters.isFieldOctet(octet) else {
      throw .malformed("the trailer has a control character in it")
    }
    trailerLine.append(octet)
  }

  private mutating func endTrailerLine() throws(Refusal) {
    guard !trailerLine.isEmpty else {
      state = .finished
      return
    }
    let name = trailerLine.prefix { $0 != UInt8(ascii: ":") }
    guard name.count < trailerLine.count, Characters.isToken(name) else {
      throw .malformed("the trailer has a line that is no field")
    }
    trailerLine.removeAll()
    state = .trailer
  }

  private func expect(_ octet: UInt8, _ wanted: UInt8) throws(Refusal) {
    guard octet == wanted else { throw .malformed("a chunk does not end where it should") }
  }
}

/// Takes a body from the bytes of a connection.
enum BodyDecoder {
  case length(remaining: Int)
  case chunked(ChunkedDecoder)

  init?(_ framing: BodyFraming) {
    switch framing {
    case .none: return nil
    case .length(let count): self = .length(remaining: count)
    case .chunked: self = .chunked(ChunkedDecoder())
    }
  }

  var isFinished: Bool {
    switch self {
    case .length(let remaining): remaining == 0
    case .chunked(let decoder): decoder.isFinished
    }
  }

  /// Returns how many bytes belong to the body.
  mutating func consume(
    _ bytes: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) -> Void
  ) throws(Refusal) -> Int {
    switch self {
    case .length(let remaining):
      let count = min(remaining, bytes.count)
      if count > 0 { sink(UnsafeRawBufferPointer(rebasing: bytes[..<count])) }
      self = .length(remaining: remaining - count)
      return count
    case .chunked(var decoder):
      let count = try decoder.consume(bytes, into: sink)
      self = .chunked(decoder)
      return count
    }
  }
}
