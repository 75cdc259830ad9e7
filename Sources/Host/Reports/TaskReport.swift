import Pipeline

/// What was decided about one task, and why. This is also its form in JSON.
struct TaskReport: Sendable, Encodable {
  var stage: String
  /// From 0.
  var item: Int?
  var state: TaskRecord.State
  var decision: DecisionReport
  /// What it was made from; empty when it was decided without.
  var madeFrom: [String: String]

  init(_ task: TaskRecord) {
    stage = task.id.stage
    item = task.id.item
    state = task.state
    decision = DecisionReport(task.decision, .past)
    madeFrom = task.decision.parts.mapValues(\.text)
  }
}
