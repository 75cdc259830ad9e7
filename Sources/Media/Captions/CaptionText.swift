public import Pipeline

/// How words stand beside each other.
public enum CaptionText {
  /// A line as read: one space between words, none between Chinese or Japanese ones.
  public static func join(_ words: [Cue.Word]) -> String {
    zip(separators(of: words), words).map { $0 + $1.text }.joined()
  }

  /// What stands before each word: empty for the first.
  static func separators(of words: [Cue.Word]) -> [String] {
    words.indices.map { index in
      index == 0 || !needsSpace(words[index - 1].text, words[index].text) ? "" : " "
    }
  }

  static func needsSpace(_ left: String, _ right: String) -> Bool {
    guard let last = left.last, let first = right.first else { return true }
    return !(isUnspaced(last) && isUnspaced(first))
  }

  /// Scripts whose words are not set apart by spaces, and the punctuation that goes with them.
  static func isUnspaced(_ character: Character) -> Bool {
    guard let value = character.unicodeScalars.first?.value else { return false }
    return switch value {
    case 0x3000...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFF60,
      0x20000...0x3FFFD:
      true
    default: false
    }
  }

  /// Punctuation that may not begin a line.
  static func mayBegin(_ character: Character) -> Bool { !"、。，．！？：；）」』】〉》”’…".contains(character) }
}
