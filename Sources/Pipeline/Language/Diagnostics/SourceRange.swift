/// A place in a text.
public struct SourcePosition: Sendable, Hashable, Codable {
  /// From 1.
  public var line: Int
  /// From 1, in Unicode scalars.
  public var column: Int
  /// In UTF-8 bytes from the beginning of the text.
  public var offset: Int

  public init(line: Int, column: Int, offset: Int) {
    self.line = line
    self.column = column
    self.offset = offset
  }
}

/// A stretch of a text; `end` is just behind its last character.
public struct SourceRange: Sendable, Hashable, Codable {
  /// As the user named the file; nil for a text without a name.
  public var file: String?
  public var start: SourcePosition
  public var end: SourcePosition

  public init(file: String?, start: SourcePosition, end: SourcePosition) {
    self.file = file
    self.start = start
    self.end = end
  }

  /// From the beginning of this to the end of `other`.
  func joined(with other: SourceRange) -> SourceRange {
    SourceRange(file: file, start: start, end: other.end)
  }
}

extension SourceRange: CustomStringConvertible {
  /// `pipelines/narrated.yaml:52:39`, or `52:39` without a file.
  public var description: String {
    (file.map { "\($0):" } ?? "") + "\(start.line):\(start.column)"
  }
}
