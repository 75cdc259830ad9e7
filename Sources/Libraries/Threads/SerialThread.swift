import Foundation

/// An executor with one named thread, for actors whose work blocks.
public final class SerialThread: SerialExecutor {
  private let link: BoundedLink<UnownedJob>

  public init(name: String) {
    let link = BoundedLink<UnownedJob>(capacity: .max)
    self.link = link
    let thread = Thread { [unownedExecutor = Unmanaged.passUnretained(self)] in
      ThreadName.set(name)
      while let job = link.receive() {
        unownedExecutor._withUnsafeGuaranteedRef {
          job.runSynchronously(on: $0.asUnownedSerialExecutor())
        }
      }
    }
    thread.start()
  }

  deinit { link.close() }

  public func enqueue(_ job: consuming ExecutorJob) { link.send(UnownedJob(job)) }
}
