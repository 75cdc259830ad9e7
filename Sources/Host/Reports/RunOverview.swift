import Pipeline

/// One run in a list of runs. This is also its form in JSON.
struct RunOverview: Sendable, Encodable {
  var run: String
  var pipeline: String
  var state: RunState
  /// Milliseconds since 1970.
  var createdAt: Int
  /// Milliseconds since 1970, of its newest event.
  var changedAt: Int
  /// Milliseconds from its creation to its end, or until now; nil while it waits or is interrupted.
  var elapsed: Int?
  var tasks: TaskCounts
  var priority: Int
  /// The run that this one repeats.
  var retryOf: String?
  /// Of its films only this stretch was made, or in this size, such as `5s@0:30 at 360p`.
  var preview: String?

  init(_ status: RunStatus, tasks: [TaskTally], isOwned: Bool, now: Int = .now) {
    run = status.record.id
    pipeline = status.record.pipeline
    state = status.state(isOwned: isOwned)
    createdAt = status.record.createdAt
    changedAt = status.changedAt
    priority = status.record.priority
    retryOf = status.record.retryOf
    preview = status.record.preview?.description
    self.tasks = TaskCounts(tallies: tasks, isLive: state == .running)
    elapsed =
      switch state {
      case .completed, .failed, .cancelled: max(0, changedAt - createdAt)
      case .running: max(0, now - createdAt)
      case .queued, .interrupted: nil
      }
  }
}

extension RunStatus {
  /// What to call its state: a run that nobody works on any more was interrupted, although nobody was left to
  /// write that down.
  ///
  /// - Parameter isOwned: whether a process works in the data folder.
  func state(isOwned: Bool) -> RunState {
    state == .running && !isOwned ? .interrupted : state
  }
}
