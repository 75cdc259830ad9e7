import Threads

/// A body whose bytes come when somebody else has them, such as events that many clients follow. No task waits for
/// them, so ten thousand clients cost little.
///
/// One feed is for one client. First comes `begin`, then `roomMade` whenever it was asked for; `end` comes once, at
/// any time, also before or instead of `begin`, but not after the feed itself has finished. They come on any
/// thread, one after the other, and must not wait for anything.
public protocol BodyFeed: Sendable {
  /// The client is there, and takes bytes from now on.
  func begin(_ outlet: any BodyOutlet)

  /// An outlet that was full takes bytes again.
  func roomMade()

  /// The client went away, or the server stops. Nothing is taken any more.
  func end()
}

/// Where a feed's bytes go.
public protocol BodyOutlet: Sendable {
  /// Takes bytes without waiting. False when it took nothing, because it is full, and then `roomMade` follows, or
  /// because it is over, and then `end` does.
  func offer(_ bytes: [UInt8]) -> Bool

  /// What was offered was all, or, when it is not whole, all that could be had.
  func finish(isWhole: Bool)
}

/// Carries a feed where only a task can.
final class FeedPump: BodyOutlet {
  private struct State: Sendable {
    var waiting = 0
    var isFull = false
    var isWhole = true
  }

  private static let capacity = 64

  private let pieces: AsyncStream<[UInt8]>
  private let input: AsyncStream<[UInt8]>.Continuation
  private let state = Locked(State())

  private init() { (pieces, input) = AsyncStream.makeStream(of: [UInt8].self) }

  /// Throws what `write` throws, `CancellationError`, or `BodyError.disconnected` when the feed could not go on.
  static func carry(
    _ feed: any BodyFeed, to write: ([UInt8]) async throws -> Void
  ) async throws {
    let pump = FeedPump()
    feed.begin(pump)
    do {
      for await piece in pump.pieces {
        if pump.takesAgain() { feed.roomMade() }
        try await write(piece)
      }
      try Task.checkCancellation()
    } catch {
      feed.end()
      throw error
    }
    if !pump.state.withLock({ $0.isWhole }) { throw BodyError.disconnected }
  }

  func offer(_ bytes: [UInt8]) -> Bool {
    let isTaken = state.withLock { state in
      state.isFull = state.waiting >= Self.capacity
      if !state.isFull { state.waiting += 1 }
      return !state.isFull
    }
    if isTaken { input.yield(bytes) }
    return isTaken
  }

  func finish(isWhole: Bool) {
    state.withLock { $0.isWhole = isWhole }
    input.finish()
  }

  private func takesAgain() -> Bool {
    state.withLock { state in
      state.waiting -= 1
      defer { state.isFull = false }
      return state.isFull
    }
  }
}
