/// What it costs the reader when a line or cue ends between two words. Lower is better.
///
/// The order follows the usual guidelines (Netflix Timed Text Style Guide, BBC Subtitle Guidelines): after a
/// sentence, after a clause, at a pause, before a conjunction or preposition; never after an article.
enum BreakCost {
  static func between(_ word: TimedWord, _ next: TimedWord) -> Double {
    if endsSentence(word.text, before: next.text) { return 0 }
    var cost = base(word.text, pause: next.start - word.end)
    if cost > 10, connectors.contains(letters(of: next.text)) { cost = min(cost, 22) }
    if clinging.contains(letters(of: word.text)) || isTitle(word.text) { cost += 45 }
    return cost
  }

  /// - Parameter next: the word that follows; nil at the end. A point before a small letter or after a title such as
  ///   `Dr.` or an initial ends nothing.
  static func endsSentence(_ text: String, before next: String?) -> Bool {
    let core = text.reversed().drop { "\"'”’)]»」』".contains($0) }
    guard let terminator = core.first, ".!?…。！？".contains(terminator) else { return false }
    guard terminator == ".", let next else { return true }
    return !isTitle(text) && !(next.first { $0.isLetter || $0.isNumber }?.isLowercase ?? false)
  }

  private static func base(_ text: String, pause: Int) -> Double {
    if let last = text.last, ";:；：".contains(last) { return 6 }
    if pause >= 350 { return 8 }
    if let last = text.last, ",，、—–".contains(last) { return 10 }
    return 40
  }

  /// `Dr.`, `J.`: a shortened word that belongs to the name after it.
  private static func isTitle(_ text: String) -> Bool {
    guard text.hasSuffix(".") else { return false }
    let plain = letters(of: text)
    return titles.contains(plain) || plain.count == 1 && text.first?.isUppercase ?? false
  }

  private static func letters(of text: String) -> String {
    text.lowercased().filter { $0.isLetter || $0 == "'" }
  }

  private static let titles: Set<String> = [
    "mr", "mrs", "ms", "dr", "prof", "st", "gen", "capt", "sgt", "lt", "col", "rev", "hon", "mt",
    "vs", "eg", "ie", "fig", "vol", "bzw", "zb", "dh", "mme", "mlle", "sra", "srta",
  ]

  private static let connectors: Set<String> = [
    "and", "or", "but", "so", "because", "that", "which", "who", "when", "while", "if", "as",
    "than", "in", "on", "at", "to", "for", "with", "from", "by", "of", "into", "over", "under",
    "after", "before", "about", "through", "without", "between", "und", "oder", "aber", "weil",
    "dass", "mit", "von", "et", "ou", "mais", "que", "avec", "pour", "dans", "y", "pero", "con",
    "para", "por",
  ]

  /// Words that belong to the one after them.
  private static let clinging: Set<String> = [
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "with", "from", "by", "is", "are", "was",
    "were", "be", "has", "have", "had", "will", "can", "my", "your", "his", "her", "its", "our",
    "their", "and", "or", "der", "die", "das", "ein", "eine", "le", "la", "les", "un", "une", "el",
    "los", "las",
  ]
}
