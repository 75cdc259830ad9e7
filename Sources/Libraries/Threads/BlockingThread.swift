import Foundation

/// Runs blocking work on a named thread of its own and lets async code wait for it.
///
/// The cooperative pool has as many threads as cores and must never block; whatever waits for C, a disk or a
/// child process for long goes through here. The thread lives as long as the work.
public enum BlockingThread {
  /// Waits until `work` returned or threw. Cancellation of the waiting task does not end `work`: hand it a
  /// `CancellationFlag` through `withCancellationFlag`.
  public static func run<Success: Sendable, Failure: Error>(
    _ name: String,
    _ work: @escaping @Sendable () throws(Failure) -> Success
  ) async throws(Failure) -> Success {
    let result: Result<Success, Failure> = await withCheckedContinuation { continuation in
      let thread = Thread {
        Thread.current.name = name  // set before the start, it would be lost on Linux
        continuation.resume(returning: Result { () throws(Failure) in try work() })
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    return try result.get()
  }
}
