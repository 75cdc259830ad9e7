import HTTPTypes
import Threads

/// What a task or a feed sends over a connection. Bounded: a task waits while the client does not read, a feed is told
/// when it may go on.
final class OutboundQueue: BodyWriter, BodyOutlet {
  enum End: Sendable, Hashable {
    /// Everything was written.
    case finished
    /// The task failed in the middle; the client must not take the body for whole.
    case failed
  }

  /// What a loop gets to send.
  struct Batch: Sendable {
    var pieces: [[UInt8]]
    /// Nil while more may come.
    var end: End?
  }

  private struct State {
    var pieces: [[UInt8]] = []
    var byteCount = 0
    var end: End?
    /// Nobody will send anything any more.
    var isClosed = false
    /// The loop was told that there is something, and has not taken it yet.
    var isSignalled = false
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var lastWaiter: UInt64 = 0
    /// A feed wants to know when there is room.
    var wantsRoom = false

    /// Returns whether the loop has to be told.
    mutating func append(_ bytes: [UInt8]) -> Bool {
      if !bytes.isEmpty { pieces.append(bytes) }
      byteCount += bytes.count
      defer { isSignalled = true }
      return !isSignalled
    }

    mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
      defer { waiters = [:] }
      return Array(waiters.values)
    }
  }

  /// In bytes, above which writers wait.
  private let capacity: Int
  /// Called without the lock when there is something to send.
  private let signal: @Sendable () -> Void
  private let closedError: any Error
  /// Told when there is room again.
  private let feed: (any BodyFeed)?
  private let state = Locked(State())

  init(
    capacity: Int, closedError: any Error, feed: (any BodyFeed)? = nil,
    signal: @escaping @Sendable () -> Void
  ) {
    self.capacity = capacity
    self.closedError = closedError
    self.feed = feed
    self.signal = signal
  }

  // MARK: For the task

  func write(_ bytes: [UInt8]) async throws {
    if bytes.isEmpty { return }
    while true {
      try Task.checkCancellation()
      let (isTaken, signals) = try state.withLock { state in
        guard state.end == nil, !state.isClosed else { throw closedError }
        guard state.byteCount < capacity else { return (false, false) }
        return (true, state.append(bytes))
      }
      if signals { signal() }
      if isTaken { return }
      await wait()
    }
  }

  /// Does not wait. Returns false when nobody will send it, or nil when `limit` bytes wait already.
  func post(_ bytes: [UInt8], limit: Int) -> Bool? {
    let (result, signals): (Bool?, Bool) = state.withLock { state in
      guard state.end == nil, !state.isClosed else { return (false, false) }
      guard state.byteCount + bytes.count <= limit else { return (nil, false) }
      return (true, state.append(bytes))
    }
    if signals { signal() }
    return result
  }

  func offer(_ bytes: [UInt8]) -> Bool {
    let (isTaken, signals) = state.withLock { state in
      guard state.end == nil, !state.isClosed else { return (false, false) }
      state.wantsRoom = state.byteCount >= capacity
      return state.wantsRoom ? (false, false) : (true, state.append(bytes))
    }
    if signals { signal() }
    return isTaken
  }

  func finish(isWhole: Bool) { finish(isWhole ? .finished : .failed) }

  /// Nothing is written after this. Only the first end counts; false when it was not.
  @discardableResult
  func finish(_ end: End = .finished, with bytes: [UInt8] = []) -> Bool {
    typealias Waiters = [CheckedContinuation<Void, Never>]
    let (isFirst, signals, waiters): (Bool, Bool, Waiters) = state.withLock { state in
      guard state.end == nil, !state.isClosed else { return (false, false, []) }
      state.end = end
      return (true, state.append(bytes), state.takeWaiters())
    }
    waiters.forEach { $0.resume() }
    if signals { signal() }
    return isFirst
  }

  private func wait() async {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if state.byteCount < capacity || state.end != nil || state.isClosed || Task.isCancelled {
            return true
          }
          state.waiters[id] = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  // MARK: For the loop

  /// Everything that waits to be sent.
  func take() -> Batch {
    let (batch, waiters, wantsRoom) = state.withLock { state in
      defer {
        state.pieces = []
        state.byteCount = 0
        state.isSignalled = false
        state.wantsRoom = false
      }
      return (Batch(pieces: state.pieces, end: state.end), state.takeWaiters(), state.wantsRoom)
    }
    waiters.forEach { $0.resume() }
    if wantsRoom { feed?.roomMade() }
    return batch
  }

  /// The connection is gone: writers are woken and throw.
  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      state.pieces = []
      state.byteCount = 0
      return state.takeWaiters()
    }
    waiters.forEach { $0.resume() }
  }
}
