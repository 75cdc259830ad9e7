import Foundation

/// Lets so many chunks encode at a time, in playing order. Others can get their first pictures ready meanwhile, so that no
/// core waits for those when an encoder is done. Safe to use from any thread.
final class EncodingTurns: @unchecked Sendable {
  /// Ends, without any element, when as many encode as can for the first time, or when it is closed.
  let untilBusy: AsyncStream<Void>

  private let atOnce: Int
  private let busy: AsyncStream<Void>.Continuation
  // The fields below are read and written with `condition` locked.
  private let condition = NSCondition()
  private var waiting: Set<Int> = []
  private var encoding: Set<Int> = []

  init(atOnce: Int) {
    self.atOnce = max(1, atOnce)
    (untilBusy, busy) = AsyncStream.makeStream()
  }

  /// Nobody new will come.
  func close() { busy.finish() }

  /// Waits until it is the chunk's turn; all its encoders begin together. Who waits must hold nothing that another chunk
  /// needs.
  ///
  /// - Returns: false when `isStopped` said so.
  func begin(_ chunk: Int, unless isStopped: () -> Bool) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    waiting.insert(chunk)
    while !encoding.contains(chunk) {
      if isStopped() {
        waiting.remove(chunk)
        return false
      }
      if encoding.count < atOnce, waiting.min() == chunk {
        encoding.insert(chunk)
        if encoding.count == atOnce { busy.finish() }
        condition.broadcast()
      } else {
        // Nobody wakes us when the render is given up.
        _ = condition.wait(until: Date(timeIntervalSinceNow: 0.02))
      }
    }
    waiting.remove(chunk)
    return true
  }

  /// The chunk's encoders are gone, or never began.
  func end(_ chunk: Int) {
    condition.lock()
    encoding.remove(chunk)
    waiting.remove(chunk)
    condition.broadcast()
    condition.unlock()
  }
}
