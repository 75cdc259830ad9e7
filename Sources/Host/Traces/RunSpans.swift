import Pipeline

/// What the journal says about a run that is over, as spans: the run, its stages, their attempts.
///
/// They hold names, numbers and error classes; no inputs, no settings and no messages, in which secrets could be.
enum RunSpans {
  /// - Parameter parent: the span id of what asked for the run; nil when nothing did.
  static func make(
    of status: RunStatus, _ events: [RunEvent], _ attempts: [AttemptRecord],
    in context: SpanContext, below parent: String?
  ) -> [Span] {
    var run = Span(
      context: context, parent: parent, name: "run \(status.record.pipeline)",
      start: nanoseconds(status.record.createdAt), end: nanoseconds(status.changedAt))
    run.attributes = [
      "videocraft.run.id": .text(status.record.id),
      "videocraft.pipeline": .text(status.record.pipeline),
      "videocraft.run.state": .text(status.state.rawValue),
      "videocraft.run.priority": .integer(status.record.priority),
    ]
    if let retried = status.record.retryOf {
      run.attributes["videocraft.run.retry_of"] = .text(retried)
    }
    run.moments = events.filter { moments.contains($0.type) }
      .map { Span.Moment(name: $0.type.rawValue, at: $0.at) }
    if status.state == .failed {
      run.failure = events.last { $0.type == .runFailed }?.errorClass?.rawValue ?? "failed"
    }
    let stages = stages(events, status, in: context)
    return [run] + stages.map(\.span)
      + attempts.compactMap { attempt(of: $0, below: stages, status) }
  }

  private static let moments: Set<RunEvent.Kind> = [
    .runStarted, .runInterrupted, .runResumed, .attemptLost,
  ]

  private static func nanoseconds(_ milliseconds: Int) -> Int { milliseconds * 1_000_000 }

  // MARK: Stages

  private static func stages(
    _ events: [RunEvent], _ status: RunStatus, in context: SpanContext
  ) -> [(stage: String, span: Span)] {
    var order: [String] = []
    var starts: [String: Int] = [:]
    var ends: [String: RunEvent] = [:]
    for event in events {
      guard let stage = event.stage, event.type == .stageStarted || event.type.endsStage else {
        continue
      }
      if starts[stage] == nil, ends[stage] == nil { order.append(stage) }
      if event.type == .stageStarted { starts[stage] = starts[stage] ?? event.at }
      if event.type.endsStage { ends[stage] = event }
    }
    return order.map { stage in
      let end = ends[stage]
      let endedAt = end?.at ?? status.changedAt
      let start = starts[stage] ?? endedAt - (end?.elapsed ?? 0)
      var span = Span(
        context: context.child(), parent: context.span, name: "stage \(stage)",
        start: nanoseconds(start), end: nanoseconds(endedAt))
      span.attributes = [
        "videocraft.run.id": .text(status.record.id), "videocraft.stage": .text(stage),
        "videocraft.stage.state": .text(
          end.map { String($0.type.rawValue.dropFirst("stage.".count)) } ?? "unfinished"),
      ]
      if let cached = end?.cached {
        span.attributes["videocraft.stage.cached_tasks"] = .integer(cached)
      }
      if end?.type == .stageFailed { span.failure = end?.errorClass?.rawValue ?? "failed" }
      return (stage, span)
    }
  }

  // MARK: Attempts

  /// Nil for one that is said to go on, which it does not in a run that is over.
  private static func attempt(
    of record: AttemptRecord, below stages: [(stage: String, span: Span)], _ status: RunStatus
  ) -> Span? {
    guard let stage = stages.first(where: { $0.stage == record.task.stage })?.span else {
      return nil
    }
    var span = Span(
      context: stage.context.child(), parent: stage.context.span,
      name: "attempt \(record.task.stage)", start: nanoseconds(record.startedAt),
      end: nanoseconds(record.endedAt ?? status.changedAt))
    span.attributes = [
      "videocraft.run.id": .text(status.record.id),
      "videocraft.stage": .text(record.task.stage),
      "videocraft.attempt": .integer(record.number),
      "videocraft.attempt.state": .text(record.state.rawValue),
    ]
    if let item = record.task.item { span.attributes["videocraft.item"] = .integer(item) }
    if record.state == .failed || record.state == .lost {
      span.failure = record.error?.errorClass.rawValue ?? record.state.rawValue
    }
    return span
  }
}
