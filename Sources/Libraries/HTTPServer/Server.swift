public import HTTPTypes
import Threads

#if canImport(Glibc)
  import Glibc
#endif

/// An HTTP/1.1 server: its own threads move bytes, handlers are tasks.
///
/// Nothing else in VideoCraft knows more of it than `ServerSettings`, a function from `Request` to `Response`, `run`
/// and `drain`; another server may take its place there.
public final class Server: Sendable {
  private let settings: ServerSettings
  private let clock: ServerClock
  private let respond: @Sendable (Request) async -> Response
  private let listeners: [Listener]
  private let handles: [LoopHandle]
  private let shared: ServerShared
  private let hasRun = Locked(false)

  /// Listens from now on; connections are served by `run`. Throws when an endpoint cannot be listened on.
  public convenience init(
    _ settings: ServerSettings, respond: @escaping @Sendable (Request) async -> Response
  ) throws(ServerError) {
    try self.init(settings, clock: .monotonic, respond: respond)
  }

  public convenience init(
    _ settings: ServerSettings, application: Application
  ) throws(ServerError) {
    try self.init(settings) { await application.respond(to: $0) }
  }

  package init(
    _ settings: ServerSettings, clock: ServerClock,
    respond: @escaping @Sendable (Request) async -> Response
  ) throws(ServerError) {
    self.settings = settings
    self.clock = clock
    self.respond = respond
    shared = ServerShared(tls: settings.tls)
    var listeners: [Listener] = []
    for endpoint in settings.endpoints {
      listeners.append(try Listener(endpoint, backlog: settings.limits.backlog))
    }
    self.listeners = listeners
    var handles: [LoopHandle] = []
    for _ in 0..<Self.loopCount(settings) { handles.append(try LoopHandle()) }
    self.handles = handles
  }

  /// What is listened on, with the ports that were taken.
  public var endpoints: [ServerSettings.Endpoint] { listeners.map(\.endpoint) }

  /// The first TCP endpoint's port; nil when there is none.
  public var port: Int? {
    for case .tcp(_, let port) in endpoints { return port }
    return nil
  }

  /// Open at the moment.
  public var connectionCount: Int { shared.connectionCount }

  /// Serves until it was drained. Cancelling the task drains it without any grace. A second call returns at once.
  public func run() async {
    let isFirst = hasRun.withLock { hasRun in
      defer { hasRun = true }
      return !hasRun
    }
    guard isFirst else { return }
    await withTaskCancellationHandler {
      await withTaskGroup { group in
        for (index, handle) in handles.enumerated() {
          group.addTask { [self] in await serve(handle, index) }
        }
      }
    } onCancel: {
      drain(grace: .zero)
    }
  }

  /// Begins to stop: new connections are refused, idle ones are closed, what runs may finish for as long as `grace`,
  /// WebSockets are told that the server goes away. `run` returns when that is done.
  public func drain(grace: Duration = .seconds(10)) {
    let deadline = clock.now() + grace.nanoseconds
    for handle in handles { handle.post(.drain(deadline: deadline)) }
  }

  /// New connections get this certificate.
  public func replaceCertificate(_ context: TLSContext) { shared.replaceTLS(context) }

  /// Makes every loop look at the clock, after it was set forward. Calls `done` once for each loop that did.
  package func checkTime(_ done: @escaping @Sendable () -> Void) {
    for handle in handles { handle.post(.checkTime(done)) }
  }

  package var loopCount: Int { handles.count }

  private func serve(_ handle: LoopHandle, _ index: Int) async {
    await BlockingThread.run("http-\(index)") { [self] in
      EventLoop(
        handle, settings, listeners: listeners, shared: shared, clock: clock, respond: respond
      ).run()
    }
  }

  private static func loopCount(_ settings: ServerSettings) -> Int {
    if let count = settings.loopCount { return max(1, count) }
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    return cores <= 2 ? 1 : min(4, cores / 2)
  }
}
