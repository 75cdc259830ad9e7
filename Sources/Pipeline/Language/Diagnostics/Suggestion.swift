/// What was probably meant, a little beyond spelling.
enum Suggestion {
  /// By spelling; else by the beginning: `vid` for `video`; else by the last part: `font-sise` for
  /// `size`.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    // A word of one letter is a typing error of every other.
    let letters = Set(word.lowercased())
    let similar = candidates.filter { !letters.isDisjoint(with: $0.lowercased()) }
    if let near = Spelling.nearest(to: word, among: similar) { return near }
    let longer = candidates.filter { $0.hasPrefix(word) }
    if word.count > 2, longer.count == 1 { return longer[0] }
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
