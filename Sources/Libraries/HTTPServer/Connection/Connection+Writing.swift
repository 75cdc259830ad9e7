import HTTPTypes

extension Connection {
  /// Sends what there is, and what is made in the meantime, while the socket takes it.
  func flush() {
    var turns = 8
    while phase != .closed {
      // A producer as quick as its client would keep everybody else waiting.
      guard turns > 0 else {
        loop.queue(self)
        return
      }
      turns -= 1
      isOutputBlocked = false
      switch output.write(to: transport) {
      case .drained:
        outputRate.stop()
        deadlines.output = Deadlines.never
        if pullStream() || pullSocket() { continue }
        outputDrained()
        return
      case .blocked:
        isOutputBlocked = true
        outputRate.start(loop.now, byteCount: output.sentByteCount)
        deadlines.output = outputRate.deadline ?? Deadlines.never
        return
      case .yielded:
        loop.queue(self)
        return
      case .failed:
        close(.aborted)
        return
      }
    }
  }

  private func outputDrained() {
    switch phase {
    case .body, .responding: finishIfAnswered()
    case .webSocket:
      // Not read here: this may be in the middle of what was read.
      if exchange?.socket == nil { linger() } else if mayRead, wantsInput { loop.queue(self) }
    case .lingering: if !hasEndedSending { linger() }
    case .handshake, .head, .closed: break
    }
  }

  /// True when there is more to send.
  private func pullStream() -> Bool {
    guard let exchange, var stream = exchange.stream else { return false }
    let batch = stream.queue.take()
    let count = batch.pieces.reduce(0) { $0 + $1.count }
    if let remaining = stream.remaining {
      guard count <= remaining, batch.end == nil || count == remaining else {
        close(.aborted)
        return false
      }
      stream.remaining = remaining - count
    }
    if count > 0 {
      if stream.isChunked {
        output.append(ResponseHead.chunk(batch.pieces))
      } else {
        batch.pieces.forEach { output.append($0) }
      }
      postponeHeartbeat()
    }
    exchange.stream = stream
    switch batch.end {
    case nil: return count > 0
    case .failed:
      // Without its last chunk the client sees that the body is cut short.
      abort()
      return false
    case .finished:
      exchange.stream = nil
      deadlines.heartbeat = Deadlines.never
      if stream.isChunked { output.append(ResponseHead.lastChunk) }
      return true
    }
  }

  /// Sends what can be sent at once, and makes the client see that it was not everything.
  private func abort() {
    _ = output.write(to: transport)
    transport.resetOnClose()
    close(.aborted)
  }

  /// Nothing was sent for a while.
  func sendHeartbeat() {
    deadlines.heartbeat = Deadlines.never
    guard let stream = exchange?.stream, let keepAlive = stream.keepAlive else { return }
    if output.isEmpty {
      output.append(
        stream.isChunked ? ResponseHead.chunk([keepAlive.bytes]) : keepAlive.bytes)
      flush()
    }
    postponeHeartbeat()
  }

  /// For answers after which the connection ends and no exchange is left.
  func flushAndLinger() {
    exchange = nil
    deadlines = Deadlines()
    phase = .lingering
    flush()
  }
}
