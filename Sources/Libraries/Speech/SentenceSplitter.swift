/// A piece of text that is spoken in one breath.
public struct Sentence: Sendable, Hashable {
  public enum Ending: Sendable, Hashable {
    /// A sentence too long for a voice goes on.
    case clause
    case sentence
    case paragraph
  }

  /// Words as written.
  public var words: [String]
  public var ending: Ending

  public init(words: [String], ending: Ending) {
    self.words = words
    self.ending = ending
  }
}

/// Cuts text into sentences: at `.` `!` `?` and their relatives, but not after abbreviations, initials and numbers
/// in lists, nor where the next word goes on in lower case. An empty line ends a paragraph.
public struct SentenceSplitter: Sendable {
  /// Characters; a longer sentence is cut at a clause or, at worst, between words.
  public var longest = 400
  private let ordinalsHaveDots: Bool

  /// - Parameter language: a BCP 47 tag; some languages write ordinals with a dot.
  public init(language: String) {
    ordinalsHaveDots = Self.dottedOrdinals.contains(LanguageTag.primary(language))
  }

  public func sentences(in text: String) -> [Sentence] {
    paragraphs(in: text).flatMap { sentences(ofParagraph: WrittenWords.split($0)) }
  }

  /// - Parameter words: of one paragraph, as written; each is in exactly one of the sentences, in their order.
  public func sentences(ofParagraph words: [String]) -> [Sentence] {
    var sentences = split(words)
    if !sentences.isEmpty { sentences[sentences.count - 1].ending = .paragraph }
    return sentences
  }

  private func paragraphs(in text: String) -> [String] {
    var paragraphs: [String] = []
    var lines: [Substring] = []
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.allSatisfy(\.isWhitespace) {
        paragraphs.append(lines.joined(separator: "\n"))
        lines = []
      } else {
        lines.append(line)
      }
    }
    return (paragraphs + [lines.joined(separator: "\n")]).filter { !$0.isEmpty }
  }

  private func split(_ words: [String]) -> [Sentence] {
    var sentences: [Sentence] = []
    var current: [String] = []
    for (index, word) in words.enumerated() {
      current.append(word)
      let next = index + 1 < words.count ? words[index + 1] : nil
      if endsSentence(word, isFirst: current.count == 1, next: next) {
        sentences += cut(current)
        current = []
      }
    }
    return current.isEmpty ? sentences : sentences + cut(current)
  }

  private func endsSentence(_ word: String, isFirst: Bool, next: String?) -> Bool {
    guard let next else { return true }
    let core = word.trimmed(of: Self.closing, atEnd: true)
    guard let last = core.last else { return false }
    if Self.fullWidthTerminators.contains(last) { return true }
    guard Self.terminators.contains(last) else { return false }
    let following = next.trimmed(of: Self.opening, atEnd: false)
    if following.first?.isLowercase == true { return false }
    guard last == "." else { return true }
    return !isAbbreviation(core.trimmed(of: Self.opening, atEnd: false), isFirst: isFirst)
  }

  /// - Parameter word: ends with a dot; the next word does not begin in lower case.
  private func isAbbreviation(_ word: String, isFirst: Bool) -> Bool {
    let body = word.dropLast()
    if body.isEmpty || body.hasSuffix(".") { return false }
    if body.allSatisfy(\.isNumber) {
      return isFirst || ordinalsHaveDots && body.count <= 2
    }
    if body.count == 1, body.first?.isLetter == true, body.first?.isUppercase == true, body != "I" {
      return true
    }
    let parts = body.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count > 1, parts.allSatisfy({ $0.count == 1 && $0.first?.isLetter == true }) {
      return !Self.mayEndSentence.contains(body.lowercased())
    }
    return Self.abbreviations.contains(body.lowercased())
  }

  /// Cuts what is too long behind `,` `;` `:` or a dash in its second half, else between words.
  private func cut(_ words: [String]) -> [Sentence] {
    var pieces: [Sentence] = []
    var rest = words[...]
    while rest.reduce(0, { $0 + $1.count + 1 }) > longest + 1 {
      var length = 0
      var count = 0
      var clauseCount: Int?
      for word in rest {
        length += word.count + 1
        if length > longest + 1, count > 0 { break }
        count += 1
        if length > longest / 2, let last = word.last, Self.clauseEnds.contains(last) {
          clauseCount = count
        }
      }
      let taken = clauseCount ?? count
      if taken >= rest.count { break }
      pieces.append(Sentence(words: Array(rest.prefix(taken)), ending: .clause))
      rest = rest.dropFirst(taken)
    }
    return pieces + [Sentence(words: Array(rest), ending: .sentence)]
  }

  private static let terminators = Set(".!?…‽؟।")
  private static let fullWidthTerminators = Set("。！？｡．")
  private static let clauseEnds = Set(",;:—–،؛、，；：")
  private static let closing = Set("\"'”’»›)]}」』）》〉】*_")
  private static let opening = Set("\"'“‘„‚«‹([{「『（《〈【¿¡*_")
  private static let mayEndSentence: Set = ["a.m", "p.m", "u.s", "u.k", "e.u", "d.c"]
  private static let dottedOrdinals: Set = [
    "de", "da", "nb", "nn", "no", "fi", "is", "et", "lv", "cs", "sk", "sl", "hr", "sr", "bs", "pl",
    "hu", "tr", "lb",
  ]
  private static let abbreviations: Set = [
    "mr", "mrs", "ms", "mx", "dr", "prof", "st", "mt", "ft", "rev", "hon", "gen", "col", "maj",
    "capt", "cpt", "lt", "sgt", "cmdr", "adm", "gov", "sen", "rep", "pres", "messrs", "vs", "viz",
    "fig", "figs", "no", "nos", "vol", "vols", "pp", "ed", "eds", "ch", "sec", "art", "cf", "al",
    "approx", "dept", "est", "ca", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept",
    "oct", "nov", "dec", "mme", "mlle", "nr", "bzw", "ggf", "evtl", "hr", "fr", "sra", "srta",
    "dra", "sig", "dott", "ing", "ул", "г", "им",
  ]
}

/// The first part of BCP 47 tags, as much of them as speech needs.
public enum LanguageTag {
  /// `en` of `en-US`, in lower case.
  public static func primary(_ tag: String) -> String {
    String(tag.lowercased().prefix { $0 != "-" && $0 != "_" })
  }
}

extension String {
  fileprivate func trimmed(of characters: Set<Character>, atEnd: Bool) -> String {
    if atEnd {
      guard let last = lastIndex(where: { !characters.contains($0) }) else { return "" }
      return String(self[...last])
    }
    return String(drop { characters.contains($0) })
  }
}
