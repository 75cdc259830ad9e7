import CSockets
import HTTPTypes

#if canImport(Glibc)
  import Glibc
#endif

/// One thread that serves connections. Everything in it belongs to that thread.
final class EventLoop {
  let handle: LoopHandle
  let settings: ServerSettings
  let limits: ServerLimits
  let timeouts: ServerTimeouts
  let shared: ServerShared
  let respond: @Sendable (Request) async -> Response
  /// Shared by all connections, which read one after the other.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)

  /// The time when the current turn began.
  private(set) var now: Int64
  private(set) var isDraining = false
  /// Handlers that have not ended.
  var taskCount = 0

  private let clock: ServerClock
  private let listeners: [Listener]
  private var connections: [Connection?] = []
  private var connectionCount = 0
  private var lastGeneration: UInt32 = 0
  private var deadlines = DeadlineQueue<ConnectionID>()
  private var waiting: [ConnectionID] = []
  private var messages: [LoopMessage] = []
  /// The first of them that was not read.
  private var nextMessage = 0
  private var drainDeadline = Int64.max
  private var wasCutOff = false
  /// When listeners are looked at again; `max` while they are.
  private var acceptAgainAt = Int64.max
  private var dateSecond: Int64 = -1
  private var dateText = ""
  /// Given up when there are no descriptors left, so that a connection can be taken and closed.
  private var spareDescriptor: Int32

  init(
    _ handle: LoopHandle, _ settings: ServerSettings, listeners: [Listener], shared: ServerShared,
    clock: ServerClock, respond: @escaping @Sendable (Request) async -> Response
  ) {
    self.handle = handle
    self.settings = settings
    self.listeners = listeners
    self.shared = shared
    self.clock = clock
    self.respond = respond
    limits = settings.limits
    timeouts = settings.timeouts
    now = clock.now()
    spareDescriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
  }

  deinit {
    readBuffer.deallocate()
    if spareDescriptor >= 0 { close(spareDescriptor) }
  }

  /// Serves until it is drained.
  func run() {
    vc_block_pipe_signal()
    addListeners()
    var events = [vc_event](repeating: vc_event(), count: 256)
    while !isDraining || connectionCount > 0 || taskCount > 0 {
      let mayWait = nextMessage == messages.count && handle.fallAsleep()
      let timeout = mayWait ? millisecondsToWait() : 0
      let count = vc_epoll_wait(handle.epoll, &events, 256, timeout)
      now = clock.now()
      for event in events.prefix(Int(max(count, 0))) { handle(event) }
      readMessages()
      giveTurns()
      expireDeadlines()
      acceptAgain()
      if now >= drainDeadline, !cutOff() { break }
    }
    for message in messages[nextMessage...] { message.reject() }
    handle.close()
  }

  private func millisecondsToWait() -> Int32 {
    guard waiting.isEmpty else { return 0 }
    let soonest = min(deadlines.soonest ?? .max, drainDeadline, acceptAgainAt)
    guard soonest != .max else { return -1 }
    return Int32(clamping: min(60_000, max(0, (soonest - now + 999_999) / 1_000_000)))
  }

  private func handle(_ event: vc_event) {
    let id = ConnectionID(tag: event.tag)
    guard id.generation == 0 else {
      connection(id)?.handle(
        readable: event.happened & VC_READABLE != 0, writable: event.happened & VC_WRITABLE != 0,
        peerEnded: event.happened & VC_PEER_ENDED != 0,
        broken: event.happened & VC_BROKEN != 0)
      return
    }
    if id.descriptor == handle.wakeDescriptor {
      vc_wake_clear(handle.wakeDescriptor)
    } else if let listener = listeners.first(where: { $0.descriptor == id.descriptor }) {
      accept(from: listener)
    }
  }

  /// Also those that reading them brings about, such as the answer of a handler that runs here. What is left when
  /// there are many waits until sockets had their turn.
  private func readMessages() {
    for _ in 0..<512 {
      if nextMessage == messages.count {
        // What was read of a connection before its answer comes before what happens after it.
        giveTurns()
        messages.removeAll(keepingCapacity: messages.capacity <= 4096)
        nextMessage = 0
        handle.take(into: &messages)
        if messages.isEmpty { return }
        now = clock.now()
      }
      nextMessage += 1
      handle(messages[nextMessage - 1])
    }
  }

