import Foundation
import Threads

/// How much of a file that is being written can be read already.
final class ByteGrowth: @unchecked Sendable {
  // Every field below is read and written with `condition` locked.
  private let condition = NSCondition()
  private var available = 0
  private var isFinished = false

  func advance(to byteCount: Int) {
    condition.lock()
    available = byteCount
    condition.broadcast()
    condition.unlock()
  }

  /// The file will not grow any more.
  func finish() {
    condition.lock()
    isFinished = true
    condition.broadcast()
    condition.unlock()
  }

  /// Waits until the file is complete. Throws when the film was given up.
  func waitForEnd(_ cancellation: CancellationFlag) throws(MediaError) {
    try wait(for: .max, cancellation)
  }

  /// Waits until so many bytes are there or the file is finished. Throws when the film was given up.
  func wait(for byteCount: Int, _ cancellation: CancellationFlag) throws(MediaError) {
    condition.lock()
    defer { condition.unlock() }
    while available < byteCount, !isFinished {
      if cancellation.isRaised { throw .cancelled }
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.05))
    }
  }
}
