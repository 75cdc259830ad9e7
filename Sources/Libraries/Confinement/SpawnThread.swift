import Foundation
import Threads

/// The thread that starts every confined process. It never ends, because the kernel kills them when it does.
enum SpawnThread {
  private static let work: BoundedLink<@Sendable () -> Void> = {
    let link = BoundedLink<@Sendable () -> Void>(capacity: 64)
    let thread = Thread {
      while let task = link.receive() { task() }
    }
    thread.name = "spawn"
    thread.start()
    return link
  }()

  /// Waits until `body` was run there: some milliseconds.
  static func run<Success: Sendable>(_ body: @escaping @Sendable () -> Success) -> Success {
    let done = BoundedLink<Success>(capacity: 1)
    while true {
      work.send { done.send(body()) }
      // Neither link is ever closed.
      if let result = done.receive() { return result }
    }
  }
}
