/// What was probably meant, a little beyond spelling.
enum Suggestion {
  /// By spelling; else by the last part of a name: `font-sise` for `size`.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    if let near = Spelling.nearest(to: word, among: candidates) { return near }
    let parts = word.split { $0 == "-" || $0 == "_" }.map(String.init)
    guard parts.count > 1, let last = parts.last, last.count > 2 else { return nil }
    return Spelling.nearest(to: last, among: candidates)
  }

  /// `a`, `b` and `c` in back-quotes; at most 20 of them.
  static func list(_ names: [String]) -> String {
    let quoted = names.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    return names.count > 20 ? "\(quoted) and \(names.count - 20) more" : quoted
  }
}
