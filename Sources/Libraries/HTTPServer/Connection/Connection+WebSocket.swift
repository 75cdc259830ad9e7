import HTTPTypes

extension Connection {
  func beginWebSocket(_ channel: SocketChannel, _ exchange: ActiveExchange) {
    exchange.socket = ActiveSocket(
      channel: channel, decoder: WebSocketDecoder(messageLimit: channel.limits.messageByteCount))
    exchange.keepsAlive = false
    phase = .webSocket
    deadlines.input = loop.now + loop.timeouts.ping.nanoseconds
    if loop.isDraining { closeWhenDraining(channel, exchange) }
    loop.queue(self)
    processInput()
  }

  func closeWhenDraining(_ channel: SocketChannel, _ exchange: ActiveExchange) {
    channel.close(.goingAway, reason: "the server stops")
    exchange.endFeed()
  }

  /// Returns how many bytes were used up: all.
  func takeFrames(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let exchange, var socket = exchange.socket else { return bytes.count }
    exchange.socket = nil
    receivedByteCount += bytes.count
    do throws(WebSocketDecoder.Violation) {
      let events = try socket.decoder.consume(bytes)
      exchange.socket = socket
      for event in events where phase == .webSocket { take(event) }
    } catch {
      exchange.socket = socket
      closeSocket(error.code, reason: error.reason)
    }
    return bytes.count
  }

  private func take(_ event: WebSocketDecoder.Event) {
    guard let exchange, let socket = exchange.socket else { return }
    switch event {
    case .message(let message):
      // After our close nobody reads any more, and the client may not have seen it yet.
      if !socket.hasSentClose, socket.channel.inbound?.push(message) == true {
        isInputPaused = true
      }
    case .ping(let payload):
      guard !socket.hasSentClose else { return }
      output.append(WebSocketFrame.encode(.pong, payload))
      if !isOutputBlocked { flush() }
    case .pong: break
    case .close(let code): peerClosed(code)
    }
  }

  /// Answers a close, unless this is the answer to ours, and ends the connection.
  private func peerClosed(_ code: WebSocketCloseCode?) {
    guard let socket = exchange?.socket else { return }
    if !socket.hasSentClose {
      output.append(
        code.map { WebSocketFrame.close($0, reason: "") } ?? WebSocketFrame.encode(.close, []))
    }
    socket.channel.inbound?.end()
    endSocket()
  }

  /// Tells the client why, and ends the connection without waiting for more from it.
  func closeSocket(_ code: WebSocketCloseCode, reason: String) {
    guard let socket = exchange?.socket else { return }
    if !socket.hasSentClose { output.append(WebSocketFrame.close(code, reason: reason)) }
    socket.channel.inbound?.fail(.disconnected)
    endSocket()
  }

  /// What is in the output is still sent, then the connection lingers.
  private func endSocket() {
    guard let exchange, let socket = exchange.socket else { return }
    socket.channel.outbound.close()
    exchange.socket = nil
    isInputPaused = false
    exchange.stopAnswering()
    self.exchange = nil
    loop.record(exchange, on: self, .completed)
    deadlines.input = loop.now + loop.timeouts.closing.nanoseconds
    if !isOutputBlocked { flush() }
  }

  /// True when there is more to send.
  func pullSocket() -> Bool {
    guard let exchange, var socket = exchange.socket else { return false }
    let batch = socket.channel.outbound.take()
    batch.pieces.forEach { output.append($0) }
    if batch.end == .finished, !socket.hasSentClose {
      socket.hasSentClose = true
      exchange.socket = socket
      // Nobody reads on our side any more.
      socket.channel.inbound?.end()
      isInputPaused = false
      deadlines.input = loop.now + loop.timeouts.closing.nanoseconds
      loop.queue(self)
    }
    return !batch.pieces.isEmpty
  }

  func pingTimePassed() {
    guard let exchange, var socket = exchange.socket, !socket.hasSentClose else {
      close(.completed)
      return
    }
    let isSilent = receivedByteCount == socket.receivedAtPing
    socket.missedPings = isSilent ? socket.missedPings + 1 : 0
    socket.receivedAtPing = receivedByteCount
    exchange.socket = socket
    // Silence before the first ping is no miss.
    guard socket.missedPings <= 2 else {
      transport.resetOnClose()
      close(.aborted)
      return
    }
    deadlines.input = loop.now + loop.timeouts.ping.nanoseconds
    output.append(WebSocketFrame.encode(.ping, []))
    if !isOutputBlocked { flush() }
  }
}
