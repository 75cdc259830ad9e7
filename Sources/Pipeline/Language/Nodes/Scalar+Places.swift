import YAML

/// Where the bytes of a scalar's text stand in the source.
///
/// Exact for letters in every style; white space that folding made or removed is attributed to the
/// white space around it.
struct ScalarPlaces: Sendable {
  private let source: SourceText
  /// By byte of the text: the source offset of its scalar, and the one behind it.
  private let starts: [Int]
  private let ends: [Int]
  private let begin: Int

  init(_ scalar: Node.Scalar) {
    source = scalar.source
    begin = scalar.begin
    (starts, ends) = ScalarAligner.align(scalar)
  }

  func range(_ offsets: Range<Int>) -> SourceRange {
    guard !starts.isEmpty else { return source.range(begin..<begin) }
    let start =
      offsets.lowerBound < starts.count ? starts[offsets.lowerBound] : ends[ends.count - 1]
    let end = offsets.isEmpty ? start : ends[min(offsets.upperBound, ends.count) - 1]
    return source.range(start..<max(start, end))
  }
}

/// Walks the value of a scalar and its source side by side.
private struct ScalarAligner {
  private let style: YAMLEvent.Style
  private let bytes: [UInt8]
  /// In the source: where the next scalar of the value is looked for.
  private var cursor: Int

  init(_ scalar: Node.Scalar) {
    style = scalar.style
    bytes = scalar.source.index.bytes
    cursor = scalar.begin
    switch style {
    case .singleQuoted, .doubleQuoted: cursor += 1
    case .literal, .folded:
      while cursor < bytes.count, bytes[cursor] != 0x0A { cursor += 1 }
      cursor += 1
    case .plain: break
    }
  }

  static func align(_ scalar: Node.Scalar) -> (starts: [Int], ends: [Int]) {
    var aligner = ScalarAligner(scalar)
    var starts: [Int] = []
    var ends: [Int] = []
    starts.reserveCapacity(scalar.text.utf8.count)
    ends.reserveCapacity(scalar.text.utf8.count)
    for unicodeScalar in scalar.text.unicodeScalars {
      let (start, end) = aligner.place(unicodeScalar)
      for _ in 0..<Unicode.UTF8.width(unicodeScalar) {
        starts.append(start)
        ends.append(end)
      }
    }
    return (starts, ends)
  }

  private mutating func place(_ scalar: Unicode.Scalar) -> (start: Int, end: Int) {
    let start = min(find(scalar), bytes.count)
    cursor = min(start + length(at: start, of: scalar), bytes.count)
    return (start, cursor)
  }

  /// Skips white space of the source that the value does not have.
  private func find(_ scalar: Unicode.Scalar) -> Int {
    var offset = cursor
    if scalar == " " || scalar == "\n" { return offset }
    while offset < bytes.count {
      let byte = bytes[offset]
      if style == .doubleQuoted, byte == 0x5C, isLineBreak(offset + 1) {
        offset += 1
      } else if byte == 0x20 || byte == 0x09 && scalar != "\t" || isLineBreak(offset) {
        offset += 1
      } else {
        break
      }
    }
    return offset
  }

  private func isLineBreak(_ offset: Int) -> Bool {
    offset < bytes.count && (bytes[offset] == 0x0A || bytes[offset] == 0x0D)
  }

  /// How many source bytes stand for one scalar of the value.
  private func length(at offset: Int, of scalar: Unicode.Scalar) -> Int {
    guard offset < bytes.count else { return 0 }
    switch (style, bytes[offset]) {
    case (.singleQuoted, 0x27): return 2
    case (.doubleQuoted, 0x5C):
      guard offset + 1 < bytes.count else { return 1 }
      switch bytes[offset + 1] {
      case UInt8(ascii: "x"): return 4
      case UInt8(ascii: "u"): return 6
      case UInt8(ascii: "U"): return 10
      default: return 2
      }
    default: return Unicode.UTF8.width(scalar)
    }
  }
}
