import Foundation

/// Writes words with the letters and signs that an English engine knows.
public enum EnglishSpelling {
  /// The word in printable ASCII; may hold spaces, may be empty.
  public static func ascii(_ word: String) -> String {
    var text = String(word.filter { !WrittenWords.isEmoji($0) })
    if text.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) { return text }
    text = currencyAfterAmount(text.precomposedStringWithCanonicalMapping)
    text = text.reduce(into: "") { result, character in
      result += names[character] ?? String(character)
    }
    text = rangesSpoken(text)
    if !text.unicodeScalars.allSatisfy(\.isASCII) {
      let folded = text.applyingTransform(StringTransform("Any-Latin; Latin-ASCII"), reverse: false)
      text = folded ?? text.decomposedStringWithCompatibilityMapping
    }
    let printable = text.unicodeScalars.filter { (0x20...0x7E).contains($0.value) }
    return String(String.UnicodeScalarView(printable)).split(separator: " ").joined(separator: " ")
  }

  /// `£20` as `20 pounds`; engines know this of dollars only.
  private static func currencyAfterAmount(_ word: String) -> String {
    guard let at = word.firstIndex(where: { currencies[$0] != nil }),
      let (one, many) = currencies[word[at]]
    else { return word }
    let after = word[word.index(after: at)...]
    let amount = after.prefix { $0.isNumber || $0 == "," || $0 == "." }
    let digits = amount.dropLast(amount.count - (amount.lastIndex(where: \.isNumber).map {
      amount.distance(from: amount.startIndex, to: $0) + 1
    } ?? 0))
    guard !digits.isEmpty else { return word }
    let rest = after[digits.endIndex...]
    return "\(word[..<at])\(digits) \(digits == "1" ? one : many)\(rest)"
  }

  /// `1990-1995` written with a real dash is `1990 to 1995`; any other dash is a pause.
  private static func rangesSpoken(_ text: String) -> String {
    guard text.contains(where: isDash) else { return text }
    let characters = Array(text)
    var result = ""
    for (index, character) in characters.enumerated() {
      guard isDash(character) else {
        result.append(character)
        continue
      }
      let isRange =
        index > 0 && index + 1 < characters.count && characters[index - 1].isNumber
        && characters[index + 1].isNumber
      result += isRange ? " to " : index > 0 && index + 1 < characters.count ? ", " : ""
    }
    return result
  }

  private static func isDash(_ character: Character) -> Bool { "–—―‒".contains(character) }

  private static let currencies: [Character: (one: String, many: String)] = [
    "£": ("pound", "pounds"), "€": ("euro", "euros"), "¥": ("yen", "yen"), "₹": ("rupee", "rupees"),
    "₽": ("rouble", "roubles"), "₩": ("won", "won"),
  ]

  /// Signs whose name is not what transliteration makes of them.
  private static let names: [Character: String] = [
    "’": "'", "‘": "'", "ʼ": "'", "′": "'", "“": "\"", "”": "\"", "„": "\"", "«": "\"", "»": "\"",
    "…": "...", "×": " times ", "÷": " divided by ", "±": " plus or minus ", "°": " degrees ",
    "½": " one half", "¼": " one quarter", "¾": " three quarters", "²": " squared", "³": " cubed",
    "£": " pounds ", "€": " euros ", "¥": " yen ", "§": " section ", "µ": "micro", "™": "", "®": "",
    "©": " copyright ", "•": "", "·": "", "¿": "", "¡": "", "‑": "-", "−": "-",
  ]
}
