/// Amounts as people write them on a command line.
enum AmountReader {
  /// `500MB`, `20 GB`, `1.5TiB`, `4096`; nil for anything else.
  static func bytes(_ text: String) -> Int? {
    let units: [String: Double] = [
      "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12,
      "tb": 1e12, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
    ]
    return whole(text, units)
  }

  /// `45s`, `90m`, `12h`, `30d`, `2w`; nil for anything else, also without a unit.
  static func milliseconds(_ text: String) -> Int? {
    whole(text, ["s": 1e3, "m": 6e4, "min": 6e4, "h": 3.6e6, "d": 8.64e7, "w": 6.048e8])
  }

  private static func whole(_ text: String, _ units: [String: Double]) -> Int? {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
    guard let amount = Double(number), let factor = units[unit] else { return nil }
    return Int(exactly: (amount * factor).rounded())
  }
}
