import Pipeline
import Threads

/// One who follows a run, for one reader.
final class EventFollower: Sendable {
  private struct State: Sendable {
    var frames: [EventFrame] = []
    /// What comes next is in the journal and not among `frames`.
    var isBehind = true
    var waiter: CheckedContinuation<Void, Never>?

    mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
      defer { waiter = nil }
      return waiter
    }
  }

  private let run: String
  private let journal: any RunJournal
  private let capacity: Int
  private let state = Locked(State())
  /// Of the last event that was given out.
  private let last: Locked<Int>
  private let isOver = Locked(false)

  init(run: String, after seq: Int, journal: any RunJournal, capacity: Int) {
    self.run = run
    self.journal = journal
    self.capacity = capacity
    last = Locked(seq)
  }

  // MARK: For the hub

  func offer(_ frame: EventFrame) {
    let waiter = state.withLock { state in
      if state.frames.count >= capacity {
        state.frames = []
        state.isBehind = true
      } else if !state.isBehind {
        state.frames.append(frame)
      }
      return state.takeWaiter()
    }
    waiter?.resume()
  }

  func missSomething() {
    let waiter = state.withLock { state in
      state.frames = []
      state.isBehind = true
      return state.takeWaiter()
    }
    waiter?.resume()
  }

  // MARK: For the reader

  /// Waits for events that were not given out yet. Nil when the run is over and all were.
  ///
  /// Throws when the journal cannot be read, and when cancelled.
  func next() async throws -> [EventFrame]? {
    while true {
      if isOver.withLock({ $0 }) { return nil }
      try Task.checkCancellation()
      let (taken, isBehind) = state.withLock { state in
        defer {
          state.frames = []
          state.isBehind = false
        }
        return (state.frames, state.isBehind)
      }
      // From here on what is published waits in the queue; what the journal has of it too is left out below.
      let frames = isBehind ? try await readJournal() : taken
      let fresh = try await accept(frames)
      if !fresh.isEmpty { return fresh }
      if !isOver.withLock({ $0 }) { await wait() }
    }
  }

  private func readJournal() async throws -> [EventFrame] {
    let seq = last.withLock { $0 }
    return try await journal.events(of: run, after: seq).map { try EventFrame($0) }
  }

  /// Those that follow what was given out; from the journal where some are missing.
  private func accept(_ frames: [EventFrame]) async throws -> [EventFrame] {
    let seq = last.withLock { $0 }
    var fresh = frames.filter { $0.seq > seq }
    if let first = fresh.first, first.seq != seq + 1 { fresh = try await readJournal() }
    if let newest = fresh.last {
      last.withLock { $0 = newest.seq }
      if newest.endsRun { isOver.withLock { $0 = true } }
    } else if frames.isEmpty, try await hasEnded(seq) {
      isOver.withLock { $0 = true }
    }
    return fresh
  }

  /// Whether nothing follows the event that somebody knows already.
  private func hasEnded(_ seq: Int) async throws -> Bool {
    guard let status = try await journal.run(run) else { return true }
    return status.state.isOver && status.lastSeq <= seq
  }

  private func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if state.isBehind || !state.frames.isEmpty || Task.isCancelled { return true }
          state.waiter = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.takeWaiter() }?.resume()
    }
  }
}
