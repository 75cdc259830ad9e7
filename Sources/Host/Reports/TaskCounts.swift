import Pipeline

/// Tasks of a run or a stage by what became of them. This is also its form in JSON.
struct TaskCounts: Sendable, Hashable, Encodable {
  var total = 0
  /// Completed or skipped: nothing more is to be done for them.
  var done = 0
  /// Answered from earlier results; among `done`.
  var cached = 0
  /// Among `done`.
  var skipped = 0
  var running = 0
  /// Begun by a process that died; the run's next process begins them anew.
  var lost = 0
  var failed = 0
  /// Not started because something before them did not come about, or cancelled.
  var dropped = 0

  /// - Parameter isLive: whether a process works on the run.
  init(_ tasks: some Sequence<TaskRecord>, isLive: Bool) {
    self.init(tallies: tasks.map { TaskTally($0.state, $0.decision.outcome, 1) }, isLive: isLive)
  }

  init(tallies: [TaskTally], isLive: Bool) {
    for tally in tallies { add(tally, isLive: isLive) }
  }

  private mutating func add(_ tally: TaskTally, isLive: Bool) {
    total += tally.count
    switch tally.state {
    case .completed:
      done += tally.count
      if tally.outcome == .cached { cached += tally.count }
    case .skipped:
      done += tally.count
      skipped += tally.count
    case .running where isLive: running += tally.count
    case .running: lost += tally.count
    case .failed: failed += tally.count
    case .blocked, .cancelled: dropped += tally.count
    }
  }

  /// `12 of 15 done, 11 cached, 1 failed`.
  var text: String {
    var parts = [done == total ? "\(total)" : "\(done) of \(total)"]
    if cached > 0 { parts.append(cached == total ? "all cached" : "\(cached) cached") }
    if skipped > 0 { parts.append("\(skipped) skipped") }
    if running > 0 { parts.append("\(running) running") }
    if lost > 0 { parts.append("\(lost) interrupted") }
    if failed > 0 { parts.append("\(failed) failed") }
    if dropped > 0 { parts.append("\(dropped) not started") }
    return parts.joined(separator: ", ")
  }
}
