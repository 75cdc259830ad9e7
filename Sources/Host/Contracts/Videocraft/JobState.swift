import Pipeline

/// How the contract calls the state of a job or a stage.
enum JobState: String, Sendable, Hashable, CaseIterable {
  case pending, processing, completed, failed, cancelled

  init(_ state: RunState) {
    self =
      switch state {
      case .queued: .pending
      case .running, .interrupted: .processing
      case .completed: .completed
      case .failed: .failed
      case .cancelled: .cancelled
      }
  }

  /// Of a job whose videos are in these states.
  init(all states: [JobState]) {
    self =
      if states.contains(where: { !$0.isOver }) {
        states.allSatisfy { $0 == .pending } ? .pending : .processing
      } else {
        [.failed, .cancelled].first(where: states.contains) ?? .completed
      }
  }

  var isOver: Bool { self == .completed || self == .failed || self == .cancelled }
}
