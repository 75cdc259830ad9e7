/// Finds lines and columns in UTF-8 text, as an editor counts them.
///
/// A line ends with LF, CR LF or CR; U+0085, U+2028 and U+2029 end none, unlike in libyaml. A byte
/// order mark at the beginning belongs to no line. Invalid UTF-8 is counted by its lead bytes and
/// never traps.
public struct TextIndex: Sendable {
  public let bytes: [UInt8]
  /// Where the text begins: 3 after a byte order mark, else 0.
  public let start: Int
  private let lineStarts: [Int]
  /// Every byte is a scalar then.
  private let isASCII: Bool
  /// Scalars before byte `step * index`; makes a column cost at most `step` bytes of counting.
  private let checkpoints: [Int]
  private static let step = 256

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    (lineStarts, checkpoints) = Self.scan(bytes, from: start)
    isASCII = bytes.allSatisfy { $0 < 0x80 }
  }

  public var lineCount: Int { lineStarts.count }

  /// The mark of a byte; offsets outside the text are held at its ends.
  public func mark(atByte offset: Int) -> YAMLMark {
    let offset = min(max(offset, start), bytes.count)
    let line = lineStarts.partitioningIndex { $0 > offset } - 1
    let column = scalarCount(before: offset) - scalarCount(before: lineStarts[line]) + 1
    return YAMLMark(line: line + 1, column: column, offset: offset)
  }

  /// The byte where scalar number `index` begins, counted from `start`.
  public func byte(ofScalar index: Int) -> Int {
    if isASCII { return min(index, bytes.count) }
    let wanted = index + scalarCount(before: start)
    let checkpoint = max(0, checkpoints.partitioningIndex { $0 > wanted } - 1)
    var count = checkpoints[checkpoint]
    var offset = checkpoint * Self.step
    while offset < bytes.count {
      if !Self.isContinuation(bytes[offset]) {
        if count == wanted { return offset }
        count += 1
      }
      offset += 1
    }
    return bytes.count
  }

  /// The first byte of a line, which is from 1; the end of the text for a line behind it.
  public func lineStart(_ number: Int) -> Int {
    (1...lineStarts.count).contains(number) ? lineStarts[number - 1] : bytes.count
  }

  /// The bytes of a line without its end; `number` is from 1. Empty for a line that is not there.
  public func line(_ number: Int) -> ArraySlice<UInt8> {
    guard (1...lineStarts.count).contains(number) else { return [] }
    let begin = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] : bytes.count
    while end > begin, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return bytes[begin..<end]
  }

  private func scalarCount(before offset: Int) -> Int {
    if isASCII { return offset }
    let checkpoint = offset / Self.step
    var count = checkpoints[checkpoint]
    for byte in bytes[(checkpoint * Self.step)..<offset] where !Self.isContinuation(byte) {
      count += 1
    }
    return count
  }

  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  private static func scan(
    _ bytes: [UInt8], from start: Int
  ) -> (lineStarts: [Int], checkpoints: [Int]) {
    var lineStarts = [start]
    var checkpoints: [Int] = []
    checkpoints.reserveCapacity(bytes.count / step + 1)
    var count = 0
    var offset = 0
    bytes.withUnsafeBufferPointer { bytes in
      while offset < bytes.count {
        let byte = bytes[offset]
        if offset % step == 0 { checkpoints.append(count) }
        if byte & 0xC0 != 0x80 { count += 1 }
        offset += 1
        let isReturn = byte == 0x0D && (offset == bytes.count || bytes[offset] != 0x0A)
        if byte == 0x0A || isReturn { lineStarts.append(offset) }
      }
    }
    if bytes.count % step == 0 { checkpoints.append(count) }
    return (lineStarts, checkpoints)
  }
}

extension [Int] {
  /// The first index whose element belongs to the second half of a partitioned array.
  fileprivate func partitioningIndex(where belongs: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if belongs(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
