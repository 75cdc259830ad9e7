import HTTPTypes

/// How the end of an answer's body is shown (RFC 9112 section 6.3).
enum ResponseFraming: Sendable, Hashable {
  /// There is none, and nothing says how long it would be.
  case none
  case length(Int)
  case chunked
  /// The connection ends with it.
  case untilClosed

  init(_ status: Status, byteCount: Int?, version: HTTPVersion) {
    if status.forbidsContent {
      self = .none
    } else if let byteCount {
      self = .length(byteCount)
    } else {
      self = version == .http11 ? .chunked : .untilClosed
    }
  }
}

/// Writes the first part of an answer.
enum ResponseHead {
  static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// - Parameters:
  ///   - date: as the `Date` field wants it.
  ///   - keepsAlive: whether another request may follow on the connection.
  static func encode(
    _ status: Status, _ headers: Headers, framing: ResponseFraming, version: HTTPVersion,
    keepsAlive: Bool, date: String
  ) -> [UInt8] {
    var head: [UInt8] = []
    head.reserveCapacity(320)
    head += "HTTP/1.1 ".utf8
    head += String(status.code).utf8
    head.append(0x20)
    head += status.phrase.utf8
    head += [0x0d, 0x0a]
    append("Date: ", date, to: &head)
    for field in headers.fields where !isOwn(field.name) {
      head += field.name.spelling.utf8
      append(": ", field.value, to: &head)
    }
    switch framing {
    case .none, .untilClosed: break
    case .length(let count): append("Content-Length: ", String(count), to: &head)
    case .chunked: append("Transfer-Encoding: ", "chunked", to: &head)
    }
    if status == .switchingProtocols {
      append("Connection: ", "Upgrade", to: &head)
    } else if status == .upgradeRequired, headers.contains(.upgrade) {
      append("Connection: ", keepsAlive ? "Upgrade" : "Upgrade, close", to: &head)
    } else if !keepsAlive {
      append("Connection: ", "close", to: &head)
    } else if version == .http10 {
      append("Connection: ", "keep-alive", to: &head)
    }
    head += [0x0d, 0x0a]
    return head
  }

  /// A chunk as it is sent; an empty one would be the last.
  static func chunk(_ pieces: [[UInt8]]) -> [UInt8] {
    let count = pieces.reduce(0) { $0 + $1.count }
    var chunk: [UInt8] = []
    chunk.reserveCapacity(count + 20)
    chunk += String(count, radix: 16).utf8
    chunk += [0x0d, 0x0a]
    for piece in pieces { chunk += piece }
    chunk += [0x0d, 0x0a]
    return chunk
  }

  static let lastChunk = Array("0\r\n\r\n".utf8)

  /// Told by its length first, which is quicker than hashing.
  private static func isOwn(_ name: FieldName) -> Bool {
    switch name.lowercased.utf8.count {
    case 4: name == .date
    case 10: name == .connection
    case 14: name == .contentLength
    case 17: name == .transferEncoding
    default: false
    }
  }

  private static func append(_ name: String, _ value: String, to head: inout [UInt8]) {
    head += name.utf8
    head += value.utf8
    head += [0x0d, 0x0a]
  }
}
