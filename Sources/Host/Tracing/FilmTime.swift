import Foundation

/// Times on a film's clock as people write them.
enum FilmTime {
  /// Seconds of `1:23.4`, `1:02:03`, `83.4`, `83.4s`, `2500ms`, `2m`; nil for anything else.
  static func seconds(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count) else { return nil }
    if parts.count == 1 {
      if let plain = number(text) { return plain }
      for (unit, factor) in [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)] {
        guard text.hasSuffix(unit), let amount = number(String(text.dropLast(unit.count))) else {
          continue
        }
        return amount * factor
      }
      return nil
    }
    var seconds = 0.0
    for (index, part) in parts.enumerated() {
      guard let amount = number(part), index == 0 || amount < 60,
        index == parts.count - 1 || !part.contains(".")
      else { return nil }
      seconds = seconds * 60 + amount
    }
    return seconds
  }

  private static func number(_ text: String) -> Double? {
    guard !text.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else {
      return nil
    }
    return Double(text)
  }

  /// `0:12.400`, `1:02:03.000`.
  static func text(_ seconds: Double) -> String {
    let milliseconds = Int((max(0, seconds) * 1000).rounded())
    let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000)
    let tail = String(format: "%02d.%03d", rest / 1000, rest % 1000)
    guard minutes >= 60 else { return "\(minutes):\(tail)" }
    return "\(minutes / 60):" + String(format: "%02d:", minutes % 60) + tail
  }
}
