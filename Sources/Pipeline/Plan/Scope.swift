/// What expressions of a run can see at one moment.
public struct Scope: Sendable {
  /// Bound inputs; those that were not given and have no default are left out.
  public var inputs: [String: Value]
  /// Of the stages that have ended.
  public var stages: [String: StageResult]
  /// The constants of the pipeline file (`PipelineGraph.vars`).
  public var vars: [String: Value]
  /// `run.id` in expressions.
  public var runID: String
  /// `run.name` in expressions: what the pipeline is called.
  public var runName: String
  /// The item of a `foreach` task; nil elsewhere.
  public var item: Value?
  /// From 0; nil outside a `foreach` task.
  public var index: Int?

  public init(
    inputs: [String: Value] = [:], stages: [String: StageResult] = [:], vars: [String: Value] = [:],
    runID: String = "", runName: String = "", item: Value? = nil, index: Int? = nil
  ) {
    self.inputs = inputs
    self.stages = stages
    self.vars = vars
    self.runID = runID
    self.runName = runName
    self.item = item
    self.index = index
  }
}

/// How a stage ended, as far as expressions care.
public enum StageResult: Sendable, Hashable, Codable {
  /// Its outputs, converted; those that are nil are left out. Of a `foreach` stage: lists.
  case completed([String: Value])
  case skipped
  /// It failed and `on-error: continue` lets the run go on.
  case failed
}
