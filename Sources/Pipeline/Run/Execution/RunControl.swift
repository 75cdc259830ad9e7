import Threads

/// How to end a run before it is done, for good.
public enum CancelMode: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nothing new begins; what is running may finish.
  case graceful
  /// What is running is cancelled too.
  case now
}

/// How a live run is to end, asked by whoever works for it.
final class RunControl: Sendable {
  enum Ending: Sendable, Hashable {
    /// Its process is told to stop; the run can be continued.
    case interrupted
    case cancelledGracefully
    case cancelled
    /// The journal takes nothing more.
    case unwritable
  }

  private struct State: Sendable {
    var ending: Ending?
    var cancelWork: (@Sendable () -> Void)?
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextListener = 0
  }

  private let state = Locked(State())

  /// Nil as long as the run goes on.
  var ending: Ending? { state.withLock { $0.ending } }

  /// - Parameter cancelWork: cancels everything that runs; called at once when that was asked before.
  func attach(_ cancelWork: @escaping @Sendable () -> Void) {
    let ending = state.withLock { state in
      state.cancelWork = cancelWork
      return state.ending
    }
    if let ending, ending != .cancelledGracefully { cancelWork() }
  }

  /// The waiting task was cancelled: its process is to stop. A run that is being cancelled stays so.
  func interrupt() {
    end { $0 == nil ? .interrupted : $0 == .cancelledGracefully ? .cancelled : $0 }
  }

  func cancel(_ mode: CancelMode) {
    switch mode {
    case .graceful: end { $0 ?? .cancelledGracefully }
    case .now: end { $0 == .unwritable ? $0 : .cancelled }
    }
  }

  func journalFailed() { end { _ in .unwritable } }

  private func end(_ decide: (Ending?) -> Ending?) {
    let (ending, cancelWork, listeners) = state.withLock { state in
      state.ending = decide(state.ending)
      defer { state.listeners = [:] }
      return (state.ending, state.cancelWork, Array(state.listeners.values))
    }
    for listener in listeners { listener.finish() }
    if ending != .cancelledGracefully { cancelWork?() }
  }

  /// Throws when nothing new may begin.
  func checkGoing() throws {
    if ending != nil { throw CancellationError() }
    try Task.checkCancellation()
  }

  /// Runs a wait that ends with `CancellationError` as soon as nothing new may begin.
  func idle(_ wait: @escaping @Sendable () async throws -> Void) async throws {
    try checkGoing()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await wait() }
      group.addTask {
        for await _ in self.untilEnding() {}
        throw CancellationError()
      }
      defer { group.cancelAll() }
      try await group.next()
    }
    try checkGoing()
  }

  /// Finishes when the run is to end.
  private func untilEnding() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let number: Int? = state.withLock { state in
      if state.ending != nil { return nil }
      state.nextListener += 1
      state.listeners[state.nextListener] = continuation
      return state.nextListener
    }
    guard let number else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { _ in
      self.state.withLock { $0.listeners[number] = nil }
    }
    return stream
  }
}
