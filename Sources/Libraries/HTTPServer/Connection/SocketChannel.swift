import HTTPTypes

/// The server's end of a WebSocket, as its handler sees it.
final class SocketChannel: WebSocketChannel, BodyOutlet {
  let limits: WebSocketUpgrade.Limits
  /// Nil when nobody listens to the client.
  let inbound: InboundQueue<WebSocketMessage>?
  let outbound: OutboundQueue
  private let exchange: Exchange

  init(_ exchange: Exchange, _ upgrade: WebSocketUpgrade) {
    self.exchange = exchange
    limits = upgrade.limits
    inbound = upgrade.feed == nil ? Self.makeInbound(limits, exchange) : nil
    outbound = OutboundQueue(
      capacity: min(limits.queuedByteCount, 64 << 10), closedError: WebSocketClosed(),
      feed: upgrade.feed, signal: { exchange.post(.outputReady) })
  }

  private static func makeInbound(
    _ limits: WebSocketUpgrade.Limits, _ exchange: Exchange
  ) -> InboundQueue<WebSocketMessage> {
    InboundQueue(
      capacity: max(limits.messageByteCount, 64 << 10),
      // Small messages cost memory too.
      size: { message in
        switch message {
        case .text(let text): text.utf8.count + 64
        case .binary(let bytes): bytes.count + 64
        }
      },
      madeRoom: { exchange.post(.resumeReading) }, firstRead: {})
  }

  func receive() async throws -> WebSocketMessage? {
    do {
      return try await inbound?.next()
    } catch BodyError.disconnected {
      return nil
    }
  }

  func send(_ message: EncodedMessage) async throws { try await outbound.write(message.bytes) }

  func post(_ message: EncodedMessage) -> Bool {
    if let isQueued = outbound.post(message.bytes, limit: limits.queuedByteCount) {
      return isQueued
    }
    if outbound.finish(.failed) { exchange.post(.overflowed) }
    return false
  }

  func offer(_ bytes: [UInt8]) -> Bool { outbound.offer(bytes) }

  func finish(isWhole: Bool) { close(isWhole ? .normal : .internalError, reason: "") }

  func close(_ code: WebSocketCloseCode, reason: String) {
    outbound.finish(with: WebSocketFrame.close(code, reason: reason))
  }

  /// The connection is gone.
  func abandon() {
    outbound.close()
    inbound?.fail(.disconnected)
  }
}
