import Foundation

/// Threads for tests that wait or compute for long: as many as there are jobs at a time, so that none of them waits for
/// another, and the shared pool, which has as many threads as cores, stays free for those that only await.
public final class WaitingThreads: TaskExecutor, @unchecked Sendable {
  public static let shared = WaitingThreads()

  // Every field below is read and written with `condition` locked.
  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []
  private var idleCount = 0

  private init() {}

  /// Whether the calling code may wait: it runs on one of these threads, or outside any task.
  public static var areCurrent: Bool {
    withUnsafeCurrentTask { task in
      guard let task else { return true }
      return task.unownedTaskExecutor == shared.asUnownedTaskExecutor()
    }
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    condition.lock()
    defer { condition.unlock() }
    jobs.append(UnownedJob(job))
    if idleCount >= jobs.count {
      condition.signal()
    } else {
      start()
    }
  }

  private func start() {
    let thread = Thread { [self] in
      while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Nil when nothing was to do for a while: then the thread ends.
  private func next() -> UnownedJob? {
    condition.lock()
    defer { condition.unlock() }
    let deadline = Date(timeIntervalSinceNow: 2)
    while jobs.isEmpty {
      idleCount += 1
      let isInTime = condition.wait(until: deadline)
      idleCount -= 1
      if !isInTime, jobs.isEmpty { return nil }
    }
    return jobs.removeFirst()
  }
}
