import Foundation
import Threads

/// The threads of one render, and the links between them. The first failure ends all.
final class RenderWorkers: @unchecked Sendable {
  let cancellation: CancellationFlag
  /// Raised when the render ends early, for whatever reason.
  let stop = CancellationFlag()
  // Every field below is read and written with `condition` locked.
  private let condition = NSCondition()
  private var running = 0
  private var failure: (any Error)?
  private var hasStopped = false
  private var links: [ObjectIdentifier: any Abortable] = [:]

  init(cancellation: CancellationFlag) { self.cancellation = cancellation }

  /// What is being made is not wanted any more: every loop ends when it sees this.
  var isStopped: Bool {
    if cancellation.isRaised { return true }
    condition.lock()
    defer { condition.unlock() }
    return hasStopped
  }

  /// A link that is to be aborted when the render ends early.
  func adopt(_ link: some Abortable) {
    condition.lock()
    links[ObjectIdentifier(link)] = link
    let stopped = hasStopped
    condition.unlock()
    if stopped { link.abort() }
  }

  /// The link's sender is done with it.
  func release(_ link: some Abortable) {
    condition.lock()
    links[ObjectIdentifier(link)] = nil
    condition.unlock()
  }

  func start(_ name: String, _ work: @escaping @Sendable () throws -> Void) {
    condition.lock()
    running += 1
    condition.unlock()
    let thread = Thread { [self] in
      do { try work() } catch { stop(because: error) }
      condition.lock()
      running -= 1
      condition.broadcast()
      condition.unlock()
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }

  private func stop(because error: any Error) {
    condition.lock()
    let isFirst = !hasStopped
    if isFirst { failure = error }
    hasStopped = true
    // Only now: what fails because of the flag must not be the first.
    stop.raise()
    let open = isFirst ? Array(links.values) : []
    condition.unlock()
    for link in open { link.abort() }
  }

  /// Waits until every thread has ended, looking at the cancellation flag all the while.
  func join() throws {
    while true {
      if cancellation.isRaised { stop(because: MediaError.cancelled) }
      condition.lock()
      if running == 0 {
        let failure = failure
        condition.unlock()
        if cancellation.isRaised { throw MediaError.cancelled }
        if let failure { throw failure }
        return
      }
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.02))
      condition.unlock()
    }
  }
}

/// A link that can be given up.
protocol Abortable: AnyObject, Sendable {
  func abort()
}

extension BoundedLink: Abortable {}
