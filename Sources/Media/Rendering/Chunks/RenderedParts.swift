import Foundation
import Threads

/// Where finished parts of a film wait until they are joined.
final class RenderedParts: @unchecked Sendable {
  struct Sound: Sendable {
    let url: URL
    /// Nil for a file that is complete.
    let growth: ByteGrowth?
  }

  /// Where the pictures of a chunk belong.
  private struct Place: Hashable {
    let rendition: Int
    let chunk: Int
  }

  let cancellation: CancellationFlag
  // Every field below is read and written with `condition` locked.
  private let condition = NSCondition()
  private var chunks: [Place: URL] = [:]
  private var foundSound: Sound?
  private var isAborted = false

  init(_ cancellation: CancellationFlag) { self.cancellation = cancellation }

  func supply(_ url: URL, asChunk index: Int, of rendition: Int) {
    condition.lock()
    chunks[Place(rendition: rendition, chunk: index)] = url
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
  func chunk(_ index: Int, of rendition: Int) throws(MediaError) -> URL {
    let place = Place(rendition: rendition, chunk: index)
    return try wait { $0.chunks[place] }
  }

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
