import Foundation
import Threads

/// Where finished parts of a film wait until they are joined.
final class RenderedParts: @unchecked Sendable {
  struct Sound: Sendable {
    let url: URL
    /// Nil for a file that is complete.
    let growth: ByteGrowth?
  }

  let cancellation: CancellationFlag
  // Every field below is read and written with `condition` locked.
  private let condition = NSCondition()
  private var chunks: [Int: URL] = [:]
  private var foundSound: Sound?
  private var isAborted = false

  init(_ cancellation: CancellationFlag) { self.cancellation = cancellation }

  func supply(_ url: URL, asChunk index: Int) {
    condition.lock()
    chunks[index] = url
    condition.broadcast()
    condition.unlock()
  }

  /// Only the first supply counts.
  func supply(_ sound: Sound) {
    condition.lock()
    if foundSound == nil { foundSound = sound }
    condition.broadcast()
    condition.unlock()
  }

  /// Waits for the chunk. Throws when the film was given up.
  func chunk(_ index: Int) throws(MediaError) -> URL { try wait { $0.chunks[index] } }

  func sound() throws(MediaError) -> Sound { try wait { $0.foundSound } }

  private func wait<Part>(for part: (RenderedParts) -> Part?) throws(MediaError) -> Part {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if isAborted || cancellation.isRaised { throw .cancelled }
      if let part = part(self) { return part }
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.05))
    }
  }
}

extension RenderedParts: Abortable {
  func abort() {
    condition.lock()
    isAborted = true
    condition.broadcast()
    condition.unlock()
  }
}
