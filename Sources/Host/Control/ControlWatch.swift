import Pipeline

/// Does what other processes ask for, while the current one works in the data folder.
struct ControlWatch: Sendable {
  let desk: ControlDesk
  /// Ends a run, whether it is being worked on or not.
  let cancel: @Sendable (_ run: String, _ mode: CancelMode) async throws -> Void

  /// Runs `body` and looks for requests until it returns.
  func during<Success: Sendable>(
    _ body: @escaping @Sendable () async throws -> Success
  ) async throws -> Success {
    try await withThrowingTaskGroup(of: Success?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        while !Task.isCancelled {
          await answerAll()
          try? await Task.sleep(for: ControlDesk.pause)
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

  /// Does what is asked now. A request for a run that is over or unknown has nothing left to do; one that cannot be
  /// written down is kept.
  func answerAll() async {
    for request in desk.pending() {
      do {
        try await cancel(request.run, request.cancel)
      } catch is JournalError {
        continue
      } catch {
        // Nothing to cancel any more.
      }
      desk.remove(request.run)
    }
  }
}
