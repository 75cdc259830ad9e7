import HTTPTypes

/// A connection, on the loop it belongs to and nowhere else.
final class Connection {
  enum Phase: Hashable {
    case handshake
    /// Between requests, or in the head of one.
    case head
    /// The body of a request comes in; its handler runs.
    case body
    /// The request is complete; its handler runs or its answer is being sent.
    case responding
    case webSocket
    /// Everything is sent; the client is given time to see it and close.
    case lingering
    case closed
  }

  /// When something has to be looked at; `never` for nothing.
  struct Deadlines {
    static let never = Int64.max
    /// For what comes from the client.
    var input = never
    /// For the client to take what it is sent.
    var output = never
    var handler = never
    var heartbeat = never

    var soonest: Int64 { min(min(input, output), min(handler, heartbeat)) }
  }

  let id: ConnectionID
  let transport: Transport
  let peer: Peer
  unowned let loop: EventLoop

  var phase: Phase
  /// Bytes that came and were not understood yet.
  var input: [UInt8] = []
  var scanner: HeadScanner
  var knownHead = KnownHead()
  var output = OutputQueue()
  var exchange: ActiveExchange?
  var serial: UInt32 = 0

  /// Whether the socket may have something to read; only trying it tells.
  var mayRead = true
  /// Whether the queue that is filled has no room.
  var isInputPaused = false
  /// Whether the socket took no more.
  var isOutputBlocked = false
  /// Whether it waits for its next turn.
  var isQueued = false
  var hasPeerEnded = false
  var hasEndedSending = false

  var deadlines = Deadlines()
  /// When the loop looks at the deadlines.
  var scheduledAt = Deadlines.never
  var inputRate: RateWatch
  var outputRate: RateWatch
  /// Of bodies and WebSocket frames.
  var receivedByteCount = 0

  init(id: ConnectionID, transport: Transport, peer: Peer, loop: EventLoop) {
    self.id = id
    self.transport = transport
    self.peer = peer
    self.loop = loop
    phase = transport.isSecure ? .handshake : .head
    scanner = HeadScanner(limits: loop.limits)
    inputRate = RateWatch(loop.timeouts)
    outputRate = RateWatch(loop.timeouts)
    let limit = transport.isSecure ? loop.timeouts.handshake : loop.timeouts.keepAlive
    deadlines.input = loop.now + limit.nanoseconds
  }

  var wantsInput: Bool {
    switch phase {
    case .head, .lingering: true
    case .body: !isInputPaused
    // Pongs are owed for pings, so a client that does not read is not read either.
    case .webSocket: !isInputPaused && output.byteCount < 64 << 10
    case .handshake, .responding, .closed: false
    }
  }

  // MARK: What happened on the socket

  func handle(readable: Bool, writable: Bool, peerEnded: Bool, broken: Bool) {
    guard phase != .closed else { return }
    if broken {
      close(.aborted)
      return
    }
    if readable || peerEnded { mayRead = true }
    if peerEnded, !hasPeerEnded {
      hasPeerEnded = true
      // A client that has gone away needs no answer. One that only sends no more still gets an answer if the handler
      // makes one.
      if phase == .responding || phase == .body {
        exchange?.task?.cancel()
        endFedStream()
      }
    }
    if phase == .handshake { continueHandshake() }
    if writable, isOutputBlocked || !output.isEmpty { flush() }
    readSome()
    reschedule()
  }

  private func continueHandshake() {
    guard let tls = transport.tls else { return }
    switch tls.handshake() {
    case nil: close(.aborted)
    case false?: break
    case true?:
      phase = .head
      deadlines.input = loop.now + loop.timeouts.keepAlive.nanoseconds
    }
  }

  /// Its next turn has come.
  func takeTurn() {
    isQueued = false
    if !isOutputBlocked { flush() }
    processInput()
    readSome()
    reschedule()
  }

  /// Tells the loop when to look again, if that is sooner than it does anyway.
  func reschedule() {
    guard phase != .closed else { return }
    let soonest = deadlines.soonest
    if soonest < scheduledAt {
      scheduledAt = soonest
      loop.schedule(self, at: soonest)
    }
  }

  // MARK: The end

  /// Everything that belongs to it is let go. What was not sent is lost.
  func close(_ outcome: AccessRecord.Outcome) {
    guard phase != .closed else { return }
    phase = .closed
    if let exchange {
      self.exchange = nil
      exchange.abandon()
      loop.record(exchange, on: self, outcome)
    }
    input = []
    output.removeAll()
    deadlines = Deadlines()
    loop.remove(self)
  }

  /// What was sent gets time to arrive: closing a socket that has unread bytes would destroy it on the way.
  func linger() {
    guard phase != .closed else { return }
    phase = .lingering
    hasEndedSending = true
    isInputPaused = false
    input = []
    transport.endSending()
    outputRate.stop()
    deadlines = Deadlines()
    deadlines.input = loop.now + loop.timeouts.linger.nanoseconds
    if hasPeerEnded, !mayRead {
      close(.completed)
    } else {
      loop.queue(self)
    }
  }
}

/// A request that is being handled, as the loop sees it.
final class ActiveExchange {
  let serial: UInt32
  private(set) var head: RequestHead
  let startedAt: Int64
  let sentBefore: Int
  let receivedBefore: Int
  /// Nil when what follows the head needs none.
  var task: Task<Void, Never>?
  /// Nil when there is none or it has nothing to do with the connection any more.
  var feed: (any BodyFeed)?
  var decoder: BodyDecoder?
  var inbound: InboundQueue<[UInt8]>?
  var stream: OutgoingStream?
  var socket: ActiveSocket?
  var answeredAt: Int64?
  var status: Status?
  var keepsAlive: Bool
  /// Whether the client was told to send its body, or does so unasked.
  var isContinued: Bool
  var didTimeOut = false
  /// Whether it counts among those that are being handled.
  var isInFlight = true

  init(_ head: RequestHead, serial: UInt32, now: Int64, on connection: Connection) {
    self.head = head
    self.serial = serial
    startedAt = now
    sentBefore = connection.output.sentByteCount
    receivedBefore = connection.receivedByteCount
    keepsAlive = head.keepsAlive
    isContinued = !head.expectsContinue
    decoder = BodyDecoder(head.framing)
  }

  /// Whether the request was received to its end.
  var isWhole: Bool { decoder?.isFinished ?? (head.framing == .none) }

  /// The connection is gone.
  func abandon() {
    inbound?.fail(.disconnected)
    stream?.queue.close()
    socket?.channel.abandon()
    stopAnswering()
  }

  /// Nobody wants more of the answer.
  func stopAnswering() {
    task?.cancel()
    endFeed()
  }

  /// From now on the body is fed. That may take hours, in which nobody needs the request's fields.
  func beginFeed(_ feed: any BodyFeed) {
    task = nil
    self.feed = feed
    head = head.withoutFields
  }

  func endFeed() {
    feed?.end()
    feed = nil
  }
}

/// An answer's body that is made while it is sent.
struct OutgoingStream {
  let queue: OutboundQueue
  let isChunked: Bool
  /// What is still to come; nil when nobody said how much there is.
  var remaining: Int?
  let keepAlive: (interval: Duration, bytes: [UInt8])?
  let endsWhenDraining: Bool
}

/// A WebSocket, as the loop sees it.
struct ActiveSocket {
  let channel: SocketChannel
  var decoder: WebSocketDecoder
  var hasSentClose = false
  var missedPings = 0
  var receivedAtPing = 0
}
