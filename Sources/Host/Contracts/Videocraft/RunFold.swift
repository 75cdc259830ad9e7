import Pipeline

/// How far a run is, put together from its events one by one.
struct RunFold: Sendable {
  struct Stage: Sendable, Hashable {
    enum State: String, Sendable, Hashable {
      case pending, processing, completed, skipped, failed, cancelled
    }

    var name: String
    var state = State.pending
    /// 0 to 1; never falls.
    var fraction = 0.0
    var startedAt: Int?
    var endedAt: Int?
    /// What it is at, as it says itself.
    var phase: String?
    var error: String?
  }

  /// Why a run failed.
  struct Failure: Sendable, Hashable {
    var stage: String?
    var message: String
    var cause: String?
    var field: String?
    var errorClass: String?

    /// In one sentence, the cause included.
    var text: String {
      let place = stage.map { "stage `\($0)`: " } ?? ""
      let end = cause.map { " (\($0))" } ?? ""
      return place + message + end
    }
  }

  /// Of the newest event that is in it.
  private(set) var seq = 0
  /// 0 to 1, weighted over the stages; never falls.
  private(set) var fraction = 0.0
  /// In the order in which they were first heard of.
  private(set) var stages: [Stage] = []
  private(set) var failure: Failure?

  /// The stage that is being worked on, the last that began if there are several.
  var current: Stage? {
    stages.filter { $0.state == .processing }.max { ($0.startedAt ?? 0) <= ($1.startedAt ?? 0) }
  }

  mutating func add(_ event: RunEvent) {
    guard event.seq > seq else { return }
    seq = event.seq
    fraction = max(fraction, event.runFraction ?? 0)
    if event.type == .runFailed { note(event) }
    guard let name = event.stage else { return }
    var stage = stages.first { $0.name == name } ?? Stage(name: name)
    stage.add(event)
    if event.type == .stageFailed { note(event) }
    if let place = stages.firstIndex(where: { $0.name == name }) {
      stages[place] = stage
    } else {
      stages.append(stage)
    }
  }

  /// The first failure is what the others follow from.
  private mutating func note(_ event: RunEvent) {
    guard let message = event.message, failure == nil else { return }
    failure = Failure(
      stage: event.stage, message: message, cause: event.cause, field: event.field,
      errorClass: event.errorClass?.rawValue)
  }
}

extension RunFold.Stage {
  fileprivate mutating func add(_ event: RunEvent) {
    fraction = max(fraction, event.fraction ?? 0)
    phase = event.phase ?? phase
    switch event.type {
    case .stageStarted: begin(event)
    case .stageProgress: if state == .pending { begin(event) }
    case .stageCompleted: end(.completed, event)
    case .stageSkipped: end(.skipped, event)
    case .stageFailed:
      end(.failed, event)
      error = event.message
    case .stageCancelled: end(.cancelled, event)
    default: break
    }
  }

  private mutating func begin(_ event: RunEvent) {
    state = .processing
    startedAt = startedAt ?? event.at
    endedAt = nil
  }

  private mutating func end(_ new: State, _ event: RunEvent) {
    state = new
    endedAt = event.at
    if new == .completed || new == .skipped { fraction = 1 }
  }
}
