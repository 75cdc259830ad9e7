/// A number as it is written: sign, digits in groups or not, decimals.
struct WrittenNumber: Sendable, Hashable {
  var isNegative = false
  /// Without group marks.
  var digits: String
  /// After the decimal mark; nil without one.
  var decimals: String?
  var isGrouped: Bool

  /// Nil unless the whole text is one number.
  init?(_ text: String, _ words: ReadingVocabulary) {
    var rest = text[...]
    if let first = rest.first, "-−".contains(first) {
      isNegative = true
      rest = rest.dropFirst()
    } else if rest.first == "+" {
      rest = rest.dropFirst()
    }
    let parts = rest.split(
      separator: words.decimalMark, maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty else { return nil }
    let groups = whole.split(omittingEmptySubsequences: false) { words.groupMarks.contains($0) }
    guard groups.allSatisfy({ !$0.isEmpty && Self.isDigits($0) }) else { return nil }
    if groups.count > 1 {
      guard groups[0].count <= 3, groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
        return nil
      }
    }
    isGrouped = groups.count > 1
    digits = groups.joined()
    if parts.count == 2 {
      guard !parts[1].isEmpty, Self.isDigits(parts[1]) else { return nil }
      decimals = String(parts[1])
    }
  }

  var value: Int? {
    guard digits.count <= 15 else { return nil }
    return Int(digits)
  }

  var isOne: Bool { value == 1 && decimals == nil }

  static func isDigits(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.allSatisfy { ("0"..."9").contains($0) }
  }

  /// As it is said; digit by digit where it is no amount.
  func spoken(_ words: ReadingVocabulary) -> String {
    var text = isNegative ? "\(words.minus) " : ""
    if let value, digits.count == 1 || !digits.hasPrefix("0") {
      text += words.numbers.cardinal(value)
    } else {
      text += Self.digitByDigit(digits, words)
    }
    if let decimals { text += " \(words.point) \(Self.digitByDigit(decimals, words))" }
    return text
  }

  static func digitByDigit(_ digits: some StringProtocol, _ words: ReadingVocabulary) -> String {
    digits.compactMap(\.wholeNumberValue).map { words.numbers.cardinal($0) }
      .joined(separator: " ")
  }
}
