/// One item of a stage, or the whole of a stage without `foreach`: attempted until it works, unless somebody else does
/// the same just now.
struct TaskExecution: Sendable {
  let stage: StageExecution
  let task: PreparedTask
  /// As written when it was decided.
  let record: TaskRecord
  let closing: StageTasks.Closing

  private var run: RunExecution { stage.run }
  private var node: StageNode { stage.node }
  private var key: Digest { task.key.digest }

  /// A failure that stands in the journal.
  private struct Recorded: Error {
    var failure: StageError
  }

  func perform() async -> Result<StageTasks.Outcome, StageError> {
    do {
      try run.control.checkGoing()
      return .success(try await outcome())
    } catch let error as Recorded {
      return .failure(named(error.failure))
    } catch {
      let failure = StageError(wrapping: error)
      // What it throws ends the run.
      try? await run.recorder.write([], [.task(ended(by: failure))], durability: .relaxed)
      return .failure(named(failure))
    }
  }

  private func named(_ failure: StageError) -> StageError {
    task.item.map { failure.about("item \($0 + 1)") } ?? failure
  }

  private func ended(by failure: StageError) -> TaskRecord {
    var record = record
    record.state = failure.errorClass == .cancelled ? .cancelled : .failed
    return record
  }

  private func outcome() async throws -> StageTasks.Outcome {
    // What must be made anew is not taken from somebody else.
    guard !node.isMadeAgain(run.request.refreshed) else {
      return StageTasks.Outcome(outputs: try await make(), key: key, isCached: false)
    }
    let (result, isShared) = try await run.flight.run(key) {
      // Somebody may have finished it since it was decided.
      if let known = try await run.environment.journal.results(for: [key])[key] {
        return FlightResult(outputs: known.outputs, isKnown: true)
      }
      return FlightResult(outputs: try await make(), isKnown: false)
    }
    let isCached = isShared || result.isKnown
    if isCached { try await recordShared() }
    return StageTasks.Outcome(outputs: result.outputs, key: key, isCached: isCached)
  }

  private func recordShared() async throws {
    var record = record
    record.state = .completed
    try await run.recorder.write(
      [], [.task(record), .used([key])], durability: .relaxed)
    run.recorder.completed(node.id, item: task.item)
  }
}

// MARK: - Attempts

extension TaskExecution {
  private func make() async throws -> [String: Value] {
    let deadline = TaskDeadline(node.deadline, run.environment.clock)
    var repetition = 1
    while true {
      let (attempt, result) = try await TaskAttempt(stage: stage, task: task).perform(deadline)
      switch result {
      case .success(let made):
        try await commit(made, of: attempt)
        return made.outputs
      case .failure(let failure):
        let delay = deadline.allowing(
          run.damage.isToRepair ? nil : node.retry?.delay(after: failure, attempt: repetition),
          after: failure)
        guard case .success(let delay) = delay, run.control.ending == nil, !Task.isCancelled else {
          throw try await giveUp(attempt, delay.failure ?? failure)
        }
        try await recordRetry(attempt, failure, delay)
        try await run.control.idle { [clock = run.environment.clock] in
          try await clock.sleep(for: delay)
        }
        repetition += 1
      }
    }
  }

  /// The one moment at which the task is done: result, end of attempt and task, and what follows at once, or nothing.
  private func commit(_ made: TaskAttempt.Made, of attempt: AttemptRecord) async throws {
    var task = record
    task.state = .completed
    task.elapsed = made.elapsed
    var changes: [JournalBatch.Change] = [.attemptEnded(attempt.ended(.completed)), .task(task)]
    if node.cache != .off {
      changes.append(
        .result(
          ResultRecord(
            key: key, stage: run.previews.module(of: node), outputs: made.outputs,
            elapsed: made.elapsed,
            createdAt: RunRecorder.now, run: run.id)))
    }
    let last = node.isForeach ? (events: [], changes: []) : closing(key)
    try await fenced(attempt) {
      try await run.recorder.write(last.events, changes + last.changes)
    }
    run.recorder.completed(node.id, item: self.task.item)
  }

  /// Records the end of the task; returns what to throw.
  private func giveUp(
    _ attempt: AttemptRecord, _ failure: StageError
  ) async throws -> Recorded {
    let end: AttemptRecord.State = failure.errorClass == .cancelled ? .cancelled : .failed
    try await fenced(attempt) {
      try await run.recorder.write(
        [], [.attemptEnded(attempt.ended(end, failure)), .task(ended(by: failure))])
    }
    return Recorded(failure: failure)
  }

  private func recordRetry(
    _ attempt: AttemptRecord, _ failure: StageError, _ delay: Duration
  ) async throws {
    var event = stage.event(.stageRetrying, item: task.item).with(failure)
    event.attempt = attempt.number
    event.delay = delay.milliseconds
    try await fenced(attempt) {
      try await run.recorder.write([event], [.attemptEnded(attempt.ended(.failed, failure))])
    }
  }

  /// An attempt that was given to somebody else leaves nothing behind but a line in the log.
  private func fenced(_ attempt: AttemptRecord, _ write: () async throws -> Void) async throws {
    do {
      try await write()
    } catch let error as JournalError where error.isFenced {
      let message = "what attempt \(attempt.number) came to was dropped: \(error.message)"
      var event = stage.event(.stageLog, item: task.item)
      event.attempt = attempt.number
      event.message = message
      run.recorder.post(event)
      throw Recorded(failure: StageError(.lost, message))
    }
  }
}

extension AttemptRecord {
  fileprivate func ended(_ state: State, _ error: StageError? = nil) -> AttemptRecord {
    var copy = self
    copy.state = state
    copy.endedAt = RunRecorder.now
    copy.error = error
    return copy
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}

extension RetryPolicy {
  /// How long to wait before the next attempt; nil when there should be none.
  ///
  /// Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): anything from
  /// nothing to the bound, so that many clients do not come back at the same time. Never earlier than a
  /// service asked for.
  func delay(after error: StageError, attempt: Int) -> Duration? {
    guard attempt <= max, retries(error.errorClass) else { return nil }
    let bound = MediaTime(longestWait(before: attempt)).seconds
    let jittered = Duration.seconds(Double.random(in: 0...Swift.max(bound, 0)))
    return Swift.max(jittered, error.retryAfter ?? .zero)
  }
}
