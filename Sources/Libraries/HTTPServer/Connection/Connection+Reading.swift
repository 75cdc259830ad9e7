import HTTPTypes

extension Connection {
  /// Reads while there is something and it is wanted, but not for ever.
  func readSome() {
    var turns = 16
    while mayRead, wantsInput {
      guard turns > 0 else {
        loop.queue(self)
        return
      }
      turns -= 1
      switch transport.read(into: loop.readBuffer) {
      case .moved(let count):
        // A socket that gave less than was asked for is empty; the loop says when that changes.
        if count < loop.readBuffer.count, !transport.isSecure, !hasPeerEnded { mayRead = false }
        receive(UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]))
      case .blocked: mayRead = false
      case .ended:
        endInput()
        return
      case .failed:
        close(.aborted)
        return
      }
    }
  }

  private func endInput() {
    mayRead = false
    hasPeerEnded = true
    switch phase {
    case .responding: break
    case .lingering: close(.completed)
    case .head where !scanner.isAtStart: close(.refused)
    case .handshake, .head, .body, .webSocket, .closed: close(.aborted)
    }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    guard input.isEmpty else {
      input.append(contentsOf: bytes)
      processInput()
      return
    }
    let used = process(bytes)
    if used < bytes.count, phase != .closed {
      input.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[used...]))
    }
  }

  /// Goes on with what was left over.
  func processInput() {
    guard !input.isEmpty else { return }
    var taken: [UInt8] = []
    swap(&taken, &input)
    let used = taken.withUnsafeBytes(process)
    guard used < taken.count, phase != .closed else { return }
    if used > 0 { taken.removeFirst(used) }
    swap(&taken, &input)
  }

  /// Returns how many bytes were used up.
  private func process(_ bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    while used < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
      let count: Int
      switch phase {
      case .head: count = takeHead(rest)
      case .body: count = takeBody(rest)
      case .webSocket: count = takeFrames(rest)
      case .lingering, .closed: count = rest.count
      case .handshake, .responding: count = 0
      }
      used += count
      if count == 0 || isInputPaused { break }
    }
    return used
  }

  private func takeHead(_ bytes: UnsafeRawBufferPointer) -> Int {
    do throws(Refusal) {
      let wasAtStart = scanner.isAtStart
      switch try scanner.scan(bytes) {
      case .incomplete:
        if wasAtStart { deadlines.input = loop.now + loop.timeouts.head.nanoseconds }
        return 0
      case .complete(let range):
        scanner.reset()
        let head = try knownHead.read(
          UnsafeRawBufferPointer(rebasing: bytes[range]), RequestHeadParser(limits: loop.limits))
        begin(head)
        return range.upperBound
      }
    } catch {
      refuse(error)
      return bytes.count
    }
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let exchange, var decoder = exchange.decoder else { return 0 }
    do throws(Refusal) {
      var isFull = false
      let count = try decoder.consume(bytes) { piece in
        receivedByteCount += piece.count
        isFull = exchange.inbound?.push([UInt8](piece)) ?? false
      }
      exchange.decoder = decoder
      if decoder.isFinished {
        endBody(exchange)
      } else if isFull {
        pauseInput()
      }
      return count
    } catch {
      exchange.inbound?.fail(.malformed(error.reason))
      exchange.keepsAlive = false
      phase = .responding
      stopMeasuringInput()
      return bytes.count
    }
  }

  private func endBody(_ exchange: ActiveExchange) {
    exchange.inbound?.end()
    phase = .responding
    stopMeasuringInput()
    finishIfAnswered()
  }

  private func pauseInput() {
    isInputPaused = true
    // It is not the client's fault that nothing comes now.
    stopMeasuringInput()
  }

  /// There is room again.
  func resumeInput() {
    guard isInputPaused else { return }
    isInputPaused = false
    if phase == .body { measureInput() }
    processInput()
    readSome()
    reschedule()
  }

  func measureInput() {
    inputRate.start(loop.now, byteCount: receivedByteCount)
    deadlines.input = inputRate.deadline ?? Deadlines.never
  }

  private func stopMeasuringInput() {
    inputRate.stop()
    deadlines.input = Deadlines.never
  }

  /// Answers what is no request, and ends the connection.
  func refuse(_ refusal: Refusal) {
    var response = loop.settings.refusal(HTTPError(refusal.status, refusal.reason))
    if refusal.status == .serviceUnavailable { response.headers.set(.retryAfter, to: 1) }
    send(response, version: .http11, isHead: false, keepsAlive: false)
    loop.recordRefusal(refusal.status, on: self)
    flushAndLinger()
  }
}
