/// The append-only record of runs. Everything else that is said about a run is a fold over it.
///
/// # Order
/// `create` comes before the first `append` of a run. Events of one run are appended one after the other by one
/// writer; different runs may append at the same time.
///
/// # Durability
/// A state event is on disk when `append` returns. A `stage.progress` or `stage.log` may be lost with the machine.
///
/// # Errors
/// A throw means that nothing was written.
public protocol Journal: Sendable {
  func create(_ run: RunRecord) async throws
  /// - Parameter event: with the next `seq` of its run; any other is refused.
  func append(_ event: RunEvent) async throws
  /// In order; empty for a run that is not known.
  func events(of run: String, after seq: Int) async throws -> [RunEvent]
  /// Newest first.
  func runs() async throws -> [RunRecord]
}

/// Outputs of finished tasks under the key of what made them.
public protocol ResultStore: Sendable {
  /// Nil when there is none, or when a file that it names is gone.
  func outputs(for key: Digest) async throws -> [String: Value]?
  func record(_ outputs: [String: Value], for key: Digest) async throws
}
