import Glibc

/// Cuts a stream of bytes into lines. A line over the limit is dropped as it comes in and told once.
public struct LineFramer: Sendable {
  public enum Line: Sendable, Hashable {
    /// Without its line feed.
    case complete([UInt8])
    case tooLong(byteCount: Int)
  }

  public let limit: Int
  private var partial: [UInt8] = []
  private var droppedByteCount = 0

  public init(limit: Int) { self.limit = limit }

  public mutating func append(_ bytes: UnsafeRawBufferPointer, _ body: (Line) -> Void) {
    guard let base = bytes.baseAddress else { return }
    var start = 0
    while start < bytes.count {
      let rest = bytes.count - start
      guard let end = memchr(base + start, 0x0A, rest) else {
        take(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        return
      }
      let length = UnsafeRawPointer(end) - (base + start)
      take(UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
      body(finishLine())
      start += length + 1
    }
  }

  /// What came after the last line feed; nil when there is nothing.
  public mutating func finish() -> Line? {
    partial.isEmpty && droppedByteCount == 0 ? nil : finishLine()
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer) {
    if droppedByteCount > 0 {
      droppedByteCount += bytes.count
    } else if partial.count + bytes.count > limit {
      droppedByteCount = partial.count + bytes.count
      partial = []
    } else {
      partial += bytes
    }
  }

  private mutating func finishLine() -> Line {
    defer {
      partial = []
      droppedByteCount = 0
    }
    return droppedByteCount > 0 ? .tooLong(byteCount: droppedByteCount) : .complete(partial)
  }
}
