import Crypto
import Foundation

/// What happens on a connection that became a WebSocket.
public struct WebSocketUpgrade: Sendable {
  public struct Limits: Sendable, Hashable {
    /// Of one message from the client, in bytes.
    public var messageByteCount = 64 << 10
    /// Of what is queued for a client that is slow, in bytes.
    public var queuedByteCount = 1 << 20

    public init() {}
  }

  public let limits: Limits
  /// Runs as long as it is needed: when it returns, the connection is closed with 1000, when it throws, with 1011.
  public let handler: @Sendable (any WebSocketChannel) async throws -> Void
  /// Encoded messages without a task that sends them; `handler` does the same with one. What the client says is
  /// not listened to. Nil when there is only the handler.
  public let feed: (any BodyFeed)?
}

extension Response {
  /// Accepts a WebSocket (RFC 6455 section 4.2). Check who the client is before.
  ///
  /// - Parameters:
  ///   - subprotocols: those that are spoken here; the client's first choice among them is taken.
  ///   - origins: those that browsers may come from; nil for any. A client without `Origin` is no browser.
  public static func webSocket(
    for request: Request, subprotocols: [String] = [], origins: Set<String>? = nil,
    limits: WebSocketUpgrade.Limits = WebSocketUpgrade.Limits(),
    handler: @escaping @Sendable (any WebSocketChannel) async throws -> Void
  ) throws(HTTPError) -> Response {
    try webSocket(
      for: request, subprotocols, origins,
      WebSocketUpgrade(limits: limits, handler: handler, feed: nil))
  }

  /// Accepts a WebSocket that is only sent the messages that `feed` has, encoded. When that finishes, it is closed.
  public static func webSocket(
    for request: Request, from feed: any BodyFeed
  ) throws(HTTPError) -> Response {
    let limits = WebSocketUpgrade.Limits()
    let upgrade = WebSocketUpgrade(
      limits: limits,
      handler: { channel in
        try await FeedPump.carry(feed) { try await channel.send(EncodedMessage(encoded: $0)) }
      }, feed: feed)
    return try webSocket(for: request, [], nil, upgrade)
  }

  private static func webSocket(
    for request: Request, _ subprotocols: [String], _ origins: Set<String>?,
    _ upgrade: WebSocketUpgrade
  ) throws(HTTPError) -> Response {
    let key = try WebSocketHandshake.key(of: request)
    if let origins, let origin = request.headers[.origin], !origins.contains(origin) {
      throw HTTPError(.forbidden, "pages from this origin may not open a WebSocket here")
    }
    var response = Response(.switchingProtocols, body: .webSocket(upgrade))
    response.headers.append(.upgrade, trusted: "websocket")
    response.headers.append(.webSocketAccept, trusted: WebSocketHandshake.accept(key))
    let chosen = request.headers.list(of: .webSocketProtocol).first { subprotocols.contains($0) }
    if let chosen { response.headers.append(.webSocketProtocol, trusted: chosen) }
    return response
  }
}

enum WebSocketHandshake {
  /// The client's key. Throws 426 or 400 when the request asks for no WebSocket of version 13.
  static func key(of request: Request) throws(HTTPError) -> String {
    let headers = request.headers
    guard headers.list(of: .upgrade, contains: "websocket"),
      headers.list(of: .connection, contains: "upgrade")
    else {
      throw HTTPError(
        .upgradeRequired, "open a WebSocket here",
        headers: [(.upgrade, "websocket"), (.connection, "Upgrade")])
    }
    guard request.method == .get, request.version == .http11, request.body.isEmpty else {
      throw HTTPError(.badRequest, "a WebSocket begins with a GET of HTTP/1.1 without a body")
    }
    guard headers.values(of: .webSocketVersion) == ["13"] else {
      throw HTTPError(
        .upgradeRequired, "only version 13 of WebSocket is spoken here",
        headers: [(.webSocketVersion, "13"), (.upgrade, "websocket"), (.connection, "Upgrade")])
    }
    let keys = headers.values(of: .webSocketKey)
    guard keys.count == 1, let decoded = Data(base64Encoded: keys[0]), decoded.count == 16 else {
      throw HTTPError(.badRequest, "\"Sec-WebSocket-Key\" is not 16 bytes in Base64")
    }
    return keys[0]
  }

  static func accept(_ key: String) -> String {
    Data(SHA1.hash(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
      .base64EncodedString()
  }
}
