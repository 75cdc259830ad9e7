/// Shows diagnostics to people, with the line they are about and carets under the place.
public struct DiagnosticRenderer: Sendable {
  private let sources: [String?: SourceText]
  private let paint: Paint

  /// - Parameters:
  ///   - sources: texts by the file name that diagnostics carry. Those of other files are shown
  ///     without a snippet.
  ///   - colour: with ANSI escapes.
  public init(sources: [String?: String] = [:], colour: Bool = false) {
    self.init(
      texts: sources.map { SourceText($0.value, file: $0.key) }, colour: colour)
  }

  /// For one text, which may have no name.
  public init(text: String, file: String?, colour: Bool = false) {
    self.init(texts: [SourceText(text, file: file)], colour: colour)
  }

  private init(texts: [SourceText], colour: Bool) {
    sources = Dictionary(texts.map { ($0.file, $0) }) { first, _ in first }
    paint = Paint(isOn: colour)
  }

  /// Every diagnostic, an empty line between two; ends with a line feed unless there are none.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map(render).joined(separator: "\n")
  }

  /// `2 errors, 1 warning`; empty for none.
  public static func summary(_ diagnostics: [Diagnostic]) -> String {
    let errors = diagnostics.count { $0.severity == .error }
    return [(errors, "error"), (diagnostics.count - errors, "warning")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
  }

  public func render(_ diagnostic: Diagnostic) -> String {
    var lines = [header(diagnostic)]
    var indent = 2
    if let range = diagnostic.range {
      indent = "\(range.start.line)".count
      lines += place(range, indent: indent)
      lines += snippet(diagnostic, at: range, indent: indent)
    } else if let hint = diagnostic.hint {
      lines.append(note(Diagnostic.Note(hint), indent: indent, in: nil))
    }
    lines += diagnostic.notes.map { note($0, indent: indent, in: diagnostic.range?.file) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A place with its line and carets under it, without a message; ends with a line feed.
  ///
  /// - Parameter indent: how far everything is moved to the right.
  public func excerpt(_ place: SourcePlace, indent: Int = 0) -> String {
    let width = max(2, "\(place.range.start.line)".count)
    let empty = String(repeating: " ", count: width + 1) + paint.gutter("|")
    let line = SnippetLine(place.line, range: place.range)
    let number =
      String(repeating: " ", count: width - "\(place.range.start.line)".count)
      + "\(place.range.start.line)"
    let carets =
      String(repeating: " ", count: line.caretColumn)
      + paint.bold(String(repeating: "^", count: line.caretCount))
    let lines =
      self.place(place.range, indent: width) + [
        empty, paint.gutter("\(number) |") + (line.text.isEmpty ? "" : " \(line.text)"),
        "\(empty) \(carets)",
      ]
    return lines.map { String(repeating: " ", count: indent) + $0 + "\n" }.joined()
  }

  private func header(_ diagnostic: Diagnostic) -> String {
    let label = paint.severity("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", diagnostic)
    return label + paint.bold(": \(diagnostic.message.printable)")
  }

  private func place(_ range: SourceRange, indent: Int) -> [String] {
    let file = (range.file ?? "pipeline").printable
    return [
      String(repeating: " ", count: indent) + paint.gutter("-->")
        + " \(file):\(range.start.line):\(range.start.column)"
    ]
  }

  private func snippet(_ diagnostic: Diagnostic, at range: SourceRange, indent: Int) -> [String] {
    let empty = String(repeating: " ", count: indent + 1) + paint.gutter("|")
    guard let source = sources[range.file] else {
      return diagnostic.hint.map { [note(Diagnostic.Note($0), indent: indent, in: nil)] } ?? []
    }
    let line = SnippetLine(source.line(range.start.line), range: range)
    let carets = paint.severity(String(repeating: "^", count: line.caretCount), diagnostic)
    let hint = diagnostic.hint.map { " " + paint.severity($0.printable, diagnostic) } ?? ""
    return [
      empty, paint.gutter("\(range.start.line) |") + (line.text.isEmpty ? "" : " \(line.text)"),
      "\(empty) \(String(repeating: " ", count: line.caretColumn))\(carets)\(hint)",
    ]
  }

  private func note(_ note: Diagnostic.Note, indent: Int, in file: String?) -> String {
    let place =
      note.range.map { range in
        range.file == file
          ? " (line \(range.start.line))"
          : " (\((range.file ?? "pipeline").printable):\(range.start.line))"
      } ?? ""
    return String(repeating: " ", count: indent + 1) + paint.gutter("=")
      + " \(paint.bold("note:")) \(note.message.printable)\(place)"
  }
}

/// One line of a source as it is shown: tabs widened, control characters visible, cut around the
/// carets if long.
private struct SnippetLine {
  var text = ""
  /// Columns of the terminal before the first caret.
  var caretColumn = 0
  /// At least 1.
  var caretCount = 1

  private static let longest = 140
  private static let tab = "    "

  init(_ line: String, range: SourceRange) {
    let scalars = Array(line.unicodeScalars)
    let start = min(range.start.column - 1, scalars.count)
    let isOneLine = range.end.line == range.start.line
    let end = isOneLine ? min(max(range.end.column - 1, start), scalars.count) : scalars.count
    let first = start > 100 && scalars.count > Self.longest ? start - 60 : 0
    let last = min(scalars.count, max(first + Self.longest, min(end, start + Self.longest)))
    let before = (first > 0 ? "…" : "") + Self.shown(scalars[first..<start])
    let marked = Self.shown(scalars[start..<min(end, last)])
    let after = Self.shown(scalars[min(end, last)..<last]) + (last < scalars.count ? "…" : "")
    text = (before + marked + after).trimmingTrailingSpaces
    caretColumn = DisplayWidth.of(before)
    caretCount = max(1, DisplayWidth.of(isOneLine ? marked : marked.trimmingTrailingSpaces))
  }

  private static func shown(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view).printable.split(separator: "\t", omittingEmptySubsequences: false)
      .joined(separator: tab)
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var copy = self
    while copy.last == " " { copy.removeLast() }
    return copy
  }
}

/// ANSI colours, or none.
private struct Paint: Sendable {
  let isOn: Bool

  func severity(_ text: String, _ diagnostic: Diagnostic) -> String {
    wrap(text, diagnostic.severity == .error ? "1;31" : "1;33")
  }
  func bold(_ text: String) -> String { wrap(text, "1") }
  func gutter(_ text: String) -> String { wrap(text, "1;34") }

  private func wrap(_ text: String, _ code: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
