import Foundation

/// What an engine is given for a sentence, and which part of it stands for which written word.
public struct SpokenSentence: Sendable, Hashable {
  public let text: String
  /// For each word its part of `text`, in Unicode scalars; empty for a word that is not spoken.
  public let ranges: [Range<Int>]

  /// For a voice that reads ASCII only.
  public init(english words: [String]) {
    self.init(words) { EnglishSpelling.ascii($0) }
  }

  /// For a voice that reads Unicode: only what nobody reads aloud is left out.
  public init(words: [String]) {
    self.init(words) { word in String(word.filter { !WrittenWords.isEmoji($0) }) }
  }

  private init(_ words: [String], spelling: (String) -> String) {
    var text = ""
    var length = 0
    var ranges: [Range<Int>] = []
    for word in words {
      let spoken = spelling(word)
      if !spoken.isEmpty, WrittenWords.needsSpace(between: text, and: spoken) {
        text.append(" ")
        length += 1
      }
      let count = spoken.unicodeScalars.count
      ranges.append(length..<length + count)
      text += spoken
      length += count
    }
    self.text = text
    self.ranges = ranges
  }

  /// The word that holds the scalar at `position`, or the next one if it is a space. Nil behind the last word.
  public func word(at position: Int) -> Int? {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= position { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count ? low : nil
  }
}
