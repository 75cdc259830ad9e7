extension Duration {
  /// What a text that is no duration here probably means: `30`, `PT5M`, `00:01:30`, `5 minutes`; nil when nothing.
  static func meant(by text: String) -> String? {
    let text = text.trimmed.lowercased()
    if !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }) {
      return Duration("\(text)s") == nil ? nil : "\(text)s"
    }
    let seconds = iso8601(text) ?? clock(text) ?? words(text)
    return seconds.flatMap {
      $0 > 0 && $0 < 36_000_000 ? MediaTime(seconds: $0).asDuration.written : nil
    }
  }

  /// ISO 8601 without years and months, as `p1dt2h30m5.5s`.
  private static func iso8601(_ text: String) -> Double? {
    guard text.hasPrefix("p"), text.count > 2 else { return nil }
    var isTime = false
    var number = ""
    var seconds = 0.0
    for character in text.dropFirst() {
      if character == "t" {
        isTime = true
      } else if character.isNumber || character == "." {
        number.append(character)
      } else {
        let unit: [Character: Double] =
          isTime ? ["h": 3600, "m": 60, "s": 1] : ["d": 86_400, "w": 604_800]
        guard let factor = unit[character], let value = Double(number) else { return nil }
        seconds += value * factor
        number = ""
      }
    }
    return number.isEmpty ? seconds : nil
  }

  /// `mm:ss` or `hh:mm:ss`.
  private static func clock(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    let known = parts.compactMap(\.self)
    guard (2...3).contains(parts.count), known.count == parts.count, known.allSatisfy({ $0 >= 0 })
    else { return nil }
    return known.reduce(0) { $0 * 60 + $1 }
  }

  /// `5 minutes`, `1h 30 min`.
  private static func words(_ text: String) -> Double? {
    let units: [(names: [String], factor: Double)] = [
      (["ms", "msec", "millis", "milliseconds", "millisecond"], 0.001),
      (["s", "sec", "secs", "second", "seconds"], 1),
      (["m", "min", "mins", "minute", "minutes"], 60), (["h", "hr", "hrs", "hour", "hours"], 3600),
      (["d", "day", "days"], 86_400),
    ]
    var rest = text.filter { $0 != " " }[...]
    var seconds = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let value = Double(digits),
        let unit = units.first(where: { $0.names.contains(String(name)) })
      else { return nil }
      seconds += value * unit.factor
    }
    return seconds
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
