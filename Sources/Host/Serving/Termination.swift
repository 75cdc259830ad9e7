import Dispatch
import Foundation
import Threads

/// What a host is told by signals.
struct Signals: Sendable {
  /// SIGTERM and Ctrl-C: stop.
  var stop: AsyncStream<Void>
  /// SIGHUP: look at the files again.
  var reload: AsyncStream<Void>
}

/// SIGTERM and Ctrl-C ask a host to stop; a second one ends the process at once. SIGHUP asks it to look at its files.
enum Termination {
  /// Runs `body`, which waits for the first element of `stop` to know that it is to stop.
  static func during(_ body: @Sendable @escaping (Signals) async -> Void) async {
    let (asked, input) = AsyncStream.makeStream(of: Void.self)
    let (reload, reloadInput) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
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
    signal(SIGHUP, SIG_IGN)
    let hangUp = DispatchSource.makeSignalSource(signal: SIGHUP, queue: queue)
    hangUp.setEventHandler { reloadInput.yield() }
    hangUp.resume()
    await body(Signals(stop: asked, reload: reload))
    for source in sources + [hangUp] { source.cancel() }
  }
}
