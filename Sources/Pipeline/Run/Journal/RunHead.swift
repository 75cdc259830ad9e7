/// The little about a run that lists and counts of very many need.
public struct RunHead: Sendable, Hashable {
  public var id: String
  public var state: RunState
  /// Milliseconds since 1970.
  public var createdAt: Int
  /// Milliseconds since 1970 of the newest event, or of its creation.
  public var changedAt: Int
  /// Whether it gave something back that is still there.
  public var hasOutputs: Bool

  public init(id: String, state: RunState, createdAt: Int, changedAt: Int, hasOutputs: Bool) {
    self.id = id
    self.state = state
    self.createdAt = createdAt
    self.changedAt = changedAt
    self.hasOutputs = hasOutputs
  }

  public init(_ status: RunStatus) {
    self.init(
      id: status.record.id, state: status.state, createdAt: status.record.createdAt,
      changedAt: status.changedAt, hasOutputs: status.outputs != nil)
  }
}
