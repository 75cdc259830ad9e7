import Synchronization

/// A flag that C callbacks and loops on other threads poll to learn that their work is no longer wanted.
public final class CancellationFlag: Sendable {
  private let raised = Atomic(false)

  public init() {}

  public var isRaised: Bool { raised.load(ordering: .relaxed) }

  public func raise() { raised.store(true, ordering: .relaxed) }
}

/// Runs `body` with a flag that is raised when the current task is cancelled.
public func withCancellationFlag<Success>(
  _ body: (CancellationFlag) async throws -> Success
) async rethrows -> Success {
  let flag = CancellationFlag()
  return try await withTaskCancellationHandler {
    try await body(flag)
  } onCancel: {
    flag.raise()
  }
}
