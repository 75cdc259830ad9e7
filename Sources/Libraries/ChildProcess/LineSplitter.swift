/// Cuts a stream of bytes into lines of bounded length.
///
/// A line over the limit is dropped as it comes in and reported once, so that a child cannot fill our memory.
struct LineSplitter {
  enum Line: Hashable {
    /// Without its line feed.
    case complete([UInt8])
    case tooLong(byteCount: Int)
  }

  let limit: Int
  private var partial: [UInt8] = []
  private var droppedByteCount = 0

  init(limit: Int) {
    precondition(limit > 0, "a line needs room for one byte")
    self.limit = limit
  }

  /// The lines that `bytes` complete.
  mutating func append(_ bytes: some Sequence<UInt8>) -> [Line] {
    var lines: [Line] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        lines.append(finishLine())
      } else if droppedByteCount > 0 {
        droppedByteCount += 1
      } else if partial.count == limit {
        droppedByteCount = limit + 1
        partial.removeAll()
      } else {
        partial.append(byte)
      }
    }
    return lines
  }

  /// What came after the last line feed; nil when there is nothing.
  mutating func finish() -> Line? {
    partial.isEmpty && droppedByteCount == 0 ? nil : finishLine()
  }

  private mutating func finishLine() -> Line {
    defer {
      partial.removeAll()
      droppedByteCount = 0
    }
    return droppedByteCount > 0 ? .tooLong(byteCount: droppedByteCount) : .complete(partial)
  }
}