  private func handle(_ message: LoopMessage) {
    switch message {
    case .work(let job): job.runSynchronously(on: handle.asUnownedTaskExecutor())
    case .exchange(let id, let serial, let content):
      switch content {
      case .answer(_, let continuation): if continuation.isLast { taskCount -= 1 }
      case .taskEnded: taskCount -= 1
      default: break
      }
      if let connection = connection(id) {
        connection.handle(content, serial: serial)
      } else {
        message.reject()
      }
    case .drain(let deadline): drain(until: deadline)
    case .checkTime(let done):
      now = clock.now()
      expireDeadlines()
      done()
    }
  }

  /// Those that stopped in the middle, so that others had their turn.
  private func giveTurns() {
    var ids: [ConnectionID] = []
    swap(&ids, &waiting)
    for id in ids { connection(id)?.takeTurn() }
  }

  private func expireDeadlines() {
    while let entry = deadlines.popDue(now) {
      guard let connection = connection(entry.subject), connection.scheduledAt == entry.time else {
        continue
      }
      connection.scheduledAt = Connection.Deadlines.never
      if connection.deadlines.soonest <= now {
        connection.timePassed()
      } else {
        connection.reschedule()
      }
    }
  }

  /// As the `Date` field wants it.
  var date: String {
    let second = now / 1_000_000_000
    if second != dateSecond {
      dateSecond = second
      dateText = HTTPDate(seconds: Int64(time(nil))).description
    }
    return dateText
  }
}

// MARK: - Connections

extension EventLoop {
  private func connection(_ id: ConnectionID) -> Connection? {
    let index = Int(id.descriptor)
    guard connections.indices.contains(index), let connection = connections[index],
      connection.id.generation == id.generation
    else { return nil }
    return connection
  }

  private func accept(from listener: Listener) {
    // Others have their turn before a flood of connections ends.
    for _ in 0..<64 {
      let (descriptor, peer) = listener.accept()
      switch -descriptor {
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        guard shedOne(from: listener) else {
          pauseAccepting()
          return
        }
      case ECONNABORTED, EINTR, EPROTO: continue
      case 1...: return
      default: add(descriptor, peer, listener)
      }
    }
  }

  /// Takes a connection with the descriptor that was kept for it, and closes it. The listener would be ready for
  /// ever otherwise.
  private func shedOne(from listener: Listener) -> Bool {
    guard spareDescriptor >= 0 else { return false }
    close(spareDescriptor)
    let (descriptor, _) = listener.accept()
    if descriptor >= 0 { close(descriptor) }
    spareDescriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
    return descriptor >= 0
  }

  /// Listeners would be ready again and again without anything that could be done about it.
  private func pauseAccepting() {
    guard acceptAgainAt == .max else { return }
    acceptAgainAt = now + 100_000_000
    for listener in listeners { _ = vc_epoll_remove(handle.epoll, listener.descriptor) }
  }

  private func acceptAgain() {
    guard now >= acceptAgainAt else { return }
    acceptAgainAt = .max
    if spareDescriptor < 0 { spareDescriptor = open("/dev/null", O_RDONLY | O_CLOEXEC) }
    if !isDraining { addListeners() }
  }

  private func addListeners() {
    for listener in listeners {
      let tag = ConnectionID(descriptor: listener.descriptor, generation: 0).tag
      _ = vc_epoll_add_listener(handle.epoll, listener.descriptor, tag)
    }
  }

  private func add(_ descriptor: Int32, _ peer: Peer, _ listener: Listener) {
    guard shared.addConnection(from: peer, limits) else {
      turnAway(descriptor, listener)
      return
    }
    guard let transport = makeTransport(descriptor, listener) else {
      shared.removeConnection(from: peer, limits)
      return
    }
    lastGeneration = lastGeneration == .max ? 1 : lastGeneration + 1
    let id = ConnectionID(descriptor: descriptor, generation: lastGeneration)
    guard vc_epoll_add_connection(handle.epoll, descriptor, id.tag) == 0 else {
      shared.removeConnection(from: peer, limits)
      return
    }
    let connection = Connection(id: id, transport: transport, peer: peer, loop: self)
    let index = Int(descriptor)
    if index >= connections.count {
      connections += [Connection?](repeating: nil, count: index + 1 - connections.count)
    }
    connections[index] = connection
    connectionCount += 1
    connection.reschedule()
  }

