import Foundation

/// A value that one thread at a time may touch.
///
/// Over a POSIX lock and not `Synchronization.Mutex`, because the thread sanitizer cannot see the latter's lock and
/// takes every use of it for a race; with this one, `make tsan` reports real ones only.
public final class Locked<Value: Sendable>: @unchecked Sendable {
  // Read and written with `lock` held.
  private var value: Value
  private let lock = NSLock()

  public init(_ value: Value) { self.value = value }

  /// Must not wait for anything else, and must not lock the same value again.
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
