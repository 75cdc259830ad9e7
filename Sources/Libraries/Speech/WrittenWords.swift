/// Words as they are written and shown: separated by white space, or one sign each in scripts without spaces.
public enum WrittenWords {
  /// Words of `text` in order; punctuation stays with its word, control characters are gone.
  public static func split(_ text: some StringProtocol) -> [String] {
    text.split(whereSeparator: \.isWhitespace).flatMap { splitSigns(cleaned($0)) }
  }

  /// The words as one text: a space between them unless both neighbours are signs of a script without spaces.
  public static func join(_ words: some Collection<String>) -> String {
    words.reduce(into: "") { text, word in
      if !word.isEmpty, needsSpace(between: text, and: word) { text.append(" ") }
      text += word
    }
  }

  static func needsSpace(between text: String, and word: String) -> Bool {
    guard let last = text.last(where: { !isAttached($0) }), let first = word.first else {
      return !text.isEmpty
    }
    return !(isSign(last) && isSign(first))
  }

  /// Whether a voice is expected to say anything for it.
  public static func isSpeakable(_ word: some StringProtocol) -> Bool {
    word.contains { ($0.isLetter || $0.isNumber) && !isEmoji($0) || spokenSymbols.contains($0) }
  }

  private static let spokenSymbols = Set("&@%$€£¥#+=°§×÷±")

  /// Pictures that are shown but not read aloud.
  public static func isEmoji(_ character: Character) -> Bool {
    character.unicodeScalars.contains {
      $0.properties.isEmojiPresentation || $0.value == 0xFE0F || (0x1F000...0x1FAFF).contains($0.value)
    }
  }

  private static func cleaned(_ word: some StringProtocol) -> String {
    String(
      String.UnicodeScalarView(
        word.unicodeScalars.filter { $0.properties.generalCategory != .control }))
  }

  /// `你好，world` as `你`, `好，`, `world`.
  private static func splitSigns(_ word: String) -> [String] {
    guard word.contains(where: isSign) else { return word.isEmpty ? [] : [word] }
    var words: [String] = []
    var current = ""
    for character in word {
      let startsWord =
        isSign(character) ? current.contains { !isOpening($0) }
        : !isAttached(character) && current.contains(where: isSign)
      if startsWord {
        words.append(current)
        current = ""
      }
      current.append(character)
    }
    return words + [current]
  }

  /// Han, Hiragana, Katakana: scripts in which any sign may begin a word.
  static func isSign(_ character: Character) -> Bool {
    guard let scalar = character.unicodeScalars.first else { return false }
    switch scalar.value {
    case 0x3041...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3134F,
      0xFF66...0xFF9D:
      return true
    default: return false
    }
  }

  private static func isOpening(_ character: Character) -> Bool { "「『（《〈【“‘([{".contains(character) }

  /// Punctuation that belongs to what stands before it.
  private static func isAttached(_ character: Character) -> Bool {
    !isOpening(character) && (character.isPunctuation || character.isSymbol)
  }
}
