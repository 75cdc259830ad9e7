import YAML

/// Words libyaml's errors for people who write pipelines.
enum SyntaxErrors {
  static func diagnostic(_ error: YAMLError, in source: SourceText) -> Diagnostic {
    switch error.code {
    case .memory: Diagnostic("yaml-syntax", "there is not enough memory to read this file", at: nil)
    case .encoding: encoding(error, in: source)
    case .syntax: syntax(error, in: source)
    }
  }

  private static func encoding(_ error: YAMLError, in source: SourceText) -> Diagnostic {
    let offset = error.mark.offset
    let bytes = source.index.bytes
    let place = source.range(offset..<min(offset + 1, bytes.count))
    if error.message.contains("control characters"), offset < bytes.count {
      let code = String(bytes[offset], radix: 16, uppercase: true)
      return Diagnostic(
        "encoding",
        "the control character U+00\(code.count == 1 ? "0" : "")\(code) cannot be in a file",
        at: place)
    }
    return Diagnostic(
      "encoding", "this is not UTF-8 (\(error.message))", at: place, hint: "save the file as UTF-8")
  }

  private static func syntax(_ error: YAMLError, in source: SourceText) -> Diagnostic {
    let place = source.range(error.mark.offset..<nextScalar(error.mark.offset, in: source))
    if let template = template(error, in: source) { return template }
    if error.message == "found unexpected end of stream", let begin = error.contextMark {
      return Diagnostic(
        "yaml-syntax", "the text in quotes that begins here is never closed",
        at: source.range(begin.offset..<nextScalar(begin.offset, in: source)))
    }
    let reworded = words(for: error, in: source)
    var diagnostic = Diagnostic(
      "yaml-syntax", reworded?.message ?? plain(error), at: place, hint: reworded?.hint)
    if let begin = error.contextMark, begin.line != error.mark.line, let context = error.context {
      diagnostic = diagnostic.noting("\(context), which begins here", at: source.range(at: begin))
    }
    return diagnostic
  }

  private static func nextScalar(_ offset: Int, in source: SourceText) -> Int {
    let bytes = source.index.bytes
    guard offset < bytes.count, bytes[offset] != 0x0A, bytes[offset] != 0x0D else { return offset }
    var end = offset + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }

  private static func plain(_ error: YAMLError) -> String {
    error.context.map { "\(error.message) \($0)" } ?? error.message
  }

  /// `${{ x }}` without quotes where braces mean a map.
  private static func template(_ error: YAMLError, in source: SourceText) -> Diagnostic? {
    let lines = [error.mark.line] + (error.contextMark.map { [$0.line] } ?? [])
    for line in lines {
      let text = source.line(line)
      guard let braces = text.range(of: "{{"), !text.isQuoted(before: braces.lowerBound) else {
        continue
      }
      let hasDollar = text[..<braces.lowerBound].hasSuffix("$")
      let before = text[..<braces.lowerBound].utf8.count - (hasDollar ? 1 : 0)
      let begin = source.index.lineStart(line) + before
      return Diagnostic(
        "yaml-syntax",
        "a template inside `{ }` or `[ ]`, or at the beginning of a value, needs quotes",
        at: source.range(begin..<(begin + (hasDollar ? 3 : 2))), hint: "write \"${{ … }}\"")
    }
    return nil
  }

  private static func words(
    for error: YAMLError, in source: SourceText
  ) -> (message: String, hint: String?)? {
    let offset = error.mark.offset
    let byte = offset < source.index.bytes.count ? source.index.bytes[offset] : 0
    switch error.message {
    case "found character that cannot start any token" where byte == 0x09:
      return ("a tab cannot be used for indentation", "use spaces")
    case "found character that cannot start any token":
      let character = String(UnicodeScalar(byte))
      return ("a text cannot begin with `\(character)` unless it is in quotes", "put it in quotes")
    case "mapping values are not allowed in this context":
      return ("a `:` here begins a value where none can be", "put text with `: ` in quotes")
    case "did not find expected node content": return ("expected a value here", nil)
    case "could not find expected ':'":
      return ("a key without `:`", "expected `:` and a value before this")
    case "did not find expected key":
      return ("expected a key here", "is the indentation the same as above?")
    case "did not find expected ',' or '}'" where byte == UInt8(ascii: "["):
      return ("expected `,` or `}` here", "inside `{ }` an expression with `[ ]` needs quotes")
    case "did not find expected ',' or '}'": return ("expected `,` or `}` here", nil)
    case "did not find expected ',' or ']'": return ("expected `,` or `]` here", nil)
    case "did not find expected '-' indicator": return ("expected `- ` and an item here", nil)
    default: return nil
    }
  }
}

extension SourceText {
  fileprivate func range(at mark: YAMLMark) -> SourceRange {
    SourceRange(file: file, start: SourcePosition(mark), end: SourcePosition(mark))
  }
}

extension String {
  /// Whether an odd number of one kind of quotes stands before `index`.
  fileprivate func isQuoted(before index: Index) -> Bool {
    let before = self[..<index]
    return before.count { $0 == "\"" } % 2 == 1 || before.count { $0 == "'" } % 2 == 1
  }

  fileprivate func range(of needle: String) -> Range<Index>? { firstRange(of: needle) }
}
