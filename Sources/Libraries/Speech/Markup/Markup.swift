/// The part of SSML 1.1 (W3C) that is understood: what services for speech agree on.
public enum Markup {
  public enum Element: String, Sendable, Hashable, CaseIterable {
    case `break`, emphasis, prosody
    case sayAs = "say-as"
    case phoneme, sub

    /// Whether nothing but text may stand inside.
    var holdsTextOnly: Bool { self == .sayAs || self == .phoneme || self == .sub }
  }

  public struct Attribute: Sendable, Hashable {
    public var name: String
    public var value: String
  }

  /// An element as it was written. Two with the same attributes are still two.
  public struct Tag: Sendable, Hashable {
    public var number: Int
    public var element: Element
    public var attributes: [Attribute]

    var opening: String { "<\(element.rawValue)\(attributeText)>" }
    var closing: String { "</\(element.rawValue)>" }
    var empty: String { "<\(element.rawValue)\(attributeText)/>" }

    private var attributeText: String {
      attributes.map { " \($0.name)=\"\(Markup.escaped($0.value))\"" }.joined()
    }
  }

  /// Why a text is not the SSML that is understood here, and where.
  public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    public var line: Int
    public var column: Int
    public var message: String
    public var description: String { "\(line):\(column): \(message)" }
  }

  /// For text and for values of attributes.
  public static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }
}

/// A word of a marked text.
public struct MarkedWord: Sendable, Hashable {
  /// As written and shown.
  public var text: String
  /// Elements that it is in, the outermost first.
  public var tags: [Markup.Tag] = []
  /// Pauses before it.
  public var breaksBefore: [Markup.Tag] = []
  /// Pauses after it, where nothing follows in its sentence.
  public var breaksAfter: [Markup.Tag] = []

  /// Whether an element says how it is read.
  public var isReadByElement: Bool { tags.contains { $0.element.holdsTextOnly } }
}

/// A sentence with its elements, ready for a service.
public struct MarkedSentence: Sendable, Hashable {
  public let sentence: SpokenSentence
  private let words: [MarkedWord]

  /// - Parameter words: one for each range of the sentence.
  public init(_ sentence: SpokenSentence, words: [MarkedWord]) {
    self.sentence = sentence
    self.words = words
  }

  public init(plain sentence: SpokenSentence) {
    self.init(sentence, words: sentence.ranges.map { _ in MarkedWord(text: "") })
  }

  public var elements: Set<Markup.Element> {
    Set(words.flatMap { $0.tags + $0.breaksBefore + $0.breaksAfter }.map(\.element))
  }

  /// What stands inside `<speak>`. With marks, `<mark name="w3"/>` is before the word with index 3, except inside of
  /// elements that hold text alone.
  public func ssml(marks: Bool) -> String {
    let text = Array(sentence.text.unicodeScalars)
    var result = ""
    var open: [Markup.Tag] = []
    var end = 0
    for (index, range) in sentence.ranges.enumerated() where index < words.count {
      let word = words[index]
      let kept = zip(open, word.tags).prefix { $0 == $1 }.count
      result += open[kept...].reversed().map(\.closing).joined()
      open = Array(open[..<kept])
      let isInsideText = open.contains { $0.element.holdsTextOnly }
      result += Self.escaped(text[end..<max(end, range.lowerBound)])
      if !isInsideText { result += word.breaksBefore.map(\.empty).joined() }
      if marks, !range.isEmpty, !isInsideText { result += "<mark name=\"w\(index)\"/>" }
      result += word.tags[kept...].map(\.opening).joined()
      open = word.tags
      result += Self.escaped(text[range])
      end = max(end, range.upperBound)
    }
    result += open.reversed().map(\.closing).joined()
    result += Self.escaped(text[end...])
    return result + words.flatMap(\.breaksAfter).map(\.empty).joined()
  }

  private static func escaped(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    Markup.escaped(String(String.UnicodeScalarView(scalars)))
  }
}
