import Foundation
import Pipeline

/// What was decided about a task, in words.
enum DecisionText {
  enum Tense { case past, future }

  /// `ran because …`, `cached: …`, `skipped because …`.
  static func text(_ decision: TaskDecision, _ tense: Tense) -> String {
    "\(verb(decision, tense)) \(reason(decision.reason, tense))"
  }

  private static func verb(_ decision: TaskDecision, _ tense: Tense) -> String {
    if case .source = decision.reason {
      return decision.outcome == .cached ? "was not fetched again:" : "was fetched:"
    }
    return switch decision.outcome {
    case .cached: "cached:"
    case .run: tense == .past ? "ran because" : "runs because"
    case .skip: tense == .past ? "skipped because" : "is skipped because"
    case .blocked: tense == .past ? "did not start because" : "will not start because"
    }
  }

  static func reason(_ reason: TaskDecision.Reason, _ tense: Tense) -> String {
    switch reason {
    case .known(let run): "run \(run) made it from the same"
    case .neverMade: "it was never made in this pipeline before"
    case .changed(let changes):
      changes.isEmpty
        ? "something changed" : changes.map(change).joined(separator: ", and ")
    case .forgotten: "its earlier result is gone: collected, missing or damaged"
    case .refreshed: "it was to be made again (`--from`, `--refresh` or `cache: refresh`)"
    case .cacheOff: "it says `cache: off`"
    case .waitsFor(let stages):
      tense == .past
        ? "\(names(stages)) ran"
        : "\(names(stages)) \(stages.count == 1 ? "runs" : "run"), unless what comes out is as before"
    case .skipped(let causes): causes.joined(separator: " and ")
    case .blockedBy(let stages): "\(names(stages)) did not finish"
    case .source(let because): because
    }
  }

  /// `` `with.text` changed: "Hello" -> "Hallo" ``; what differs only in its digest says nothing more to people.
  static func change(_ change: TaskDecision.Change) -> String {
    let origin = change.from.map { " (it comes from `\($0)`)" } ?? ""
    let name = change.part == "stage version" ? "the stage's version" : "`\(change.part)`"
    switch (change.before, change.after) {
    case (let before?, let after?) where before.withoutDigest == after.withoutDigest:
      return "\(name) changed\(origin)"
    case (let before?, let after?): return "\(name) changed\(origin): \(before) -> \(after)"
    case (nil, let after?): return "\(name) is new\(origin): \(after)"
    case (let before?, nil): return "\(name) is gone\(origin): it was \(before)"
    case (nil, nil): return "\(name) changed\(origin)"
    }
  }

  static func names(_ stages: [String]) -> String {
    stages.map { "`\($0)`" }.joined(separator: " and ")
  }
}

extension String {
  /// `3 items` of `3 items, 5cdb151ba42b`.
  fileprivate var withoutDigest: Substring {
    guard let comma = range(of: ", ", options: .backwards) else { return self[...] }
    let end = self[comma.upperBound...]
    return end.count == 12 && end.allSatisfy(\.isHexDigit) ? self[..<comma.lowerBound] : self[...]
  }
}
