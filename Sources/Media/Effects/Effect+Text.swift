public import Pipeline

/// Why a text is no effect.
public struct EffectError: Error, Sendable, Hashable, CustomStringConvertible {
  public let message: String
  public var description: String { message }
}

extension Effect {
  /// Names of the filters that can be used.
  public static var names: [String] { EffectRule.all.map(\.name) }

  /// Reads an effect as libavfilter writes it, such as `eq=contrast=1.2:saturation=0.8`.
  ///
  /// Only filters of a list are taken, with numbers for settings, each within its bounds: a filter could otherwise read
  /// files, or show other pictures when a film is made in pieces.
  public init(parsing text: String) throws(EffectError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0]).trimmed
    guard let rule = EffectRule.named(name) else {
      throw EffectError(message: Self.unknown(name))
    }
    var settings: [String: Double] = [:]
    if parts.count > 1 {
      for pair in parts[1].split(separator: ":", omittingEmptySubsequences: false) {
        let (setting, value) = try Self.setting(String(pair), of: rule)
        guard settings.updateValue(value, forKey: setting) == nil else {
          throw EffectError(message: "`\(name)` has `\(setting)` twice")
        }
      }
    }
    self.init(filter: name, settings: settings)
  }

  /// Throws what `init(parsing:)` would say of the same effect.
  public func check() throws(EffectError) {
    guard let rule = EffectRule.named(filter) else {
      throw EffectError(message: Self.unknown(filter))
    }
    for (name, value) in settings { try Self.check(name, value, of: rule) }
  }

  private static func setting(
    _ text: String, of rule: EffectRule
  ) throws(EffectError) -> (String, Double) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw EffectError(
        message: "`\(rule.name)`: expected `setting=number`, found `\(text)`")
    }
    let name = String(parts[0]).trimmed
    guard let value = Double(String(parts[1]).trimmed), value.isFinite else {
      try check(name, nil, of: rule)
      throw EffectError(
        message: "`\(rule.name)`: `\(name)` is a number, found `\(parts[1])`")
    }
    try check(name, value, of: rule)
    return (name, value)
  }

  private static func check(
    _ name: String, _ value: Double?, of rule: EffectRule
  ) throws(EffectError) {
    guard let setting = rule.settings.first(where: { $0.name == name }) else {
      let names = rule.settings.map(\.name)
      let near = Spelling.nearest(to: name, among: names)
      let known = names.map { "`\($0)`" }.joined(separator: ", ")
      throw EffectError(
        message: "`\(rule.name)` has no setting `\(name)`; "
          + (names.isEmpty
            ? "it has none" : near.map { "did you mean `\($0)`?" } ?? "it has \(known)"))
    }
    guard let value else { return }
    guard setting.range.contains(value) else {
      throw EffectError(
        message: "`\(rule.name)`: `\(name)` is \(text(setting.range.lowerBound)) to "
          + "\(text(setting.range.upperBound)), found \(text(value))")
    }
    if setting.isWhole, value != value.rounded() {
      throw EffectError(
        message: "`\(rule.name)`: `\(name)` is a whole number, found \(text(value))")
    }
    if setting.isOdd, value.truncatingRemainder(dividingBy: 2) == 0 {
      throw EffectError(
        message: "`\(rule.name)`: `\(name)` is an odd number, found \(text(value))")
    }
  }

  private static func unknown(_ name: String) -> String {
    let near = Spelling.nearest(to: name, among: names)
    return "`\(name)` is not an effect; "
      + (near.map { "did you mean `\($0)`?" }
        ?? "there are \(names.map { "`\($0)`" }.joined(separator: ", "))")
  }

  static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(value)
  }

  /// As libavfilter reads it; the effect must have been checked.
  func description(_ rule: EffectRule) -> String {
    let own = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.text($0.value))" }
    let all = own + (rule.fixed.isEmpty ? [] : [rule.fixed])
    return all.isEmpty ? rule.name : "\(rule.name)=\(all.joined(separator: ":"))"
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
