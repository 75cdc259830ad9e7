/// Problems as they are collected. Never thrown: all problems of a file are reported at once.
struct Diagnostics: Sendable {
  private(set) var all: [Diagnostic] = []
  private(set) var hasErrors = false
  private var seen: Set<Diagnostic> = []

  /// How many are kept; a broken file of a megabyte would otherwise be reported at length.
  static let limit = 200

  /// Keeps a diagnostic once, however often it is found (a shared default is checked for every
  /// stage).
  mutating func add(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .error { hasErrors = true }
    guard seen.count < Self.limit, seen.insert(diagnostic).inserted else { return }
    all.append(diagnostic)
    if seen.count == Self.limit {
      all.append(
        Diagnostic(
          "too-many-problems", "only the first \(Self.limit) problems are shown", at: nil,
          severity: .warning))
    }
  }

  mutating func add(_ others: [Diagnostic]) {
    for diagnostic in others { add(diagnostic) }
  }

  mutating func error(
    _ code: String, _ message: String, at range: SourceRange?, hint: String? = nil
  ) {
    add(Diagnostic(code, message, at: range, hint: hint))
  }

  mutating func warning(
    _ code: String, _ message: String, at range: SourceRange?, hint: String? = nil
  ) {
    add(Diagnostic(code, message, at: range, severity: .warning, hint: hint))
  }

  /// In the order of the text; what has no place comes last.
  var sorted: [Diagnostic] {
    all.enumerated().sorted { left, right in
      Self.order(left.element, left.offset) < Self.order(right.element, right.offset)
    }.map(\.element)
  }

  private static func order(_ diagnostic: Diagnostic, _ index: Int) -> (String, Int, Int) {
    guard let range = diagnostic.range else { return ("\u{10FFFF}", .max, index) }
    return (range.file ?? "", range.start.offset, index)
  }
}

extension [Diagnostic] {
  public var hasErrors: Bool { contains { $0.severity == .error } }
}
