import Foundation
import HTTPTypes
import TestSupport
import Testing
import Threads

@testable import HTTPServer

/// A clock that stands still until it is set forward.
final class ManualTime: Sendable {
  private let nanoseconds = Locked<Int64>(1_000_000_000_000)

  var clock: ServerClock { ServerClock { [nanoseconds] in nanoseconds.withLock { $0 } } }

  func advance(by duration: Duration) {
    nanoseconds.withLock { $0 += duration.nanoseconds }
  }
}

/// A server on a free port, for as long as a test's body runs. Its body runs on a thread of its own, so that it may
/// block while the server's handlers use the pool.
struct TestServer: Sendable {
  let server: Server
  let time: ManualTime?
  let records: Locked<[AccessRecord]>

  var port: Int { server.port ?? 0 }

  func connect() throws -> RawClient { try RawClient(port: port) }

  /// Sets the clock forward and waits until the server has done what that asks for.
  func advance(by duration: Duration) {
    time?.advance(by: duration)
    let looked = DispatchSemaphore(value: 0)
    server.checkTime { looked.signal() }
    for _ in 0..<server.loopCount where looked.wait(timeout: .now() + 120) == .timedOut {
      Issue.record("the server did not look at the clock for two minutes")
    }
  }

  /// Waits, for at most two minutes, until `condition` holds.
  func wait(until condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
      if condition() { return true }
      usleep(2000)
    }
    return condition()
  }

  /// - Parameter time: stands still unless a test sets it forward, so that however slow the machine is, nobody takes too
  ///   long; nil for the real time.
  static func run<Result: Sendable>(
    time: ManualTime? = ManualTime(),
    configure: (inout ServerSettings) -> Void = { _ in },
    respond: @escaping @Sendable (Request) async throws -> Response,
    _ body: @escaping @Sendable (TestServer) throws -> Result
  ) async throws -> Result {
    var settings = ServerSettings(.tcp(host: "127.0.0.1", port: 0))
    let records = Locked<[AccessRecord]>([])
    settings.accessLog = { record in records.withLock { $0.append(record) } }
    configure(&settings)
    var router = Router()
    for method: Method in [.get, .post, .put, .delete] {
      router.on(
        method, "/{path...}", options: Router.RouteOptions(bodyLimit: 4 << 30), respond)
    }
    let application = router.application()
    let server = try Server(settings, clock: time?.clock ?? .monotonic) {
      await application.respond(to: $0)
    }
    let running = TestServer(server: server, time: time, records: records)
    let hasEnded = Locked(false)
    Task {
      await server.run()
      hasEnded.withLock { $0 = true }
    }
    let result = try await BlockingThread.run("test") {
      // Whatever the body comes to.
      defer { server.drain(grace: .zero) }
      return try body(running)
    }
    // Not for ever: a handler that never ends must not keep the test.
    try await eventually("the drained server ends") { hasEnded.withLock { $0 } }
    return result
  }
}
