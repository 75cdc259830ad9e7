import Speech

/// A word as a provider says it, with its time in seconds.
struct HeardWord: Sendable, Hashable {
  var text: String
  var start: Double
  var end: Double
}

extension TimedRange {
  /// The share of words that must be found before a provider's times are believed.
  private static let neededShare = 0.95

  /// Finds the words of a provider in what was to be said, from left to right; a word that is not found is passed over.
  ///
  /// Nil when too few are found to trust the rest.
  static func find(_ words: [HeardWord], in sentence: SpokenSentence) -> [TimedRange]? {
    let text = Array(sentence.text.lowercased().unicodeScalars)
    // Lower case may be longer than what it was made from; then positions would be wrong.
    guard text.count == sentence.text.unicodeScalars.count else { return nil }
    var ranges: [TimedRange] = []
    var cursor = 0
    for word in words {
      let letters = Array(word.text.lowercased().unicodeScalars.filter { isLetter($0) })
      guard !letters.isEmpty, let found = search(letters, in: text, from: cursor) else { continue }
      ranges.append(
        TimedRange(
          from: found.lowerBound, to: found.upperBound, start: word.start, end: word.end))
      cursor = found.upperBound
    }
    return believed(ranges, in: sentence)
  }

  /// The ranges if they rise, have sensible times and cover the words that can be spoken; else nil.
  static func believed(_ ranges: [TimedRange], in sentence: SpokenSentence) -> [TimedRange]? {
    var last = 0.0
    for range in ranges {
      // Half a frame of disorder is rounding; more is a clock that went wrong.
      guard range.start.isFinite, !range.end.isNaN, range.start >= last - 0.02,
        range.end >= range.start
      else { return nil }
      last = max(last, range.start)
    }
    let hit = Set(ranges.compactMap { sentence.word(at: $0.from) })
    let text = Array(sentence.text.unicodeScalars)
    let speakable = sentence.ranges.indices.filter { index in
      text[sentence.ranges[index]].contains(where: isLetter)
    }
    let found = speakable.count { hit.contains($0) }
    guard !speakable.isEmpty,
      Double(found) >= neededShare * Double(speakable.count)
        || speakable.count - found <= 1
          && found > 0 && speakable.count > 4
    else { return nil }
    return ranges
  }

  /// Where the letters stand in a row, whatever signs are between them, within a few words of `start`.
  private static func search(
    _ letters: [Unicode.Scalar], in text: [Unicode.Scalar], from start: Int
  ) -> Range<Int>? {
    let limit = min(text.count, start + 80 + letters.count)
    for first in start..<max(start, limit) where text[first] == letters[0] {
      // A word is not found in the middle of another one, except where scripts have no spaces.
      if first > 0, isLetter(text[first - 1]), first > start, text[first].value < 0x2E80 {
        continue
      }
      var at = first
      var matched = 0
      while at < text.count, matched < letters.count {
        if text[at] == letters[matched] {
          matched += 1
        } else if isLetter(text[at]) || text[at] == " " {
          break
        }
        at += 1
      }
      if matched == letters.count { return first..<at }
    }
    return nil
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
      true
    default: false
    }
  }
}
