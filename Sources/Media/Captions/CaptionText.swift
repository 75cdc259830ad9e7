public import Pipeline

/// How words stand beside each other.
public enum CaptionText {
  /// A line as read: one space between words, none between Chinese or Japanese ones.
  public static func join(_ words: [Cue.Word]) -> String {
    zip(separators(of: words), words).map { $0 + $1.text }.joined()
  }

  /// How much there is to read, in letters of an alphabet. A Chinese, Japanese or Korean character counts two and a
  /// half: guidelines that allow 42 letters to a line and 20 to a second allow 16 or 17 and 8 or 9 of these.
  public static func length(of text: String) -> Double {
    text.reduce(0) { $0 + (isUnspaced($1) || isHangul($1) ? 2.5 : 1) }
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

  /// Whether a line may end between two neighbours inside a word.
  static func mayBreak(_ left: Character, _ right: Character) -> Bool {
    guard isUnspaced(right), mayBegin(right), !"「『（《〈【“‘".contains(left) else { return false }
    return isUnspaced(left) || ",.!?;:".contains(left)
  }

  /// Scripts whose words are not set apart by spaces, and the punctuation that goes with them.
  static func isUnspaced(_ character: Character) -> Bool {
    guard let value = character.unicodeScalars.first?.value else { return false }
    return switch value {
    case 0x3000...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
      0xFF00...0xFF60, 0x20000...0x3FFFD:
      true
    default: false
    }
  }

  private static func isHangul(_ character: Character) -> Bool {
    guard let value = character.unicodeScalars.first?.value else { return false }
    return (0x1100...0x11FF).contains(value) || (0xAC00...0xD7A3).contains(value)
  }

  /// Punctuation and small kana may not begin a line (JIS X 4051, GB/T 15834).
  private static func mayBegin(_ character: Character) -> Bool {
    !"、。，．！？：；）」』】〉》”’…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ".contains(character)
  }
}
