/// What attributes the elements have, and what may stand in them.
enum MarkupRules {
  /// What is wrong with an element; nil when nothing is.
  static func problem(_ element: Markup.Element, _ attributes: [Markup.Attribute]) -> String? {
    let known = known(element)
    for attribute in attributes {
      guard known.contains(attribute.name) else {
        return "`<\(element.rawValue)>` has no attribute `\(attribute.name)` here; it has "
          + known.map { "`\($0)`" }.joined(separator: ", ")
      }
      if let problem = problem(attribute, of: element) {
        return "`\(attribute.name)=\"\(attribute.value)\"`: \(problem)"
      }
    }
    for name in required(element) where !attributes.contains(where: { $0.name == name }) {
      return "`<\(element.rawValue)>` needs the attribute `\(name)`"
    }
    if element == .prosody, attributes.isEmpty { return "`<prosody>` needs an attribute" }
    return nil
  }

  private static func known(_ element: Markup.Element) -> [String] {
    switch element {
    case .break: ["time", "strength"]
    case .emphasis: ["level"]
    case .prosody: ["rate", "pitch", "volume"]
    case .sayAs: ["interpret-as", "format", "detail"]
    case .phoneme: ["alphabet", "ph"]
    case .sub: ["alias"]
    }
  }

  private static func required(_ element: Markup.Element) -> [String] {
    switch element {
    case .sayAs: ["interpret-as"]
    case .phoneme: ["ph"]
    case .sub: ["alias"]
    case .break, .emphasis, .prosody: []
    }
  }

  private static func problem(
    _ attribute: Markup.Attribute, of element: Markup.Element
  ) -> String? {
    let value = attribute.value
    switch (element, attribute.name) {
    case (.break, "time"):
      guard let time = seconds(value), (0...10).contains(time) else {
        return "write a time up to 10 s such as `500ms` or `1.5s`"
      }
    case (.break, "strength"):
      return one(of: ["none", "x-weak", "weak", "medium", "strong", "x-strong"], value)
    case (.emphasis, "level"): return one(of: ["strong", "moderate", "reduced", "none"], value)
    case (.prosody, "rate"):
      return change(value, ["x-slow", "slow", "medium", "fast", "x-fast", "default"], ["%"])
    case (.prosody, "pitch"):
      return change(
        value, ["x-low", "low", "medium", "high", "x-high", "default"], ["%", "st", "Hz"])
    case (.prosody, "volume"):
      return change(
        value, ["silent", "x-soft", "soft", "medium", "loud", "x-loud", "default"], ["dB", "%"])
    case (.sayAs, "interpret-as"):
      return one(
        of: [
          "cardinal", "ordinal", "characters", "spell-out", "fraction", "unit", "date", "time",
          "telephone", "digits", "number", "verbatim", "currency", "address",
        ], value)
    case (.phoneme, "alphabet"): return one(of: ["ipa", "x-sampa", "sapi", "ups"], value)
    case (.phoneme, "ph"), (.sub, "alias"):
      if value.allSatisfy(\.isWhitespace) { return "there is nothing in it" }
    default: break
    }
    return nil
  }

  private static func one(of words: [String], _ value: String) -> String? {
    words.contains(value)
      ? nil : "it is one of " + words.map { "`\($0)`" }.joined(separator: ", ")
  }

  private static func change(_ value: String, _ words: [String], _ units: [String]) -> String? {
    if words.contains(value) { return nil }
    for unit in units where value.hasSuffix(unit) {
      if Double(value.dropLast(unit.count)) != nil { return nil }
    }
    if units.contains("%"), let factor = Double(value), factor > 0 { return nil }
    return "write one of \(words.map { "`\($0)`" }.joined(separator: ", ")), or a change such as "
      + "`+10\(units[0])`"
  }

  /// `1.5s` and `500ms`.
  static func seconds(_ text: String) -> Double? {
    if text.hasSuffix("ms") { return Double(text.dropLast(2)).map { $0 / 1000 } }
    return text.hasSuffix("s") ? Double(text.dropLast()) : nil
  }
}
