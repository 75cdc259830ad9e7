/// What every journal checks and says alike.
extension JournalError {
  package static func outOfOrder(_ event: RunEvent, after last: Int) -> JournalError {
    JournalError("event \(event.seq) of run `\(event.run)` follows \(last)")
  }

  package static func fenced(_ attempt: AttemptRecord) -> JournalError {
    JournalError(
      "attempt \(attempt.number) of `\(attempt.task.stage)` is no longer the running one",
      isFenced: true)
  }

  package static func stillRunning(_ attempt: AttemptRecord) -> JournalError {
    JournalError(
      "attempt \(attempt.number) of `\(attempt.task.stage)` is still running", isFenced: true)
  }
}

extension JournalBatch {
  package func checkThatAllBelongsToItsRun() throws(JournalError) {
    for event in events where event.run != run { throw stranger("event", of: event.run) }
    for change in changes {
      switch change {
      case .task(let task) where task.id.run != run: throw stranger("task", of: task.id.run)
      case .attemptEnded(let attempt) where attempt.task.run != run:
        throw stranger("attempt", of: attempt.task.run)
      case .delivery(let delivery) where delivery.run != run:
        throw stranger("delivery", of: delivery.run)
      default: continue
      }
    }
  }

  private func stranger(_ thing: String, of other: String) -> JournalError {
    JournalError("\(thing) of run `\(other)` was given for run `\(run)`")
  }
}

extension ResultRecord {
  /// Every file that it names, each once.
  package var files: [FileReference] {
    var seen: Set<Digest> = []
    return outputs.values.flatMap(\.files).filter { seen.insert($0.digest).inserted }
  }
}

extension UsualCost {
  /// How many of the newest results count.
  package static let sampleSize = 50

  /// Nil without samples.
  package init?(medianOf samples: [UsualCost]) {
    guard !samples.isEmpty else { return nil }
    let middle = samples.count / 2
    self.init(
      elapsed: samples.map(\.elapsed).sorted()[middle],
      byteCount: samples.map(\.byteCount).sorted()[middle])
  }
}
