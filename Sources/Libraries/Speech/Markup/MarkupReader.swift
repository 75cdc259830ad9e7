/// Reads the SSML that is understood, and nothing more: no document types, no entities of one's own, no namespaces.
public struct MarkupReader {
  private let text: [Character]
  private var at = 0
  private var open: [(name: String, tag: Markup.Tag?)] = []
  private var paragraphs: [[MarkedWord]] = [[]]
  private var pendingBreaks: [Markup.Tag] = []
  /// Whether the last word goes on where no space follows it.
  private var isGlued = false
  private var number = 0

  /// With or without `<speak>` around it.
  ///
  /// - Returns: the words of each paragraph.
  public static func read(_ text: String) throws(Markup.Problem) -> [[MarkedWord]] {
    var reader = MarkupReader(text)
    return try reader.read()
  }

  private init(_ text: String) { self.text = Array(text) }

  private mutating func read() throws(Markup.Problem) -> [[MarkedWord]] {
    while at < text.count {
      if text[at] == "<" { try readTag() } else { try readText() }
    }
    if let last = open.last { throw problem("`<\(last.name)>` is not closed", at: text.count) }
    endParagraph()
    let found = paragraphs.filter { !$0.isEmpty }
    guard !found.isEmpty else { throw problem("there is nothing to say in it", at: 0) }
    return found
  }

  // MARK: Text

  private mutating func readText() throws(Markup.Problem) {
    var run = ""
    var newlines = 0
    while at < text.count, text[at] != "<" {
      let character = text[at]
      if character == "&" {
        run.append(try readEntity())
        newlines = 0
        continue
      }
      if character.isNewline { newlines += 1 } else if !character.isWhitespace { newlines = 0 }
      if newlines == 2 {
        add(run)
        run = ""
        endParagraph()
      }
      run.append(character)
      at += 1
    }
    add(run)
  }

  private mutating func add(_ run: String) {
    guard !run.isEmpty else { return }
    var words = WrittenWords.split(run)
    if isGlued, run.first?.isWhitespace == false, let first = words.first,
      !first.contains(where: { $0.isLetter || $0.isNumber }),
      let last = paragraphs[paragraphs.count - 1].indices.last
    {
      paragraphs[paragraphs.count - 1][last].text += first
      words.removeFirst()
    }
    for word in words {
      paragraphs[paragraphs.count - 1].append(
        MarkedWord(text: word, tags: open.compactMap(\.tag), breaksBefore: pendingBreaks))
      pendingBreaks = []
    }
    isGlued = run.last?.isWhitespace == false
  }

  private mutating func endParagraph() {
    let last = paragraphs.count - 1
    if !pendingBreaks.isEmpty, let word = paragraphs[last].indices.last {
      paragraphs[last][word].breaksAfter += pendingBreaks
      pendingBreaks = []
    }
    if !paragraphs[last].isEmpty { paragraphs.append([]) }
    isGlued = false
  }

