import Foundation
import Media
import Pipeline

/// One run in full. This is also its form in JSON.
struct RunStory: Sendable, Encodable {
  struct Stage: Sendable, Encodable {
    var stage: String
    /// `completed`, `failed`, `skipped`, `blocked`, `cancelled` or `running`; `lost` when nobody works on it any more.
    var state: String
    var tasks: TaskCounts
    /// Milliseconds from its first to its last event; nil when nothing of it ran.
    var elapsed: Int?
    /// 0 to 1; nil when nothing is known of it.
    var progress: Double?
    var error: Failure?
    /// Why it was skipped.
    var because: String?
  }

  struct Attempt: Sendable, Encodable {
    var stage: String
    /// From 0.
    var item: Int?
    var attempt: Int
    var state: AttemptRecord.State
    /// Milliseconds since 1970.
    var startedAt: Int
    var endedAt: Int?
    var error: Failure?
  }

  struct Failure: Sendable, Encodable {
    var errorClass: StageError.Class
    var message: String
    var cause: String?
    var field: String?

    init(_ error: StageError) {
      errorClass = error.errorClass
      message = error.message
      cause = error.cause
      field = error.field
    }

    init?(_ event: RunEvent) {
      guard let errorClass = event.errorClass, let message = event.message else { return nil }
      self.errorClass = errorClass
      self.message = message
      cause = event.cause
      field = event.field
    }
  }

  struct Warning: Sendable, Encodable {
    var stage: String?
    /// From 0.
    var item: Int?
    var message: String
    /// Milliseconds since 1970.
    var at: Int
  }

  /// What of a stream could be played before its stage was done.
  struct Stream: Sendable, Encodable {
    var stage: String
    /// From 0.
    var item: Int?
    var output: String
    var rendition: String
    /// How many segments there are.
    var segments: Int
    /// Seconds of the film.
    var duration: Double
    /// Milliseconds from the beginning of the run to the first segment.
    var firstAt: Int
  }

  /// A message to somebody who wants to know what happens to the run.
  struct Hook: Sendable, Encodable {
    var occasion: HookDeclaration.Occasion
    /// The receiver's host; what follows in its address may be secret.
    var host: String
    var state: HookDelivery.State
    var tries: Int
    /// What the last try came to, where it was no success.
    var message: String?
    /// When it is tried again, in milliseconds since 1970; nil when it is over.
    var dueAt: Int?

    init(_ delivery: HookDelivery) {
      occasion = delivery.occasion
      host = URL(string: delivery.url)?.host ?? "an address that cannot be read"
      state = delivery.state
      tries = delivery.attempts.count
      message = delivery.attempts.last?.message
      dueAt = delivery.state.isOver ? nil : delivery.dueAt
    }
  }

  var overview: RunOverview
  /// 0 to 1, weighted over the stages.
  var progress: Double
  /// As the user named it; nil for a text from elsewhere.
  var file: String?
  var inputs: [String: Value]
  var outputs: [String: Value]
  var until: String?
  var refreshed: [String]
  var stages: [Stage]
  var attempts: [Attempt]
  var warnings: [Warning]
  var streams: [Stream]
  var hooks: [Hook]
  /// What ended the run, where that was not a stage.
  var error: Failure?

  private enum CodingKeys: String, CodingKey {
    case file, inputs, outputs, until, refreshed, stages, attempts, warnings, streams, hooks, error
  }

  private enum ShareKeys: String, CodingKey { case progress }

  /// One flat object: what a list of runs says, and more.
  func encode(to encoder: any Encoder) throws {
    try overview.encode(to: encoder)
    var share = encoder.container(keyedBy: ShareKeys.self)
    try share.encode(progress, forKey: .progress)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(file, forKey: .file)
    try container.encode(inputs, forKey: .inputs)
    try container.encode(outputs, forKey: .outputs)
    try container.encodeIfPresent(until, forKey: .until)
    try container.encode(refreshed, forKey: .refreshed)
    try container.encode(stages, forKey: .stages)
    try container.encode(attempts, forKey: .attempts)
    try container.encode(warnings, forKey: .warnings)
    try container.encode(streams, forKey: .streams)
    try container.encode(hooks, forKey: .hooks)
    try container.encodeIfPresent(error, forKey: .error)
  }
}

extension RunStory {
  /// Reads all that the journal says about a run.
  static func read(_ status: RunStatus, from archive: Archive) async throws -> RunStory {
    let id = status.record.id
    let tasks = try await archive.journal.tasks(of: id)
    let attempts = try await archive.journal.attempts(of: id)
    let events = try await archive.journal.events(of: id, after: 0)
    let hooks = try await archive.journal.deliveries(of: id)
    return RunStory(
      status, tasks, attempts, FoldedEvents(events), hooks, isOwned: archive.isOwned)
  }

  init(
    _ status: RunStatus, _ tasks: [TaskRecord], _ attempts: [AttemptRecord],
    _ events: FoldedEvents, _ hooks: [HookDelivery], isOwned: Bool
  ) {
    overview = RunOverview(
      status, tasks: tasks.map { TaskTally($0.state, $0.decision.outcome, 1) }, isOwned: isOwned)
    progress = events.progress
    file = status.record.source.file.name
    inputs = (status.resolvedInputs ?? status.record.inputs)
      .mapValues(\.showingNoSecretAddresses)
    outputs = status.outputs ?? [:]
    until = status.record.until
    refreshed = status.record.refreshed
    let isLive = overview.state == .running
    stages = Self.stages(tasks, events, isLive: isLive)
    self.attempts = attempts.map { Attempt($0, isLive: isLive) }
    warnings = events.warnings
    streams = events.streams
    self.hooks = hooks.map { Hook($0) }
    error = events.failure
  }

  private static func stages(
    _ tasks: [TaskRecord], _ events: FoldedEvents, isLive: Bool
  ) -> [Stage] {
    var order: [String] = []
    var byStage: [String: [TaskRecord]] = [:]
    for task in tasks {
      if byStage[task.id.stage] == nil { order.append(task.id.stage) }
      byStage[task.id.stage, default: []].append(task)
    }
    return order.map { name in
      let tasks = byStage[name] ?? []
      let told = events.stages[name] ?? FoldedEvents.Stage()
      return Stage(
        stage: name, state: state(of: tasks, isLive: isLive),
        tasks: TaskCounts(tasks, isLive: isLive),
        elapsed: told.elapsed, progress: told.fraction, error: told.error,
        because: tasks.count == 1 ? tasks.first.flatMap(reason) : nil)
    }
  }

  private static func reason(of task: TaskRecord) -> String? {
    guard task.state == .skipped || task.state == .blocked else { return nil }
    return DecisionText.reason(task.decision.reason, .past)
  }

  /// The worst that happened to one of its tasks.
  private static func state(of tasks: [TaskRecord], isLive: Bool) -> String {
    let states = Set(tasks.map(\.state))
    if states.contains(.running), !isLive { return "lost" }
    let worst: [TaskRecord.State] = [.running, .failed, .cancelled, .blocked, .completed, .skipped]
    return (worst.first { states.contains($0) } ?? .completed).rawValue
  }
}

extension RunStory.Attempt {
  fileprivate init(_ record: AttemptRecord, isLive: Bool) {
    stage = record.task.stage
    item = record.task.item
    attempt = record.number
    state = record.state == .running && !isLive ? .lost : record.state
    startedAt = record.startedAt
    endedAt = record.endedAt
    error = record.error.map(RunStory.Failure.init)
  }
}
