import Foundation
public import Pipeline

/// Captions as SubRip (`.srt`).
public enum SubRip {
  public static func text(for captions: Captions) -> String {
    captions.cues.enumerated().map { index, cue in
      let lines = cue.lines.map { line in
        // A line that looks like a time or is empty would end the cue.
        CaptionText.join(line).replacingOccurrences(of: "-->", with: "→").singleLine
      }
      return "\(index + 1)\n\(time(cue.start)) --> \(time(cue.end))\n"
        + lines.joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  private static func time(_ milliseconds: Int) -> String {
    Clock.text(milliseconds, separator: ",")
  }
}

/// Captions as WebVTT (https://www.w3.org/TR/webvtt1/), with the times of words where they are known.
public enum WebVTT {
  public static func text(for captions: Captions) -> String {
    let cues = captions.cues.map { cue in
      "\(time(cue.start)) --> \(time(cue.end))\n" + body(of: cue) + "\n"
    }
    return (["WEBVTT\n"] + cues).joined(separator: "\n")
  }

  /// A time stamp must lie inside the cue and after the one before it.
  private static func body(of cue: Cue) -> String {
    var last = cue.start
    let lines = cue.lines.map { line in
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
    text.singleLine.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
  }

  private static func time(_ milliseconds: Int) -> String {
    Clock.text(milliseconds, separator: ".")
  }
}

private enum Clock {
  static func text(_ milliseconds: Int, separator: String) -> String {
    let time = max(0, milliseconds)
    return String(
      format: "%02d:%02d:%02d", time / 3_600_000, time / 60_000 % 60, time / 1000 % 60)
      + separator + String(format: "%03d", time % 1000)
  }
}

extension String {
  fileprivate var singleLine: String { String(map { $0.isNewline ? " " : $0 }) }
}
