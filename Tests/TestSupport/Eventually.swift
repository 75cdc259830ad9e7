import Threads

/// Waits until `condition` holds. Throws when that takes longer than `limit`, or the test is cancelled.
///
/// - Parameter what: is waited for, for the error.
public func eventually(
  _ what: String, within limit: Duration = .seconds(120),
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  var turns = 0
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      throw TestProgram.Failure(description: "waited \(limit) in vain: \(what)")
    }
    turns += 1
    // Most waits are over after a few turns; the others leave the core to those they wait for.
    if turns < 50 {
      try Task.checkCancellation()
      await Task.yield()
    } else {
      try await Task.sleep(for: .milliseconds(2))
    }
  }
}

extension Task where Failure == any Error {
  /// The value once the task has ended. It is cancelled with the test that waits for it, when the time of that is over.
  public var ended: Success {
    get async throws {
      try await withTaskCancellationHandler {
        try await value
      } onCancel: {
        cancel()
      }
    }
  }
}
