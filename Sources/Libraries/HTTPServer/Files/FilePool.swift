import Foundation
import Threads

/// A few threads for calls that wait for the disk: opening, reading, writing, flushing.
public final class FilePool: Sendable {
  private let link: BoundedLink<@Sendable () -> Void>

  public init(threadCount: Int = 4) {
    let link = BoundedLink<@Sendable () -> Void>(capacity: .max)
    self.link = link
    for _ in 0..<max(1, threadCount) {
      Thread { while let work = link.receive() { work() } }.start()
    }
  }

  deinit { link.close() }

  /// Waits until `work` returned or threw, on one of the pool's threads.
  public func run<Success: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Success
  ) async throws(Failure) -> Success {
    let result: Result<Success, Failure> = await withCheckedContinuation { continuation in
      link.send { continuation.resume(returning: Result { () throws(Failure) in try work() }) }
    }
    return try result.get()
  }
}
