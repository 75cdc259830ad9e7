import Dispatch
import Foundation
import Threads

/// SIGTERM and Ctrl-C ask a host to stop; a second one ends the process at once.
enum Termination {
  /// Runs `body`, which waits for the stream's first element to know that it is to stop.
  static func during(_ body: @Sendable @escaping (AsyncStream<Void>) async -> Void) async {
    let (asked, input) = AsyncStream.makeStream(of: Void.self)
    let queue = DispatchQueue(label: "signals")
    let count = Locked(0)
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        // Not `exit`: that would wait for whatever does not end.
        let number = count.withLock { count in
          count += 1
          return count
        }
        if number > 1 { _exit(ExitCode.interrupted.rawValue) }
        input.yield()
      }
      source.resume()
      return source
    }
    await body(asked)
    for source in sources { source.cancel() }
  }
}
