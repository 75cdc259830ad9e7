/// Addresses of pages and of people, as they are said.
enum AddressReading {
  private static let endings: Set = [
    "com", "org", "net", "io", "dev", "ai", "app", "edu", "gov", "info", "de", "fr", "es", "uk",
    "eu", "us", "ch", "at", "it", "nl", "co", "tv", "me",
  ]

  /// Nil for what is no address.
  static func read(_ word: String, _ words: ReadingVocabulary) -> String? {
    let lower = word.lowercased()
    var text = word
    for scheme in ["https://", "http://"] where lower.hasPrefix(scheme) {
      text = String(word.dropFirst(scheme.count))
    }
    let hasScheme = text.count < word.count
    guard hasScheme || lower.hasPrefix("www.") || isMail(word) || isHost(word) else { return nil }
    while text.hasSuffix("/") { text.removeLast() }
    // What follows is for machines.
    text = String(text.prefix { $0 != "?" && $0 != "#" })
    return spoken(text, words)
  }

  private static func isMail(_ word: String) -> Bool {
    let parts = word.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && isHost(String(parts[1]))
  }

  private static func isHost(_ word: String) -> Bool {
    let host = word.prefix { $0 != "/" }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, let last = labels.last, endings.contains(last.lowercased()) else {
      return false
    }
    return labels.allSatisfy { label in
      !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" }
    } && labels[0].contains(where: \.isLetter)
  }

  private static func spoken(_ text: String, _ words: ReadingVocabulary) -> String {
    var pieces: [String] = []
    var current = ""
    func end() {
      guard !current.isEmpty else { return }
      pieces.append(current.lowercased() == "www" ? "w w w" : digits(current, words))
      current = ""
    }
    for character in text {
      let name: String? =
        switch character {
        case ".": words.dot
        case "/": words.slash
        case "@": words.at
        case "-": words.dash
        case "_": words.underscore
        case ":": ""
        default: nil
        }
      guard let name else {
        current.append(character)
        continue
      }
      end()
      if !name.isEmpty { pieces.append(name) }
    }
    end()
    return pieces.joined(separator: " ")
  }

  /// Numbers inside of a part are said as such.
  private static func digits(_ part: String, _ words: ReadingVocabulary) -> String {
    guard part.allSatisfy(\.isNumber), let number = Int(part), part.count < 5 else { return part }
    return words.numbers.cardinal(number)
  }
}
