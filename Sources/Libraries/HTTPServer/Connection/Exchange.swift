import HTTPTypes

/// One request and its answer, as the task that handles it sees them.
final class Exchange: ExchangeControl {
  let loop: LoopHandle
  let connection: ConnectionID
  let serial: UInt32
  private let isHead: Bool
  private let outboundByteCount: Int

  init(
    loop: LoopHandle, connection: ConnectionID, serial: UInt32, isHead: Bool,
    outboundByteCount: Int
  ) {
    self.loop = loop
    self.connection = connection
    self.serial = serial
    self.isHead = isHead
    self.outboundByteCount = outboundByteCount
  }

  func post(_ message: ExchangeMessage) {
    loop.post(.exchange(connection, serial: serial, message))
  }

  func limitTime(to limit: Duration?) { post(.limitTime(limit)) }

  /// Hands the answer to the loop and sees to what has to be made while it is sent.
  func finish(with response: Response) async {
    switch response.body {
    case .stream(let body) where !isHead && !response.status.forbidsContent:
      if let feed = body.feed {
        let queue = outbound(feed)
        post(.answer(response, .feed(feed, .stream(queue))))
      } else {
        await onPool { await self.send(body, of: response) }
      }
    case .webSocket(let upgrade):
      let channel = SocketChannel(self, upgrade)
      if let feed = upgrade.feed {
        post(.answer(response, .feed(feed, .webSocket(channel))))
      } else {
        await onPool { await self.open(channel, upgrade, with: response) }
      }
    case .empty, .bytes, .file, .stream: post(.answer(response, .nothing))
    }
  }

  /// Not on the loop's thread: nobody knows how long it works.
  private func onPool(_ work: @escaping @Sendable () async -> Void) async {
    try? await Pool.run(work)
  }

  private func outbound(_ feed: (any BodyFeed)? = nil) -> OutboundQueue {
    OutboundQueue(
      capacity: outboundByteCount, closedError: BodyError.disconnected, feed: feed,
      signal: { [self] in post(.outputReady) })
  }

  private func send(_ body: StreamBody, of response: Response) async {
    let queue = outbound()
    post(.answer(response, .stream(queue)))
    do {
      try await body.produce(queue)
      queue.finish()
    } catch {
      queue.finish(body.endsWhenDraining && Task.isCancelled ? .finished : .failed)
    }
    post(.taskEnded)
  }

  private func open(
    _ channel: SocketChannel, _ upgrade: WebSocketUpgrade, with response: Response
  ) async {
    post(.answer(response, .webSocket(channel)))
    do {
      try await upgrade.handler(channel)
      channel.close(.normal, reason: "")
    } catch {
      channel.close(.internalError, reason: "")
    }
    post(.taskEnded)
  }
}
