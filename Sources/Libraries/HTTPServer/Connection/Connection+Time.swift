import HTTPTypes

extension Connection {
  /// Looks at every deadline that has passed.
  func timePassed() {
    let now = loop.now
    if now >= deadlines.handler { handlerTimedOut() }
    if phase != .closed, now >= deadlines.output { judgeOutput(now) }
    if phase != .closed, now >= deadlines.heartbeat { sendHeartbeat() }
    if phase != .closed, now >= deadlines.input { inputTimedOut(now) }
    reschedule()
  }

  private func judgeOutput(_ now: Int64) {
    guard outputRate.judge(now, byteCount: output.sentByteCount) == .fine else {
      // The client does not read, so it need not be told politely.
      transport.resetOnClose()
      close(.aborted)
      return
    }
    deadlines.output = outputRate.deadline ?? Deadlines.never
  }

  private func inputTimedOut(_ now: Int64) {
    deadlines.input = Deadlines.never
    switch phase {
    case .head where !scanner.isAtStart:
      refuse(Refusal(.requestTimeout, "the request came too slowly"))
    case .body:
      guard inputRate.judge(now, byteCount: receivedByteCount) == .tooSlow else {
        deadlines.input = inputRate.deadline ?? Deadlines.never
        return
      }
      bodyTimedOut()
    case .webSocket: pingTimePassed()
    case .responding: break
    case .handshake, .head, .lingering, .closed: close(.completed)
    }
  }

  /// The handler learns of it from its body, and may still answer.
  private func bodyTimedOut() {
    guard let exchange else { return }
    exchange.keepsAlive = false
    exchange.inbound?.fail(.tooSlow)
    phase = .responding
    if exchange.answeredAt != nil {
      close(.aborted)
    } else {
      answerSlowBody()
    }
  }

  private func answerSlowBody() {
    guard let exchange else { return }
    exchange.task?.cancel()
    exchange.answeredAt = loop.now
    exchange.status = .requestTimeout
    exchange.didTimeOut = true
    deadlines.handler = Deadlines.never
    send(
      loop.settings.refusal(HTTPError(.requestTimeout, "the body came too slowly")),
      version: exchange.head.version, isHead: false, keepsAlive: false)
    flush()
  }

  /// The server stops: what is idle ends now, the rest when it is done.
  func drain() {
    switch phase {
    case .handshake: close(.completed)
    case .head where scanner.isAtStart && input.isEmpty: close(.completed)
    case .body, .responding:
      endStreamWhenDraining()
    case .webSocket:
      if let exchange, let socket = exchange.socket { closeWhenDraining(socket.channel, exchange) }
    case .head, .lingering, .closed: break
    }
    reschedule()
  }

  func endStreamWhenDraining() {
    guard let exchange, let stream = exchange.stream, stream.endsWhenDraining else { return }
    exchange.task?.cancel()
    endFedStream()
  }

  /// What was fed is still sent, and that was all.
  func endFedStream() {
    guard let exchange, exchange.feed != nil, let stream = exchange.stream else { return }
    exchange.endFeed()
    stream.queue.finish()
  }
}
