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
      if exchange?.stream?.endsWhenDraining == true { exchange?.task?.cancel() }
    case .webSocket:
      exchange?.socket?.channel.close(.goingAway, reason: "the server stops")
    case .head, .lingering, .closed: break
    }
    reschedule()
  }
}