  private mutating func readEntity() throws(Markup.Problem) -> Character {
    let start = at
    guard let end = text[at...].prefix(12).firstIndex(of: ";") else {
      throw problem("`&` is written `&amp;`", at: start)
    }
    let name = String(text[at + 1..<end])
    at = end + 1
    if let known = Self.entities[name] { return known }
    let digits = name.dropFirst(name.hasPrefix("#x") ? 2 : 1)
    if name.hasPrefix("#"), let code = UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10),
      let scalar = Unicode.Scalar(code), code >= 0x20
    {
      return Character(scalar)
    }
    throw problem("there is no entity `&\(name);`", at: start)
  }

  private static let entities: [String: Character] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'",
  ]

  // MARK: Tags

  private mutating func readTag() throws(Markup.Problem) {
    let start = at
    if has("<!--") { return try skip(to: "-->", from: start) }
    if has("<?xml") { return try skip(to: "?>", from: start) }
    if has("<!") || has("<?") {
      throw problem("document types, sections and instructions are not taken", at: start)
    }
    at += 1
    let isClosing = has("/")
    if isClosing { at += 1 }
    let name = readName()
    guard !name.isEmpty else { throw problem("`<` in a text is written `&lt;`", at: start) }
    let attributes = try readAttributes(of: name)
    let isEmpty = has("/")
    if isEmpty { at += 1 }
    guard has(">") else { throw problem("`<\(name)` is not closed by `>`", at: start) }
    at += 1
    if isClosing {
      try close(name, at: start)
    } else {
      try begin(name, attributes, isEmpty: isEmpty, at: start)
    }
  }

  private mutating func begin(
    _ name: String, _ attributes: [Markup.Attribute], isEmpty: Bool, at start: Int
  ) throws(Markup.Problem) {
    if ["speak", "p", "s"].contains(name) {
      if name == "speak", !open.isEmpty { throw problem("`<speak>` stands around all", at: start) }
      if name == "p" { endParagraph() }
      if !isEmpty { open.append((name, nil)) }
      return
    }
    guard let element = Markup.Element(rawValue: name) else {
      let known = Markup.Element.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      throw problem(
        "`<\(name)>` is not taken; there are `speak`, `p`, `s`, \(known)", at: start)
    }
    if let outer = open.last?.tag, outer.element.holdsTextOnly {
      throw problem("in `<\(outer.element.rawValue)>` there is text alone", at: start)
    }
    if let message = MarkupRules.problem(element, attributes) {
      throw problem(message, at: start)
    }
    number += 1
    let tag = Markup.Tag(number: number, element: element, attributes: attributes)
    if element == .break {
      pendingBreaks.append(tag)
      if !isEmpty { open.append((name, nil)) }
    } else if !isEmpty {
      open.append((name, tag))
    }
  }

  private mutating func close(_ name: String, at start: Int) throws(Markup.Problem) {
    guard let last = open.last, last.name == name else {
      throw problem(
        "`</\(name)>` closes nothing"
          + (open.last.map { "; `<\($0.name)>` is open" } ?? ""), at: start)
    }
    open.removeLast()
    if name == "p" { endParagraph() }
  }

  private mutating func readAttributes(
    of name: String
  ) throws(Markup.Problem) -> [Markup.Attribute] {
    var attributes: [Markup.Attribute] = []
    while true {
      skipSpace()
      guard at < text.count, text[at] != ">", text[at] != "/" else { break }
      let start = at
      let attribute = readName()
      skipSpace()
      guard !attribute.isEmpty, has("=") else {
        throw problem("`<\(name)` has something in it that is no attribute", at: start)
      }
      at += 1
      skipSpace()
      guard at < text.count, text[at] == "\"" || text[at] == "'" else {
        throw problem("the value of `\(attribute)` stands in quotes", at: start)
      }
      let value = try readValue(quote: text[at], of: attribute)
      if attributes.contains(where: { $0.name == attribute }) {
        throw problem("`\(attribute)` is given twice", at: start)
      }
      // What documents say about themselves.
      if name == "speak" { continue }
      attributes.append(Markup.Attribute(name: attribute, value: value))
    }
    return attributes
  }

  private mutating func readValue(
    quote: Character, of attribute: String
  ) throws(Markup.Problem) -> String {
    let start = at
    at += 1
    var value = ""
    while at < text.count, text[at] != quote {
      if text[at] == "<" { throw problem("`<` in a value is written `&lt;`", at: at) }
      if text[at] == "&" {
        value.append(try readEntity())
      } else {
        value.append(text[at])
        at += 1
      }
    }
    guard at < text.count else {
      throw problem("the value of `\(attribute)` has no end", at: start)
    }
    at += 1
    return value
  }

  private mutating func readName() -> String {
    let name = text[at...].prefix { $0.isLetter || $0.isNumber || "-_:.".contains($0) }
    at += name.count
    return String(name)
  }

  private mutating func skipSpace() {
    while at < text.count, text[at].isWhitespace { at += 1 }
  }

  private mutating func skip(to end: String, from start: Int) throws(Markup.Problem) {
    while at < text.count, !has(end) { at += 1 }
    guard at < text.count else { throw problem("it has no end `\(end)`", at: start) }
    at += end.count
  }

  private func has(_ word: String) -> Bool { text[at...].starts(with: word) }

  private func problem(_ message: String, at place: Int) -> Markup.Problem {
    let before = text[..<min(place, text.count)]
    let line = before.count { $0.isNewline } + 1
    let column = before.reversed().prefix { !$0.isNewline }.count + 1
    return Markup.Problem(line: line, column: column, message: message)
  }
}
