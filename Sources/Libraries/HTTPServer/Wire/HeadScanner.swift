import HTTPTypes

/// Finds the end of a request's head in bytes that come in pieces, and looks at each byte once.
///
/// Lines end in CR LF and nothing else (RFC 9112 section 2.2 allows to take a bare LF for a line end; what two
/// servers may read in two ways is refused instead).
struct HeadScanner {
  enum Outcome: Hashable {
    case incomplete
    /// Where the head begins and ends, with the empty line.
    case complete(Range<Int>)
  }

  private let limits: ServerLimits
  private var position = 0
  private var headStart = 0
  private var lineStart = 0
  private var lineCount = 0
  private var followsReturn = false

  init(limits: ServerLimits) { self.limits = limits }

  /// Whether nothing of a head was seen yet.
  var isAtStart: Bool { position == 0 }

  /// - Parameter bytes: all since the head began, those that were seen before included.
  mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Outcome {
    while position < bytes.count {
      let octet = bytes[position]
      position += 1
      if position - headStart > limits.headByteCount { try refuseLength() }
      if followsReturn || octet == 0x0a {
        guard followsReturn, octet == 0x0a else {
          throw .malformed("a line does not end in CR LF")
        }
        followsReturn = false
        if try endLine() { return .complete(headStart..<position) }
      } else if octet == 0x0d {
        followsReturn = true
      } else if octet == 0 {
        throw .malformed("there is a NUL in the head")
      }
    }
    if lineCount == 0, position - lineStart > limits.targetByteCount + 64 { try refuseLength() }
    return .incomplete
  }

  mutating func reset() { self = HeadScanner(limits: limits) }

  /// True at the empty line that ends the head.
  private mutating func endLine() throws(Refusal) -> Bool {
    let isEmpty = position - lineStart == 2
    lineStart = position
    if isEmpty {
      if lineCount > 0 { return true }
      // One empty line before a request is let pass, since old clients send one after a body.
      guard headStart == 0 else { throw .malformed("there are empty lines before the request") }
      headStart = position
      return false
    }
    lineCount += 1
    guard lineCount - 1 <= limits.fieldCount else {
      throw Refusal(
        .headerFieldsTooLarge, "there are more than \(limits.fieldCount) header fields")
    }
    return false
  }

  private func refuseLength() throws(Refusal) {
    guard lineCount > 0 else {
      throw Refusal(
        .uriTooLong, "the request target is longer than \(limits.targetByteCount) bytes")
    }
    throw Refusal(
      .headerFieldsTooLarge, "the head is longer than \(limits.headByteCount) bytes")
  }
}
