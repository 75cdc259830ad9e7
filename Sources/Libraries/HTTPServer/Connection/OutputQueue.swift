import CSockets
import HTTPTypes

/// What a connection has to send, in order.
struct OutputQueue {
  enum Outcome { case drained, blocked, yielded, failed }

  private enum Segment {
    case bytes([UInt8], start: Int)
    case file(any FileContent, Range<Int>)
  }

  /// Smaller pieces are put together, so that they go out in one call.
  private static let joinLimit = 16 << 10
  /// How much one connection may send before others have their turn.
  private static let turn = 4 << 20

  private var segments: [Segment] = []
  private var first = 0
  /// In memory.
  private(set) var byteCount = 0
  /// Since the connection began.
  private(set) var sentByteCount = 0

  var isEmpty: Bool { first == segments.count }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    byteCount += bytes.count
    if bytes.count <= Self.joinLimit, first < segments.count,
      case .bytes(var last, let start) = segments[segments.count - 1],
      last.count - start + bytes.count <= Self.joinLimit
    {
      // Taken out while it changes, so that it is not copied.
      segments[segments.count - 1] = .bytes([], start: 0)
      last += bytes
      segments[segments.count - 1] = .bytes(last, start: start)
    } else {
      segments.append(.bytes(bytes, start: 0))
    }
  }

  mutating func append(_ file: any FileContent, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    segments.append(.file(file, range))
  }

  /// Drops what was not begun.
  mutating func removeAll() { self = OutputQueue(sentByteCount: sentByteCount) }

  init() {}

  private init(sentByteCount: Int) { self.sentByteCount = sentByteCount }

  mutating func write(to transport: Transport) -> Outcome {
    var budget = Self.turn
    while first < segments.count {
      if budget <= 0 { return .yielded }
      switch send(transport) {
      case .moved(let count):
        budget -= count
        sentByteCount += count
        advance(by: count)
      case .blocked: return .blocked
      case .ended, .failed: return .failed
      }
    }
    segments.removeAll(keepingCapacity: segments.capacity <= 4)
    first = 0
    return .drained
  }

  private func send(_ transport: Transport) -> TransportOutcome {
    switch segments[first] {
    case .bytes(let bytes, let start):
      bytes.withUnsafeBytes {
        transport.write(
          UnsafeRawBufferPointer(rebasing: $0[start...]), more: first + 1 < segments.count)
      }
    case .file(let file, let range): sendFile(file, range, transport)
    }
  }

  private func sendFile(
    _ file: any FileContent, _ range: Range<Int>, _ transport: Transport
  ) -> TransportOutcome {
    // The loop must not wait for the disk: the kernel is asked for what comes after this turn.
    if range.lowerBound % Self.turn < 1 << 20 {
      vc_will_need(file.descriptor, Int64(range.lowerBound), Int64(2 * Self.turn))
    }
    return transport.send(file, range)
  }

  private mutating func advance(by count: Int) {
    switch segments[first] {
    case .bytes(let bytes, let start):
      byteCount -= count
      segments[first] = .bytes(bytes, start: start + count)
      if start + count == bytes.count { dropFirst() }
    case .file(let file, let range):
      segments[first] = .file(file, range.lowerBound + count..<range.upperBound)
      if range.count == count { dropFirst() }
    }
  }

  private mutating func dropFirst() {
    segments[first] = .bytes([], start: 0)
    first += 1
  }
}
