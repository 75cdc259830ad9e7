import Speech

/// What OpenAI calls `verbose_json`, as it and its relatives write it: words at the top, or in segments, or not at all.
struct WhisperAnswer: Decodable {
  struct Word: Decodable {
    var word: String
    var start: Double?
    var end: Double?
    var probability: Double?
  }

  struct Segment: Decodable {
    var words: [Word]?
  }

  var text: String?
  var words: [Word]?
  var segments: [Segment]?

  /// Nil when the service says no times of words.
  var recognised: [RecognisedWord]? {
    if let words { return Self.read(words) }
    let inSegments = (segments ?? []).compactMap(\.words)
    guard !inSegments.isEmpty else {
      // Nothing was said, which needs no times.
      return (text ?? "").allSatisfy(\.isWhitespace) && segments != nil ? [] : nil
    }
    return Self.read(inSegments.flatMap { $0 })
  }

  private static func read(_ words: [Word]) -> [RecognisedWord] {
    words.compactMap { word in
      guard let start = word.start, let end = word.end else { return nil }
      return RecognisedWord(
        text: word.word, start: start, end: end, confidence: word.probability)
    }
  }

  /// Tokens of whisper.cpp as words: one that begins with a space begins a word.
  static func joined(_ tokens: [RecognisedWord]) -> [RecognisedWord] {
    var words: [RecognisedWord] = []
    for token in tokens where !token.text.hasPrefix("[_") && !token.text.isEmpty {
      let text = token.text.filter { !$0.isWhitespace }
      guard !text.isEmpty else { continue }
      if words.isEmpty || token.text.first?.isWhitespace == true {
        words.append(token)
        words[words.count - 1].text = text
      } else {
        let last = words.count - 1
        words[last].text += text
        words[last].end = max(words[last].end, token.end)
        if let one = words[last].confidence, let other = token.confidence {
          words[last].confidence = min(one, other)
        }
      }
    }
    return words
  }

  /// Words without punctuation get that of the text, where both say the same.
  static func punctuated(_ words: [RecognisedWord], by text: String) -> [RecognisedWord] {
    let tokens = WrittenWords.split(text)
    var result: [RecognisedWord] = []
    var next = 0
    for token in tokens {
      let wanted = letters(token)
      guard !wanted.isEmpty else {
        if !result.isEmpty { result[result.count - 1].text += " \(token)" }
        continue
      }
      var found = ""
      let first = next
      while next < words.count, found.count < wanted.count {
        found += letters(words[next].text)
        next += 1
      }
      guard found == wanted, first < next else { return words }
      var word = words[first]
      word.text = token
      word.end = max(word.end, words[next - 1].end)
      result.append(word)
    }
    return next == words.count ? result : words
  }

  static func letters(_ word: String) -> String {
    String(word.lowercased().filter { $0.isLetter || $0.isNumber })
  }
}
