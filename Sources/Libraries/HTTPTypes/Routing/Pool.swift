/// Where tasks run that prefer no place of their own.
package enum Pool {
  /// Does `work` there, whatever the current task prefers; cancelling that cancels it.
  ///
  /// In a task of its own, because a preference can only be exchanged for another one and not taken back:
  /// `globalConcurrentExecutor` stands for none, and with none a task stays where it is.
  package static func run<Success: Sendable>(
    _ work: @escaping @Sendable () async throws -> Success
  ) async throws -> Success {
    let task = Task { try await work() }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
