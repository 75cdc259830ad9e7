/// Says in words what is written short: numbers, dates, times, money, units, abbreviations, addresses.
///
/// One phrase for each written word, so that what is heard can be shown as it is written. English is the most complete;
/// German, French and Spanish have numbers, money, times, dates, units and the usual abbreviations. Voices of other
/// languages are left to read as they do.
public struct SpokenReading: Sendable {
  let language: String
  let words: ReadingVocabulary?

  /// - Parameter language: a BCP 47 tag.
  public init(language: String) {
    self.language = language
    words = ReadingVocabulary.of(language)
  }

  /// - Parameters:
  ///   - written: the words of one sentence.
  ///   - kept: those that are said as they are written.
  /// - Returns: as many; empty for a word that is said as a part of its neighbour.
  public func phrases(_ written: [String], keeping kept: Set<Int> = []) -> [String] {
    guard let vocabulary = words else { return written }
    var reader = SentenceReader(
      written.map { WordParts($0, keepsDot: vocabulary.isAbbreviation) }, vocabulary,
      isAmerican: isAmerican, kept: kept)
    return reader.read()
  }

  /// Who writes the month first.
  private var isAmerican: Bool {
    ["en", "en-us", "en_us"].contains(language.lowercased())
  }
}

extension ReadingVocabulary {
  /// - Parameter word: with its dot.
  func isAbbreviation(_ word: String) -> Bool {
    let lower = word.lowercased()
    return abbreviations[lower] != nil || abbreviationsBeforeNumbers[lower] != nil
      || units[word] != nil || lower == "st."
      || lower.hasSuffix(".") && months[String(lower.dropLast())] != nil
  }
}

/// A written word without the punctuation around it.
struct WordParts: Sendable {
  var before: String
  var core: String
  var after: String

  /// - Parameter keepsDot: whether the dot at the end of a word belongs to it.
  init(_ word: String, keepsDot: (String) -> Bool) {
    let opening = word.prefix { "\"'“‘„«‹([{¿¡*".contains($0) }
    var rest = word.dropFirst(opening.count)
    var closing = ""
    while let last = rest.last, ".,;:!?…\"'”’»›)]}*".contains(last), !keepsDot(String(rest)) {
      closing.insert(last, at: closing.startIndex)
      rest = rest.dropLast()
    }
    before = String(opening)
    core = String(rest)
    after = closing
  }
}

/// Reads one sentence from left to right.
struct SentenceReader {
  /// Punctuation that belongs to what is written short goes with it.
  var parts: [WordParts]
  let words: ReadingVocabulary
  let isAmerican: Bool
  let kept: Set<Int>
  /// What was decided while an earlier word was read.
  var decided: [Int: String] = [:]

  init(
    _ parts: [WordParts], _ words: ReadingVocabulary, isAmerican: Bool, kept: Set<Int>
  ) {
    self.parts = parts
    self.words = words
    self.isAmerican = isAmerican
    self.kept = kept
  }

  mutating func read() -> [String] {
    parts.indices.map { index in
      guard !kept.contains(index) else {
        return parts[index].before + parts[index].core + parts[index].after
      }
      let spoken = decided[index] ?? reading(of: index) ?? parts[index].core
      let part = parts[index]
      return spoken.isEmpty ? "" : part.before + spoken + part.after
    }
  }

  func core(_ index: Int) -> String? { parts.indices.contains(index) ? parts[index].core : nil }

  /// Nil for a word that is said as it is written.
  private mutating func reading(of index: Int) -> String? {
    let core = parts[index].core
    if core.isEmpty { return nil }
    if let sign = words.signs[core], parts.count > 1 { return sign }
    if let address = AddressReading.read(core, words) { return address }
    if core.contains(where: \.isNumber) { return number(at: index) }
    return abbreviation(at: index) ?? roman(at: index) ?? unit(at: index)
  }

  private mutating func abbreviation(at index: Int) -> String? {
    let core = parts[index].core
    let lower = core.lowercased()
    if let name = words.abbreviationsBeforeNumbers[lower],
      self.core(index + 1)?.first?.isNumber == true
    {
      return name
    }
    if lower == "st.", words.abbreviations["st."] == nil, words.numbers is EnglishNumbers {
      let next = self.core(index + 1)?.first
      return next?.isUppercase == true && parts[index].after.isEmpty ? "Saint" : "Street"
    }
    if parts[index].after == ".", let next = self.core(index + 1)?.lowercased(),
      let pair = words.abbreviations["\(lower).\(next)."]
    {
      // Written with a space between: `z. B.`
      parts[index].after = ""
      decided[index + 1] = ""
      return pair
    }
    // A month has no dot where the word is one by itself: `mar.` is, `May` is no short form.
    return words.abbreviations[lower]
  }

  /// Units behind a number that is a word of its own.
  private func unit(at index: Int) -> String? {
    guard let noun = words.units[parts[index].core], let before = core(index - 1),
      parts[index - 1].after.isEmpty, let amount = WrittenNumber(before, words)
    else { return nil }
    return amount.isOne ? noun.one : noun.many
  }

  /// `Chapter IV`, `World War II`.
  private func roman(at index: Int) -> String? {
    guard words.numbers is EnglishNumbers, let before = core(index - 1)?.lowercased(),
      Self.wordsBeforeRoman.contains(before), let value = RomanNumeral.value(parts[index].core)
    else { return nil }
    return words.numbers.cardinal(value)
  }

  private static let wordsBeforeRoman: Set = [
    "chapter", "part", "act", "volume", "section", "war", "type", "phase", "book", "title",
    "article", "stage", "level", "class", "mark", "appendix",
  ]
}

enum RomanNumeral {
  /// 1 to 3999; nil for anything else, also for numerals that are not in their usual form.
  static func value(_ text: String) -> Int? {
    let values: [Character: Int] = [
      "I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000,
    ]
    let digits = text.compactMap { values[$0] }
    guard !text.isEmpty, digits.count == text.count else { return nil }
    var total = 0
    for (index, digit) in digits.enumerated() {
      total += index + 1 < digits.count && digit < digits[index + 1] ? -digit : digit
    }
    return total > 0 && total < 4000 && written(total) == text ? total : nil
  }

  private static func written(_ value: Int) -> String {
    var rest = value
    var text = ""
    for (number, sign) in [
      (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
      (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ] {
      while rest >= number {
        text += sign
        rest -= number
      }
    }
    return text
  }
}
