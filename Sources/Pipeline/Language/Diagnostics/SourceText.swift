import YAML

/// A text with its name, and where its bytes are in lines and columns.
struct SourceText: Sendable {
  let file: String?
  /// How large the text is; of more than may be read, `index` has only the beginning.
  let byteCount: Int
  let index: TextIndex

  init(_ bytes: [UInt8], file: String?) {
    self.file = file
    byteCount = bytes.count
    index = TextIndex(
      byteCount > NodeLimits.byteCount ? Array(bytes.prefix(NodeLimits.byteCount)) : bytes)
  }

  init(_ text: String, file: String?) { self.init(Array(text.utf8), file: file) }

  func position(_ offset: Int) -> SourcePosition { SourcePosition(index.mark(atByte: offset)) }

  func range(_ offsets: Range<Int>) -> SourceRange {
    SourceRange(
      file: file, start: position(offsets.lowerBound), end: position(offsets.upperBound))
  }

  /// Without the line's end; bytes that are not UTF-8 are replaced.
  func line(_ number: Int) -> String { String(decoding: index.line(number), as: UTF8.self) }
}

extension SourcePosition {
  init(_ mark: YAMLMark) { self.init(line: mark.line, column: mark.column, offset: mark.offset) }
}
