import Foundation
import Pipeline

/// Events in words.
enum EventText {
  /// Nil for an event that says nothing to a person.
  static func line(for event: RunEvent) -> String? {
    let stage = event.stage.map { stage in
      event.item.map { "\(stage)[\($0 + 1)]" } ?? stage
    }
    switch event.type {
    case .runCreated: return "run \(event.run)"
    case .runStarted: return nil
    case .runCompleted: return "run completed in \(Amount.seconds(event.elapsed))"
    case .runFailed: return "run failed after \(Amount.seconds(event.elapsed))"
    case .runInterrupted:
      return "run interrupted; `videocraft run` with the same inputs continues it"
    case .runResumed: return "run continues"
    case .attemptLost:
      return "\(stage ?? ""): attempt \(event.attempt ?? 1) was lost: \(event.message ?? "")"
    case .runCancelled: return "run cancelled after \(Amount.seconds(event.elapsed))"
    case .stageStarted: return "\(stage ?? ""): started"
    case .stageProgress: return "\(stage ?? ""): \(progress(event))"
    case .stageLog: return "\(stage ?? ""): \(event.message ?? "")"
    // One line for each rendition: the others say no more than progress does.
    case .segmentReady:
      guard let segment = event.segment, segment.index == 0 else { return nil }
      return "\(stage ?? ""): `\(segment.rendition.name)` can be played as far as it is made"
    case .stageWarning: return "\(stage ?? ""): warning: \(event.message ?? "")"
    case .stageRetrying:
      let wait = Amount.seconds(event.delay)
      return
        "\(stage ?? ""): attempt \(event.attempt ?? 1) failed: \(event.message ?? ""); again in \(wait)"
    case .stageCompleted:
      if event.elapsed == nil { return nil }
      let cached = (event.cached ?? 0) > 0 ? " (\(event.cached ?? 0) from earlier results)" : ""
      return "\(stage ?? ""): completed in \(Amount.seconds(event.elapsed))\(cached)"
    case .stageSkipped: return "\(stage ?? ""): skipped, \(event.message ?? "")"
    case .stageFailed:
      let cause = event.cause.map { " (\($0))" } ?? ""
      return
        "\(stage ?? ""): failed [\(event.errorClass?.rawValue ?? "")]: \(event.message ?? "")\(cause)"
    case .stageCancelled: return "\(stage ?? ""): cancelled"
    }
  }

  /// `55% 120/218 frames, 62 frames/s, 0:03 left`
  static func progress(_ event: RunEvent) -> String {
    var parts = [Amount.percent(event.fraction)]
    if let counts = counts(event) { parts[0] += " " + counts }
    if let speed = event.speed, let unit = event.unit { parts.append(Amount.speed(speed, unit)) }
    if let eta = event.eta { parts.append("\(Amount.clock(eta)) left") }
    return parts.joined(separator: ", ")
  }

  static func counts(_ event: RunEvent) -> String? {
    guard let done = event.done, let total = event.total, let unit = event.unit else { return nil }
    let phase = event.phase.map { "\($0) " } ?? ""
    let counts = "\(phase)\(Amount.count(done, unit))/\(Amount.count(total, unit))"
    return unit == .bytes ? counts : "\(counts) \(unit.rawValue)"
  }
}

/// One line of `BarDisplay`.
enum BarText {
  static func line(
    _ name: String, latest: RunEvent?, fraction: Double?, width: Int, colour: Bool
  ) -> String {
    let (bar, text, code) = parts(latest: latest, fraction: fraction)
    let line = "\(name)  \(bar)  \(text)"
    let cut = line.count > width ? String(line.prefix(max(0, width - 1))) + "…" : line
    return colour ? "\u{1B}[\(code)m\(cut)\u{1B}[0m" : cut
  }

  private static func parts(
    latest: RunEvent?, fraction: Double?
  ) -> (bar: String, text: String, code: Int) {
    guard let latest else { return (bar(0), "waiting", 2) }
    switch latest.type {
    case .stageCompleted:
      let cached = (latest.cached ?? 0) > 0 ? ", \(latest.cached ?? 0) from earlier results" : ""
      return (bar(1), "100%  \(Amount.seconds(latest.elapsed))\(cached)", 32)
    case .stageSkipped: return (bar(0), "skipped: \(latest.message ?? "")", 2)
    case .stageFailed: return (bar(fraction ?? 0), "failed", 31)
    case .stageCancelled: return (bar(fraction ?? 0), "cancelled", 33)
    default: return (bar(fraction ?? 0), progress(latest), 0)
    }
  }

  /// What matters most first: a narrow terminal cuts the rest.
  private static func progress(_ event: RunEvent) -> String {
    var parts = [Amount.percent(event.fraction)]
    if let eta = event.eta { parts.append("\(Amount.clock(eta)) left") }
    if let speed = event.speed, let unit = event.unit { parts.append(Amount.speed(speed, unit)) }
    if let counts = EventText.counts(event) { parts.append(counts) }
    return parts.joined(separator: "  ")
  }

  private static func bar(_ fraction: Double) -> String {
    let cells = 24
    let full = Int((min(max(fraction, 0), 1) * Double(cells)).rounded(.down))
    return String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
  }
}

/// Numbers in words.
enum Amount {
  static func percent(_ fraction: Double?) -> String {
    "\(Int((fraction ?? 0) * 100))%".leftPadded(to: 4)
  }

  /// Milliseconds as `0.42 s`, `12.3 s` or `3:05`.
  static func seconds(_ milliseconds: Int?) -> String {
    let seconds = Double(milliseconds ?? 0) / 1000
    if seconds >= 60 { return clock(seconds) }
    return decimal(seconds, digits: seconds < 10 ? 2 : 1) + " s"
  }

  /// Seconds as `0:07` or `1:02:03`.
  static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e7).rounded(.up))
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    if whole < 3600 { return "\(whole / 60):\(two(whole % 60))" }
    return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
  }

  static func speed(_ speed: Double, _ unit: ProgressUnit) -> String {
    switch unit {
    case .bytes: "\(bytes(Int(min(speed, 1e15))))/s"
    case .seconds: "\(decimal(speed, digits: 1))x"
    case .frames, .items, .words: "\(decimal(speed, digits: speed < 10 ? 1 : 0)) \(unit.rawValue)/s"
    }
  }

  static func count(_ number: Double, _ unit: ProgressUnit) -> String {
    switch unit {
    case .bytes: bytes(Int(min(max(number, 0), 1e15)))
    case .seconds: decimal(number, digits: 1)
    case .frames, .items, .words: decimal(number, digits: 0)
    }
  }

  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 { return decimal(value, digits: unit == "B" ? 0 : 1) + " " + unit }
      value /= 1000
    }
    return decimal(value, digits: 1) + " TB"
  }

  private static func decimal(_ number: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", number)
  }
}
