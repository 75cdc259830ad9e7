import Foundation
public import Pipeline

/// Captions as SubRip (`.srt`).
public enum SubRip {
  public static func text(for captions: Captions) -> String {
    captions.cues.compactMap(body).enumerated().map { index, body in
      "\(index + 1)\n\(body)"
    }.joined(separator: "\n")
  }

  /// Nil for a cue without text or without time, which players take for an error.
  private static func body(of cue: Cue) -> String? {
    let lines = cue.lines.map { line in
      // An arrow is read as a time.
      CaptionText.join(line).singleLine.replacingOccurrences(
        of: "-->", with: "→", options: .literal)
    }.filter { !$0.isBlank }
    guard !lines.isEmpty, cue.start < cue.end else { return nil }
    let times = [cue.start, cue.end].map { CueClock.text($0, ",") }
    return "\(times[0]) --> \(times[1])\n" + lines.joined(separator: "\n") + "\n"
  }
}

/// Captions as WebVTT (https://www.w3.org/TR/webvtt1/), with the times of words where they are known.
public enum WebVTT {
  public static func text(for captions: Captions) -> String { text(captions.cues) }

  /// - Parameter header: lines below the first one.
  static func text(_ cues: [Cue], header: [String] = []) -> String {
    let cues = cues.compactMap { cue in
      body(of: cue).map { "\(time(cue.start)) --> \(time(cue.end))\n\($0)\n" }
    }
    let head = (["WEBVTT"] + header).map { $0 + "\n" }.joined()
    return ([head] + cues).joined(separator: "\n")
  }

  /// Nil for a cue without text or without time. A time stamp must lie inside the cue and after the one before it.
  private static func body(of cue: Cue) -> String? {
    var last = cue.start
    let filled = cue.lines.filter { line in !line.allSatisfy(\.text.singleLine.isBlank) }
    guard !filled.isEmpty, cue.start < cue.end else { return nil }
    let lines = filled.map { line in
      zip(CaptionText.separators(of: line), line).map { separator, word in
        var stamp = ""
        if let start = word.start, start > last, start < cue.end {
          stamp = "<\(time(start))>"
          last = start
        }
        return separator + stamp + escape(word.text)
      }.joined()
    }
    return lines.joined(separator: "\n")
  }

  private static func escape(_ text: String) -> String {
    text.singleLine.replacingScalars { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: nil
      }
    }
  }

  private static func time(_ milliseconds: Int) -> String {
    CueClock.text(milliseconds, ".")
  }
}

/// Times as caption files have them.
enum CueClock {
  static func text(_ milliseconds: Int, _ separator: String) -> String {
    let time = max(0, milliseconds)
    return String(
      format: "%02d:%02d:%02d", time / 3_600_000, time / 60_000 % 60, time / 1000 % 60)
      + separator + String(format: "%03d", time % 1000)
  }
}
