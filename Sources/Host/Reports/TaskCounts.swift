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
    for task in tasks { count(task, isLive: isLive) }
  }

  private mutating func count(_ task: TaskRecord, isLive: Bool) {
    total += 1
    switch task.state {
    case .completed:
      done += 1
      if task.decision.outcome == .cached { cached += 1 }
    case .skipped:
      done += 1
      skipped += 1
    case .running where isLive: running += 1
    case .running: lost += 1
    case .failed: failed += 1
    case .blocked, .cancelled: dropped += 1
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
