import Pipeline
import Threads

/// Events for a task that waits for them.
final class EventFollower: EventTaker {
  private struct State: Sendable {
    var frames: [EventFrame] = []
    /// Nil while more may come.
    var isWhole: Bool?
    var isFull = false
    var onRoom: @Sendable () -> Void = {}
    var waiter: CheckedContinuation<Void, Never>?

    mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
      defer { waiter = nil }
      return waiter
    }
  }

  private let capacity: Int
  private let state = Locked(State())

  /// - Parameter capacity: how many events wait at most.
  init(capacity: Int) { self.capacity = capacity }

  func onRoom(_ call: @escaping @Sendable () -> Void) { state.withLock { $0.onRoom = call } }

  func offer(_ frame: EventFrame) -> Bool {
    let (isTaken, waiter) = state.withLock { state in
      state.isFull = state.frames.count >= capacity
      if !state.isFull { state.frames.append(frame) }
      return (!state.isFull, state.takeWaiter())
    }
    waiter?.resume()
    return isTaken
  }

  func finish(isWhole: Bool) {
    let waiter = state.withLock { state in
      state.isWhole = isWhole
      return state.takeWaiter()
    }
    waiter?.resume()
  }

  /// Waits for events that were not given out yet. Nil when the run is over and all were.
  ///
  /// Throws when the journal cannot be read, and when cancelled.
  func next() async throws -> [EventFrame]? {
    while true {
      try Task.checkCancellation()
      let (frames, isWhole, onRoom) = state.withLock { state in
        defer {
          state.frames = []
          state.isFull = false
        }
        return (state.frames, state.isWhole, state.isFull ? state.onRoom : nil)
      }
      onRoom?()
      if !frames.isEmpty { return frames }
      if let isWhole {
        guard isWhole else { throw JournalError("the events of the run cannot be read") }
        return nil
      }
      await wait()
    }
  }

  private func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if !state.frames.isEmpty || state.isWhole != nil || Task.isCancelled { return true }
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
