/// What a client would rather have, most wanted first (RFC 9110 section 12.4).
public struct Preferences: Sendable, Hashable {
  struct Choice: Sendable, Hashable {
    /// In lower case; a media range, a language or a coding.
    let name: String
    /// In thousandths; 0 means "not this".
    let weight: Int
  }

  private let choices: [Choice]

  /// Malformed members are left out. A missing or empty field wants anything.
  public init(_ name: FieldName, of headers: Headers) {
    choices = headers.list(of: name).compactMap(Self.choice)
  }

  /// The offer that is wanted most; the first of several that are wanted equally. Nil when none is acceptable.
  public func best(of offers: [String]) -> String? {
    guard !choices.isEmpty else { return offers.first }
    var best: (offer: String, weight: Int)?
    for offer in offers {
      let weight = weight(of: offer)
      if weight > best?.weight ?? 0 { best = (offer, weight) }
    }
    return best?.offer
  }

  /// 0 to 1000. The most specific range that fits decides.
  public func weight(of offer: String) -> Int {
    let offer = offer.lowercased()
    var found: (specificity: Int, weight: Int) = (-1, 0)
    for choice in choices {
      guard let specificity = Self.specificity(of: choice.name, for: offer) else { continue }
      if specificity > found.specificity { found = (specificity, choice.weight) }
    }
    return found.weight
  }

  private static func specificity(of range: String, for offer: String) -> Int? {
    if range == "*" || range == "*/*" { return 0 }
    if range == offer { return 2 }
    guard range.hasSuffix("/*"), offer.hasPrefix(range.dropLast()) else { return nil }
    return 1
  }

  private static func choice(_ member: String) -> Choice? {
    let parts = QuotedText.split(member, at: UInt8(ascii: ";"))
    guard let name = parts.first?.lowercased(), !name.isEmpty,
      name.split(separator: "/", omittingEmptySubsequences: false)
        .allSatisfy({ Characters.isToken($0.utf8) })
    else { return nil }
    guard let parameter = parts.dropFirst().first(where: { $0.lowercased().hasPrefix("q=") }) else {
      return Choice(name: name, weight: 1000)
    }
    return weight(parameter.dropFirst(2)).map { Choice(name: name, weight: $0) }
  }

  /// `0`, `0.5`, `0.123` or `1.000`.
  private static func weight(_ text: Substring) -> Int? {
    let halves = text.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, let whole = halves.first, whole == "0" || whole == "1" else {
      return nil
    }
    let digits = halves.count == 2 ? halves[1] : ""
    guard digits.utf8.count <= 3 else { return nil }
    let padded = digits + String(repeating: "0", count: 3 - digits.utf8.count)
    guard let thousandths = Characters.decimal(padded) else { return nil }
    let weight = (whole == "1" ? 1000 : 0) + thousandths
    return weight <= 1000 ? weight : nil
  }
}
