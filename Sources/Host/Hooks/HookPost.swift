import Pipeline

/// Brings the messages about runs on their way while somebody works, and for a short while afterwards.
struct HookPost: Sendable {
  /// How soon a message is sent after it was written down.
  private static let pause = Duration.milliseconds(250)
  /// How long the end of the process waits for receivers that are slow or away.
  private static let patience = Duration.seconds(10)

  let sender: HookSender

  /// Sends what becomes due until `body` returns.
  func during<Success: Sendable>(
    _ body: @escaping @Sendable () async throws -> Success
  ) async throws -> Success {
    try await withThrowingTaskGroup(of: Success?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        while !Task.isCancelled {
          // A journal that cannot be read is told by the run itself.
          _ = try? await sender.sendDue()
          try? await Task.sleep(for: Self.pause)
        }
        return nil
      }
      defer { group.cancelAll() }
      while let finished = try await group.next() {
        if let finished { return finished }
      }
      throw CancellationError()
    }
  }

  /// Sends the last messages. What does not arrive stays in the journal for the next process.
  ///
  /// - Returns: how many are left.
  func finish() async -> Int { await sender.drain(within: Self.patience) }
}
