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
        ThreadName.set(name)
        continuation.resume(returning: Result { () throws(Failure) in try work() })
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    return try result.get()
  }
}

/// The name of the current thread, as debuggers and profilers show it.
enum ThreadName {
  /// Linux keeps 15 bytes. Written through `/proc` because `pthread_setname_np` is not imported, and because
  /// Foundation's `Thread.name` may name another thread while this one starts.
  static func set(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name, min(name.utf8.count, 15))
    close(file)
  }
}
