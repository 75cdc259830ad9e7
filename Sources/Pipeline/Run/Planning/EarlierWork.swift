/// What a run had done before it was interrupted; empty for a new one.
struct EarlierWork: Sendable {
  /// Of its newest event; 0 for a new run.
  var lastSeq = 0
  /// Nil until the files had been taken into the store.
  var inputs: [String: Value]?
  /// By stage and item.
  var tasks: [String: [Int?: TaskRecord]] = [:]
  /// Stages whose end was told already.
  var toldStages: Set<String> = []
  var events: [RunEvent] = []

  init() {}

  init(_ status: RunStatus, journal: any RunJournal) async throws {
    lastSeq = status.lastSeq
    inputs = status.resolvedInputs
    events = try await journal.events(of: status.record.id, after: 0)
    for task in try await journal.tasks(of: status.record.id) {
      tasks[task.id.stage, default: [:]][task.id.item] = task
    }
    for event in events {
      guard let stage = event.stage else { continue }
      switch event.type {
      case .stageCompleted: toldStages.insert(stage)
      case .stageStarted: toldStages.remove(stage)
      default: break
      }
    }
  }

  var isResumed: Bool { lastSeq > 0 }
}