  /// Owns the descriptor, also when there is no transport.
  private func makeTransport(_ descriptor: Int32, _ listener: Listener) -> Transport? {
    guard !listener.isUnix, let context = shared.currentTLS else {
      return Transport(owning: descriptor, tls: nil)
    }
    do throws(TLSError) {
      return Transport(
        owning: descriptor, tls: try TLSSession(context, descriptor: descriptor))
    } catch {
      close(descriptor)
      return nil
    }
  }

  /// There is no room for another connection. Whether the client gets to read why is left to luck.
  private func turnAway(_ descriptor: Int32, _ listener: Listener) {
    defer { close(descriptor) }
    guard listener.isUnix || shared.currentTLS == nil else { return }
    var response = settings.refusal(
      HTTPError(.serviceUnavailable, "there are too many connections at the moment; try again"))
    response.headers.set(.retryAfter, to: 1)
    guard case .bytes(let body) = response.body else { return }
    let bytes =
      ResponseHead.encode(
        response.status, response.headers, framing: .length(body.count), version: .http11,
        keepsAlive: false, date: date) + body
    _ = bytes.withUnsafeBytes { vc_send(descriptor, $0.baseAddress, $0.count, 0) }
    vc_end_sending(descriptor)
  }

  /// The connection has let go of everything; its socket is closed when nobody is in it any more.
  func remove(_ connection: Connection) {
    // It may still be referenced below us on the stack, and its number must not come back before.
    _ = vc_epoll_remove(handle.epoll, connection.id.descriptor)
    connections[Int(connection.id.descriptor)] = nil
    connectionCount -= 1
    shared.removeConnection(from: connection.peer, limits)
  }

  /// It gets a turn after everybody else.
  func queue(_ connection: Connection) {
    guard !connection.isQueued else { return }
    connection.isQueued = true
    waiting.append(connection.id)
  }

  func schedule(_ connection: Connection, at time: Int64) {
    deadlines.insert(connection.id, at: time)
  }
}

// MARK: - Stopping

extension EventLoop {
  private func drain(until deadline: Int64) {
    drainDeadline = min(drainDeadline, deadline)
    guard !isDraining else { return }
    isDraining = true
    for listener in listeners {
      // Those whose connection the kernel has taken already are served.
      accept(from: listener)
      _ = vc_epoll_remove(handle.epoll, listener.descriptor)
      listener.stop()
    }
    for connection in connections { connection?.drain() }
  }

  /// The time for ending by themselves is over. False when even cancelled handlers have had theirs.
  private func cutOff() -> Bool {
    for connection in connections { connection?.close(.aborted) }
    guard !wasCutOff, taskCount > 0 else { return false }
    wasCutOff = true
    drainDeadline = now + 5_000_000_000
    return true
  }
}

// MARK: - The access log

extension EventLoop {
  /// The handler has answered, or nobody waits for it any more. What streams on is no request in flight.
  func endRequest(_ exchange: ActiveExchange) {
    guard exchange.isInFlight else { return }
    exchange.isInFlight = false
    shared.endRequest()
  }

  func record(
    _ exchange: ActiveExchange, on connection: Connection, _ outcome: AccessRecord.Outcome
  ) {
    endRequest(exchange)
    guard let accessLog = settings.accessLog else { return }
    let end = clock.now()
    accessLog(
      AccessRecord(
        method: exchange.head.method, target: exchange.head.target.raw, status: exchange.status,
        peer: connection.peer, headers: exchange.head.headers,
        receivedByteCount: connection.receivedByteCount - exchange.receivedBefore,
        sentByteCount: connection.output.sentByteCount - exchange.sentBefore,
        timeToAnswer: exchange.answeredAt.map { .nanoseconds($0 - exchange.startedAt) },
        totalTime: .nanoseconds(end - exchange.startedAt), outcome: outcome))
  }

  func recordRefusal(_ status: Status, on connection: Connection) {
    settings.accessLog?(
      AccessRecord(
        method: nil, target: nil, status: status, peer: connection.peer, headers: Headers(),
        receivedByteCount: 0, sentByteCount: 0, timeToAnswer: nil, totalTime: .zero,
        outcome: .refused))
  }
}
