import Pipeline

/// Brings the messages about runs on their way while somebody works, and for a short while afterwards.
struct HookPost: Sendable {
  /// How soon a message is sent after it was written down.
  private static let pause = Duration.milliseconds(250)
  /// How long the end of the process waits for receivers that are slow or away.
  private static let patience = Duration.seconds(10)

  private let journal: any RunJournal
  private let makeSender: @Sendable () throws -> HookSender

  /// - Parameter makeSender: called only when there is something to send: an HTTP client takes its time to begin.
  init(journal: any RunJournal, _ makeSender: @escaping @Sendable () throws -> HookSender) {
    self.journal = journal
    self.makeSender = makeSender
  }

  /// Does `body` for a pipeline, and tells whoever wants to know of it, or of earlier runs.
  ///
  /// - Returns: also how many messages are left; they stay in the journal for the next process.
  func during<Success: Sendable>(
    _ graph: PipelineGraph, _ body: @escaping @Sendable () async throws -> Success
  ) async throws -> (result: Success, left: Int) {
    if graph.hooks.isEmpty, try await journal.dueDeliveries(before: .max).isEmpty {
      return (try await body(), 0)
    }
    let sender = try makeSender()
    let result = try await Self.sending(with: sender, body)
    return (result, await sender.drain(within: Self.patience))
  }

  /// Sends what becomes due, of all runs, until the task is cancelled.
  func sendAll() async {
    var sender: HookSender?
    while !Task.isCancelled {
      if sender == nil, let due = try? await journal.dueDeliveries(before: .max), !due.isEmpty {
        sender = try? makeSender()
      }
      // A journal that cannot be read is told by the runs themselves.
      if let sender { _ = try? await sender.sendDue() }
      try? await Task.sleep(for: Self.pause)
    }
  }

  /// Sends what becomes due until `body` returns.
  private static func sending<Success: Sendable>(
    with sender: HookSender, _ body: @escaping @Sendable () async throws -> Success
  ) async throws -> Success {
    try await withThrowingTaskGroup(of: Success?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        while !Task.isCancelled {
          // A journal that cannot be read is told by the run itself.
          _ = try? await sender.sendDue()
          try? await Task.sleep(for: pause)
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
}
