/// Which runs of a journal somebody wants to see.
public struct RunSearch: Sendable, Hashable {
  /// Only runs that were accepted before this one; none when there is no such run.
  public var before: String?
  /// By name; nil for all.
  public var pipeline: String?
  /// Nil for all.
  public var states: Set<RunState>?
  public var limit: Int

  public init(
    before: String? = nil, pipeline: String? = nil, states: Set<RunState>? = nil, limit: Int
  ) {
    self.before = before
    self.pipeline = pipeline
    self.states = states
    self.limit = limit
  }

  func admits(_ run: RunStatus) -> Bool {
    if let pipeline, run.record.pipeline != pipeline { return false }
    if let states, !states.contains(run.state) { return false }
    return true
  }
}
