/// How a run ended.
public struct RunResult: Sendable, Codable {
  public enum State: String, Sendable, Hashable, Codable {
    case completed, failed, cancelled
    /// Its process was told to stop; the run can be continued.
    case interrupted
  }

  public struct Stage: Sendable, Hashable, Codable {
    public enum State: String, Sendable, Hashable, Codable {
      case completed, skipped, failed, cancelled
    }

    public var id: String
    public var state: State
    /// Milliseconds; zero for a stage that did not run.
    public var elapsed: Int
    public var tasks: Int
    /// How many of them were answered from earlier results.
    public var cached: Int
    public var error: StageError?
    /// Why it was skipped.
    public var reason: String?
  }

  public var id: String
  public var state: State
  /// By name; those that were skipped or did not come about are absent. Timelines have been rendered.
  public var outputs: [String: Value]
  /// In the order of the pipeline; the last one is `(inputs)` or `(outputs)` when those are at fault.
  public var stages: [Stage]
  /// Milliseconds.
  public var elapsed: Int
  /// What stages gave that ran or were known one by one, by id.
  public var made: [String: StageResult] = [:]

  /// Whether nothing ran because what was given cannot be used.
  public var hasWrongInputs: Bool { stages.last?.id == RunExecution.inputsStage }
}

extension RunResult.State {
  var event: RunEvent.Kind {
    switch self {
    case .completed: .runCompleted
    case .failed: .runFailed
    case .cancelled: .runCancelled
    case .interrupted: .runInterrupted
    }
  }

  var runState: RunState {
    switch self {
    case .completed: .completed
    case .failed: .failed
    case .cancelled: .cancelled
    case .interrupted: .interrupted
    }
  }
}

/// What became of a stage in a run.
struct SettledStage: Sendable {
  enum Outcome: Sendable {
    case completed([String: Value])
    case skipped(String)
    /// What it makes was not needed.
    case unneeded(String)
    /// Failed, but the pipeline says to go on.
    case tolerated(StageError)
    case failed(StageError)
    /// Something that it needs did not come about.
    case blocked(String)
    case cancelled
    /// A file that it needs has to be made again first.
    case damaged(StageError)
  }

  var outcome: Outcome
  var elapsed = 0
  var tasks = 0
  var cached = 0
  /// It, or something that it is made from, went on after a failure: nothing may be kept under its definition.
  var isTainted = false
}

extension SettledStage.Outcome {
  /// Nil when it gave nothing that could be named.
  var result: StageResult? {
    switch self {
    case .completed(let outputs): .completed(outputs)
    case .skipped: .skipped
    case .tolerated: .failed
    case .unneeded, .failed, .blocked, .cancelled, .damaged: nil
    }
  }
}

extension SettledStage {
  /// Whether what depends on the stage cannot run.
  var blocks: Bool {
    switch outcome {
    case .completed, .skipped, .unneeded, .tolerated: false
    case .failed, .blocked, .cancelled, .damaged: true
    }
  }

  var isDamaged: Bool { if case .damaged = outcome { true } else { false } }
  var isUnneeded: Bool { if case .unneeded = outcome { true } else { false } }

  var error: StageError? {
    switch outcome {
    case .failed(let error), .damaged(let error): error
    default: nil
    }
  }

  /// As expressions see it; nil when they cannot.
  var result: StageResult? {
    switch outcome {
    case .completed(let outputs): .completed(outputs)
    case .skipped: .skipped
    case .tolerated: .failed
    case .unneeded, .failed, .blocked, .cancelled, .damaged: nil
    }
  }

  func summary(of id: String) -> RunResult.Stage {
    var stage = RunResult.Stage(
      id: id, state: .completed, elapsed: elapsed, tasks: tasks, cached: cached)
    switch outcome {
    case .completed: break
    case .skipped(let reason), .blocked(let reason), .unneeded(let reason):
      stage.state = .skipped
      stage.reason = reason
    case .tolerated(let error), .failed(let error), .damaged(let error):
      stage.state = .failed
      stage.error = error
    case .cancelled: stage.state = .cancelled
    }
    return stage
  }
}

extension Scope {
  func adding(_ settled: [String: SettledStage]) -> Scope {
    var scope = self
    scope.stages = settled.compactMapValues(\.result)
    return scope
  }
}
