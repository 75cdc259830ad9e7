import Foundation

extension Amount {
  /// How long ago a moment was: `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 days ago`.
  ///
  /// - Parameters:
  ///   - moment: milliseconds since 1970, as is `now`.
  static func age(_ moment: Int, now: Int = .now) -> String {
    let seconds = max(0, now - moment) / 1000
    switch seconds {
    case ..<2: return "just now"
    case ..<60: return "\(seconds) s ago"
    case ..<3600: return "\(seconds / 60) min ago"
    case ..<86_400: return "\(seconds / 3600) h ago"
    case ..<172_800: return "1 day ago"
    default: return "\(seconds / 86_400) days ago"
    }
  }

  /// `2026-11-20 16:45:12 UTC`.
  ///
  /// - Parameter moment: milliseconds since 1970.
  static func date(_ moment: Int) -> String {
    let parts = calendar(moment)
    let day = String(
      format: "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
    return "\(day) \(time(moment).prefix(8)) UTC"
  }

  /// `16:45:12.345`, in UTC.
  ///
  /// - Parameter moment: milliseconds since 1970.
  static func time(_ moment: Int) -> String {
    let parts = calendar(moment)
    return String(
      format: "%02d:%02d:%02d.%03d", parts.tm_hour, parts.tm_min, parts.tm_sec, moment % 1000)
  }

  private static func calendar(_ moment: Int) -> tm {
    var seconds = time_t(moment / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return parts
  }

  /// `1 task`, `12 tasks`.
  static func things(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

extension Int {
  /// Milliseconds since 1970.
  static var now: Int { Int(Date().timeIntervalSince1970 * 1000) }
}
