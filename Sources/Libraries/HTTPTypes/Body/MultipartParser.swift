#if canImport(Glibc)
  import Glibc
#endif

/// Takes `multipart/form-data` (RFC 7578, RFC 2046 section 5.1) apart as its bytes arrive, whatever way they are cut.
///
/// Nothing is kept but a part's header and as many bytes as a boundary is long.
public struct MultipartParser: Sendable {
  public struct Limits: Sendable, Hashable {
    public var parts = 1000
    /// Of one part, in bytes.
    public var headerByteCount = 8192

    public init() {}
  }

  public enum Event: Sendable, Hashable {
    /// A part begins.
    case part(MultipartHead)
    /// The next bytes of the part.
    case bytes([UInt8])
    case partEnd
  }

  private enum State { case preamble, header, content, afterBoundary, epilogue }

  private let limits: Limits
  /// CR LF, two dashes and the boundary.
  private let delimiter: [UInt8]
  private var state = State.preamble
  private var pending: [UInt8]
  private var partCount = 0

  /// Throws when `type` is not `multipart/form-data` or its boundary is missing or forbidden.
  public init(_ type: MediaType, limits: Limits = Limits()) throws(MultipartError) {
    guard type.essence == "multipart/form-data" else {
      throw MultipartError("the body is \"\(type.essence)\", not \"multipart/form-data\"")
    }
    guard let boundary = type.parameters["boundary"], (1...70).contains(boundary.utf8.count),
      boundary.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), boundary.utf8.last != 0x20
    else { throw MultipartError("the boundary is missing or not 1 to 70 printable characters") }
    self.limits = limits
    delimiter = Array("\r\n--\(boundary)".utf8)
    // The first boundary may begin the body, without a line end before it.
    pending = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
  }

  /// What `bytes` complete.
  public mutating func consume(_ bytes: [UInt8]) throws(MultipartError) -> [Event] {
    pending += bytes
    var events: [Event] = []
    var start = 0
    loop: while true {
      switch state {
      case .preamble, .content:
        guard takeContent(&start, into: &events) else { break loop }
        state = .afterBoundary
      case .afterBoundary:
        guard try takeBoundaryEnd(&start) else { break loop }
      case .header:
        guard let head = try takeHead(&start) else { break loop }
        events.append(.part(head))
        state = .content
      case .epilogue:
        start = pending.count
        break loop
      }
    }
    pending.removeFirst(start)
    return events
  }

  /// Throws when the last boundary did not come.
  public func finish() throws(MultipartError) {
    guard state == .epilogue else {
      throw MultipartError("the body ends before its closing boundary")
    }
  }

  /// True when a delimiter was found and passed.
  private mutating func takeContent(_ start: inout Int, into events: inout [Event]) -> Bool {
    let found = find(from: start)
    // What cannot be the beginning of a delimiter is content.
    let end = found ?? max(start, pending.count - (delimiter.count - 1))
    if state == .content {
      if end > start { events.append(.bytes(Array(pending[start..<end]))) }
      if found != nil { events.append(.partEnd) }
    }
    start = found.map { $0 + delimiter.count } ?? end
    return found != nil
  }

  /// After a delimiter: blanks and a line end, or two dashes after which nothing counts.
  private mutating func takeBoundaryEnd(_ start: inout Int) throws(MultipartError) -> Bool {
    var index = start
    if pending.count - index >= 2, pending[index] == UInt8(ascii: "-"),
      pending[index + 1] == UInt8(ascii: "-")
    {
      start = index + 2
      state = .epilogue
      return true
    }
    while index < pending.count, Characters.isSpaceOrTab(pending[index]) { index += 1 }
    guard index - start <= 64 else { throw MultipartError("a boundary line is too long") }
    guard pending.count - index >= 2 else {
      let isPossible =
        index == pending.count || pending[index] == UInt8(ascii: "\r")
        || (index == start && pending[index] == UInt8(ascii: "-"))
      guard isPossible else { throw MultipartError("a boundary line goes on after the boundary") }
      return false
    }
    guard pending[index] == UInt8(ascii: "\r"), pending[index + 1] == UInt8(ascii: "\n") else {
      throw MultipartError("a boundary line goes on after the boundary")
    }
    partCount += 1
    guard partCount <= limits.parts else {
      throw MultipartError("there are more than \(limits.parts) parts")
    }
    // The line end is left for the header, so that an empty one is found as well.
    start = index
    state = .header
    return true
  }

  private mutating func takeHead(_ start: inout Int) throws(MultipartError) -> MultipartHead? {
    let limit = limits.headerByteCount
    // An empty header: the boundary's line end and at once the empty line.
    var index = start
    while index + 3 < pending.count {
      if pending[index] == 0x0d, pending[index + 1] == 0x0a, pending[index + 2] == 0x0d,
        pending[index + 3] == 0x0a
      {
        guard index - start <= limit else { break }
        let head = try MultipartHead(pending[min(start + 2, index)..<index])
        start = index + 4
        return head
      }
      index += 1
    }
    guard pending.count - start <= limit + 4 else {
      throw MultipartError("a part's header is longer than \(limit) bytes")
    }
    return nil
  }

  private func find(from start: Int) -> Int? {
    pending.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      var index = start
      while index <= bytes.count - delimiter.count {
        guard
          let hit = memchr(
            base + index, Int32(UInt8(ascii: "\r")), bytes.count - delimiter.count - index + 1)
        else { return nil }
        index = UnsafeRawPointer(hit) - base
        if delimiter.elementsEqual(bytes[index..<index + delimiter.count]) {
          return index
        }
        index += 1
      }
      return nil
    }
  }
}

/// A `multipart` body that breaks the rules, and which.
public struct MultipartError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
