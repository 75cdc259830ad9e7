/// What travels over a WebSocket (RFC 6455).
public enum WebSocketMessage: Sendable, Hashable {
  case text(String)
  case binary([UInt8])
}

/// Why a WebSocket was closed (RFC 6455 section 7.4).
public struct WebSocketCloseCode: Sendable, Hashable, CustomStringConvertible {
  public let number: UInt16

  /// Nil for numbers that must not be sent.
  public init?(_ number: Int) {
    switch number {
    case 1000...1003, 1007...1014, 3000...4999: self.number = UInt16(number)
    default: return nil
    }
  }

  private init(trusted number: UInt16) { self.number = number }

  public static let normal = WebSocketCloseCode(trusted: 1000)
  /// The server stops.
  public static let goingAway = WebSocketCloseCode(trusted: 1001)
  public static let protocolError = WebSocketCloseCode(trusted: 1002)
  public static let unsupportedData = WebSocketCloseCode(trusted: 1003)
  /// Text that is not UTF-8.
  public static let invalidPayload = WebSocketCloseCode(trusted: 1007)
  public static let policyViolation = WebSocketCloseCode(trusted: 1008)
  public static let messageTooBig = WebSocketCloseCode(trusted: 1009)
  public static let internalError = WebSocketCloseCode(trusted: 1011)
  /// The client is slower than what it is sent.
  public static let tryAgainLater = WebSocketCloseCode(trusted: 1013)

  public var description: String { String(number) }
}

/// One end of an open WebSocket.
public protocol WebSocketChannel: Sendable {
  /// Waits for the next message, for one reader. Nil after the connection was closed, whoever closed it.
  func receive() async throws -> WebSocketMessage?

  /// Waits while the client is slower than the sender. Throws `WebSocketClosed` after the connection was closed.
  func send(_ message: EncodedMessage) async throws

  /// Queues a message without waiting. Returns false when the connection is closed; a client that is too slow for
  /// what is queued is closed with 1013.
  @discardableResult
  func post(_ message: EncodedMessage) -> Bool

  /// Begins to close; what was queued is still sent. A reason longer than 123 bytes is cut.
  func close(_ code: WebSocketCloseCode, reason: String)
}

extension WebSocketChannel {
  public func send(_ text: String) async throws { try await send(EncodedMessage(.text(text))) }

  public func send(_ bytes: [UInt8]) async throws { try await send(EncodedMessage(.binary(bytes))) }

  public func close() { close(.normal, reason: "") }
}

/// Sending is not possible any more.
public struct WebSocketClosed: Error, Sendable, Hashable, CustomStringConvertible {
  public init() {}

  public var description: String { "the WebSocket is closed" }
}

/// A message as it travels to clients: encoded once, for however many of them.
public struct EncodedMessage: Sendable, Hashable {
  public let bytes: [UInt8]

  init(encoded bytes: [UInt8]) { self.bytes = bytes }

  public init(_ message: WebSocketMessage) {
    bytes =
      switch message {
      case .text(let text): WebSocketFrame.encode(.text, Array(text.utf8))
      case .binary(let bytes): WebSocketFrame.encode(.binary, bytes)
      }
  }
}
