import HTTPTypes

extension Connection {
  /// A request has come: its handler gets to work.
  func begin(_ head: RequestHead) {
    deadlines.input = Deadlines.never
    guard loop.shared.beginRequest(limit: loop.limits.requestsInFlight) else {
      refuse(Refusal(.serviceUnavailable, "there are too many requests at the moment; try again"))
      return
    }
    serial &+= 1
    let exchange = ActiveExchange(head, serial: serial, now: loop.now, on: self)
    self.exchange = exchange
    let handle = Exchange(
      loop: loop.handle, connection: id, serial: serial, isHead: head.method == .head,
      outboundByteCount: loop.limits.outboundQueueByteCount)
    let request = Request(
      method: head.method, target: head.target, version: head.version, headers: head.headers,
      body: makeBody(exchange, handle), peer: peer, isSecure: transport.isSecure, control: handle)
    if let limit = loop.timeouts.handler { deadlines.handler = loop.now + limit.nanoseconds }
    loop.taskCount += 1
    // Ended by `abandon` when the connection goes, and awaited by the loop before it ends.
    exchange.task = Task(executorPreference: loop.handle) { [respond = loop.respond] in
      await handle.finish(with: await respond(request))
    }
  }

  private func makeBody(_ exchange: ActiveExchange, _ handle: Exchange) -> RequestBody {
    guard exchange.decoder != nil else {
      phase = .responding
      return .empty
    }
    phase = .body
    measureInput()
    let inbound = InboundQueue<[UInt8]>(
      capacity: loop.limits.inboundQueueByteCount, size: { $0.count },
      madeRoom: { handle.post(.resumeReading) },
      firstRead: { [expects = exchange.head.expectsContinue] in
        if expects { handle.post(.bodyWanted) }
      })
    exchange.inbound = inbound
    let declared: Int? =
      if case .length(let count) = exchange.head.framing { count } else { nil }
    return RequestBody(declaredByteCount: declared, source: inbound)
  }

  /// What the exchange's task has to say. The connection may be about another exchange by now.
  func handle(_ message: ExchangeMessage, serial: UInt32) {
    if case .taskEnded = message { return }
    guard let exchange, exchange.serial == serial, phase != .closed else {
      if case .answer(_, let continuation) = message { continuation.reject() }
      return
    }
    switch message {
    case .answer(let response, let continuation): answer(response, continuation)
    case .outputReady: if !isOutputBlocked, output.isEmpty { flush() }
    case .resumeReading: resumeInput()
    case .bodyWanted: sendContinue(exchange)
    case .limitTime(let limit):
      if exchange.answeredAt == nil {
        deadlines.handler = limit.map { loop.now + $0.nanoseconds } ?? Deadlines.never
      }
    case .overflowed: closeSocket(.tryAgainLater, reason: "the client is too slow")
    case .taskEnded: break
    }
    reschedule()
  }

  private func sendContinue(_ exchange: ActiveExchange) {
    guard !exchange.isContinued, exchange.answeredAt == nil, phase == .body else { return }
    exchange.isContinued = true
    output.append(ResponseHead.continueLine)
    flush()
  }

  private func answer(_ response: Response, _ continuation: AnswerContinuation) {
    guard let exchange, exchange.answeredAt == nil else {
      continuation.reject()
      return
    }
    exchange.answeredAt = loop.now
    exchange.status = response.status
    loop.endRequest(exchange)
    deadlines.handler = Deadlines.never
    // The rest of a body that nobody wanted cannot be told from the next request's head.
    if phase != .responding || loop.isDraining { exchange.keepsAlive = false }
    let framing = ResponseFraming(
      response.status, byteCount: response.body.byteCount, version: exchange.head.version)
    if framing == .untilClosed { exchange.keepsAlive = false }
    send(
      response, version: exchange.head.version, isHead: exchange.head.method == .head,
      keepsAlive: exchange.keepsAlive)
    switch continuation {
    case .nothing: break
    case .stream(let queue): begin(queue, of: response, framing, exchange)
    case .webSocket(let channel): beginWebSocket(channel, exchange)
    case .feed(let feed, let following):
      exchange.beginFeed(feed)
      knownHead.forget()
      begin(feed, following, response, framing, exchange)
    }
    flush()
  }

  private func begin(
    _ feed: any BodyFeed, _ following: FeedContinuation, _ response: Response,
    _ framing: ResponseFraming, _ exchange: ActiveExchange
  ) {
    switch following {
    case .stream(let queue):
      begin(queue, of: response, framing, exchange)
      feed.begin(queue)
    case .webSocket(let channel):
      beginWebSocket(channel, exchange)
      feed.begin(channel)
    }
  }

  /// Puts the head in the output, and the body if it is there.
  func send(_ response: Response, version: HTTPVersion, isHead: Bool, keepsAlive: Bool) {
    let framing = ResponseFraming(
      response.status, byteCount: response.body.byteCount, version: version)
    output.append(
      ResponseHead.encode(
        response.status, response.headers, framing: framing, version: version,
        keepsAlive: keepsAlive, date: loop.date))
    guard !isHead, !response.status.forbidsContent else { return }
    switch response.body {
    case .bytes(let bytes): output.append(bytes)
    case .file(let file, let range): output.append(file, range)
    case .empty, .stream, .webSocket: break
    }
  }

  private func begin(
    _ queue: OutboundQueue, of response: Response, _ framing: ResponseFraming,
    _ exchange: ActiveExchange
  ) {
    guard case .stream(let body) = response.body else { return }
    exchange.stream = OutgoingStream(
      queue: queue, isChunked: framing == .chunked, remaining: body.byteCount,
      keepAlive: body.keepAlive, endsWhenDraining: body.endsWhenDraining)
    if loop.isDraining { endStreamWhenDraining() }
    postponeHeartbeat()
  }

  func postponeHeartbeat() {
    guard let interval = exchange?.stream?.keepAlive?.interval else { return }
    deadlines.heartbeat = loop.now + interval.nanoseconds
  }

  /// The answer was sent whole, or there is nobody to send it to.
  func finishIfAnswered() {
    guard let exchange, exchange.answeredAt != nil, exchange.stream == nil,
      exchange.socket == nil, output.isEmpty, phase == .body || phase == .responding
    else { return }
    self.exchange = nil
    loop.record(exchange, on: self, exchange.didTimeOut ? .timedOut : .completed)
    deadlines.heartbeat = Deadlines.never
    let isWhole = exchange.isWhole
    exchange.inbound?.fail(.disconnected)
    isInputPaused = false
    inputRate.stop()
    guard exchange.keepsAlive, isWhole, !loop.isDraining else {
      if isWhole, input.isEmpty, !mayRead || hasPeerEnded, !transport.isSecure {
        close(.completed)
      } else {
        linger()
      }
      return
    }
    phase = .head
    deadlines.input = loop.now + loop.timeouts.keepAlive.nanoseconds
    if !input.isEmpty || mayRead { loop.queue(self) }
  }

  func handlerTimedOut() {
    deadlines.handler = Deadlines.never
    guard let exchange, exchange.answeredAt == nil else { return }
    exchange.didTimeOut = true
    exchange.task?.cancel()
    exchange.inbound?.fail(.tooSlow)
    answer(
      loop.settings.refusal(HTTPError(.gatewayTimeout, "this took too long; try again")), .nothing)
  }
}
