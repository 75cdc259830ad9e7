#if canImport(Glibc)
  import Glibc
#endif

/// A value that one thread at a time may touch.
///
/// Over a POSIX lock and not `Synchronization.Mutex`, because the thread sanitizer cannot see the latter's lock and
/// takes every use of it for a race; with this one, `make tsan` reports real ones only. And not over `NSLock`, which
/// makes four more objects: a host has several of these for each client that follows a run.
public final class Locked<Value: Sendable>: @unchecked Sendable {
  // Read and written with `lock` held.
  private var value: Value
  private let lock: UnsafeMutablePointer<pthread_mutex_t>

  public init(_ value: Value) {
    self.value = value
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    // Fails only for attributes, of which there are none.
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deinitialize(count: 1)
    lock.deallocate()
  }

  /// Must not wait for anything else, and must not lock the same value again.
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value)
  }
}
