import Pipeline

/// A decision as it is written in JSON.
///
///     { "outcome": "run", "reason": "changed", "text": "ran because …", "changes": [ … ] }
struct DecisionReport: Sendable, Hashable, Encodable {
  var outcome: String
  /// `known`, `never-made`, `changed`, `forgotten`, `refreshed`, `cache-off`, `waits-for`, `skipped`, `blocked-by`,
  /// `source`.
  var reason: String
  /// The same for people.
  var text: String
  /// Of `known`: the run that made the result.
  var run: String?
  /// Of `changed`.
  var changes: [TaskDecision.Change]?
  /// Of `waits-for` and `blocked-by`.
  var stages: [String]?
  /// Of `skipped` and `source`.
  var because: [String]?

  init(_ decision: TaskDecision, _ tense: DecisionText.Tense) {
    outcome = decision.outcome.rawValue
    text = DecisionText.text(decision, tense)
    switch decision.reason {
    case .known(let run):
      reason = "known"
      self.run = run
    case .neverMade: reason = "never-made"
    case .changed(let changes):
      reason = "changed"
      self.changes = changes
    case .forgotten: reason = "forgotten"
    case .refreshed: reason = "refreshed"
    case .cacheOff: reason = "cache-off"
    case .waitsFor(let stages):
      reason = "waits-for"
      self.stages = stages
    case .skipped(let because):
      reason = "skipped"
      self.because = because
    case .blockedBy(let stages):
      reason = "blocked-by"
      self.stages = stages
    case .source(let because):
      reason = "source"
      self.because = [because]
    }
  }
}
