import YAML

/// The edit that declares one more secret.
struct SecretsFix: Sendable {
  private let range: SourceRange
  private let prefix: String
  private let suffix: String

  /// Nil where the text does not show where to put it.
  init?(_ keys: [String: Node.Entry]) {
    if let entry = keys["secrets"] {
      guard let items = entry.value.items, let last = items.last, let scalar = last.scalar,
        scalar.source.file == last.range.file
      else { return nil }
      let bytes = scalar.source.index.bytes
      let begin = entry.value.range.start.offset
      guard entry.value.range.file == last.range.file, begin < bytes.count else { return nil }
      range = last.range.end(of: last.range)
      if bytes[begin] == UInt8(ascii: "[") {
        prefix = ", "
      } else {
        prefix = "\n\(String(repeating: " ", count: max(0, last.range.start.column - 3)))- "
      }
      suffix = ""
    } else {
      guard let place = keys["stages"]?.key.range, place.start.column == 1 else { return nil }
      range = SourceRange(file: place.file, start: place.start, end: place.start)
      prefix = "secrets: ["
      suffix = "]\n"
    }
  }

  func adding(_ name: String) -> Diagnostic.Fix {
    Diagnostic.Fix(range: range, replacement: prefix + name + suffix)
  }
}

extension SourceRange {
  fileprivate func end(of range: SourceRange) -> SourceRange {
    SourceRange(file: range.file, start: range.end, end: range.end)
  }
}
