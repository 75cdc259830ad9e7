/// What it costs the reader when a line or cue ends between two words. Lower is better.
///
/// The order follows the usual guidelines (Netflix Timed Text Style Guide, BBC Subtitle Guidelines): after a
/// sentence, after a clause, at a pause, before a conjunction or preposition; never after an article.
enum BreakCost {
  static func between(_ word: TimedWord, _ next: TimedWord) -> Double {
    var cost = base(word.text, pause: next.start - word.end)
    let plain = letters(of: word.text)
    if cost > 10, connectors.contains(letters(of: next.text)) { cost = min(cost, 22) }
    if clinging.contains(plain) { cost += 45 }
    return cost
  }

  static func endsSentence(_ text: String) -> Bool {
    let core = text.reversed().drop { "\"'”’)]»」』".contains($0) }
    return core.first.map { ".!?…。！？".contains($0) } ?? false
  }

  private static func base(_ text: String, pause: Int) -> Double {
    if endsSentence(text) { return 0 }
    if let last = text.last, ";:；：".contains(last) { return 6 }
    if pause >= 350 { return 8 }
    if let last = text.last, ",，、—–".contains(last) { return 10 }
    return 40
  }

  private static func letters(of text: String) -> String {
    text.lowercased().filter { $0.isLetter || $0 == "'" }
  }

  private static let connectors: Set<String> = [
    "and", "or", "but", "so", "because", "that", "which", "who", "when", "while", "if", "as",
    "than",
    "in", "on", "at", "to", "for", "with", "from", "by", "of", "into", "over", "under", "after",
    "before", "about", "through", "without", "between", "und", "oder", "aber", "weil", "dass",
    "mit",
    "von", "et", "ou", "mais", "que", "avec", "pour", "dans", "y", "pero", "con", "para", "por",
  ]

  /// Words that belong to the one after them.
  private static let clinging: Set<String> = [
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "with", "from", "by", "is", "are", "was",
    "were", "be", "has", "have", "had", "will", "can", "my", "your", "his", "her", "its", "our",
    "their", "and", "or", "der", "die", "das", "ein", "eine", "le", "la", "les", "un", "une", "el",
    "los", "las",
  ]
}
