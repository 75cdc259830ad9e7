public import Foundation

/// The answer to a request.
///
/// `Content-Length`, `Transfer-Encoding`, `Connection` and `Date` are the server's business: it sends what fits the
/// body and leaves out what is set here.
public struct Response: Sendable {
  public var status: Status
  public var headers: Headers
  public var body: ResponseBody

  public init(_ status: Status = .ok, headers: Headers = Headers(), body: ResponseBody = .empty) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public static func bytes(
    _ bytes: [UInt8], _ type: MediaType, status: Status = .ok
  ) -> Response {
    var response = Response(status, body: .bytes(bytes))
    response.headers.append(.contentType, trusted: type.description)
    return response
  }

  public static func text(
    _ text: String, status: Status = .ok, _ type: MediaType = .plainText
  ) -> Response {
    bytes(Array(text.utf8), type, status: status)
  }

  /// Throws what the encoder throws.
  public static func json(
    _ value: some Encodable, status: Status = .ok, encoder: JSONEncoder = JSONEncoder()
  ) throws -> Response {
    bytes([UInt8](try encoder.encode(value)), .json, status: status)
  }

  /// Throws when `location` cannot be sent.
  public static func redirect(
    to location: String, status: Status = .seeOther
  ) throws(FieldError) -> Response {
    var response = Response(status)
    try response.headers.set(.location, to: location)
    return response
  }

  /// Bytes that are made while they are sent.
  ///
  /// - Parameter byteCount: nil when it is not known before.
  public static func stream(
    _ type: MediaType, byteCount: Int? = nil,
    _ produce: @escaping @Sendable (any BodyWriter) async throws -> Void
  ) -> Response {
    var response = Response(body: .stream(StreamBody(byteCount: byteCount, produce: produce)))
    response.headers.append(.contentType, trusted: type.description)
    return response
  }

  /// Events as they happen, with a comment now and then while there are none.
  ///
  /// `produce` is cancelled when the client goes away or the server is drained; what it throws because of that ends
  /// the stream as if it had returned.
  public static func events(
    heartbeat: Duration = .seconds(15),
    _ produce: @escaping @Sendable (EventWriter) async throws -> Void
  ) -> Response {
    events(heartbeat, StreamBody(byteCount: nil) { try await produce(EventWriter($0)) })
  }

  /// Events that `feed` has, encoded.
  public static func events(
    heartbeat: Duration = .seconds(15), from feed: any BodyFeed
  ) -> Response {
    events(heartbeat, StreamBody(feed: feed))
  }

  private static func events(_ heartbeat: Duration, _ body: StreamBody) -> Response {
    var body = body
    body.heartbeat = StreamBody.Heartbeat(
      interval: heartbeat, bytes: ServerSentEvent.comment("ping"))
    body.endsWhenDraining = true
    var response = Response(body: .stream(body))
    response.headers.append(.contentType, trusted: MediaType.eventStream.description)
    response.headers.append(.cacheControl, trusted: "no-store")
    // Proxies that buffer would hold events back.
    response.headers.append("X-Accel-Buffering", trusted: "no")
    return response
  }
}

/// What an answer consists of.
public enum ResponseBody: Sendable {
  case empty
  case bytes([UInt8])
  /// A part of a file, sent by the kernel where it can.
  case file(any FileContent, Range<Int>)
  case stream(StreamBody)
  /// The connection becomes a WebSocket. Made by `Response.webSocket(for:)`.
  case webSocket(WebSocketUpgrade)

  /// In bytes; nil when it is not known before.
  public var byteCount: Int? {
    switch self {
    case .empty, .webSocket: 0
    case .bytes(let bytes): bytes.count
    case .file(_, let range): range.count
    case .stream(let stream): stream.byteCount
    }
  }
}

/// An open file, for as long as it is referenced.
public protocol FileContent: Sendable {
  /// As it was when it was opened.
  var byteCount: Int { get }
  var descriptor: Int32 { get }
}

/// A body that is made while it is sent.
public struct StreamBody: Sendable {
  struct Heartbeat: Sendable, Hashable {
    let interval: Duration
    let bytes: [UInt8]
  }

  /// Writing another number of bytes ends the connection, because a client would take the answer for whole.
  public let byteCount: Int?
  public let produce: @Sendable (any BodyWriter) async throws -> Void
  /// Where the bytes come from without a task that makes them; `produce` does the same with one. Nil when there is
  /// only that.
  public let feed: (any BodyFeed)?
  /// Whether a drained server ends the stream early.
  public var endsWhenDraining = false
  var heartbeat: Heartbeat?

  public init(
    byteCount: Int?, produce: @escaping @Sendable (any BodyWriter) async throws -> Void
  ) {
    self.byteCount = byteCount
    self.produce = produce
    feed = nil
  }

  public init(feed: any BodyFeed) {
    byteCount = nil
    self.feed = feed
    produce = { writer in try await FeedPump.carry(feed) { try await writer.write($0) } }
  }

  /// What is sent when nothing else was for that long.
  package var keepAlive: (interval: Duration, bytes: [UInt8])? {
    heartbeat.map { ($0.interval, $0.bytes) }
  }
}

/// Takes the bytes of a body.
public protocol BodyWriter: Sendable {
  /// Waits while the client is slower than the writer. Throws when it went away.
  func write(_ bytes: [UInt8]) async throws
}

/// Sends events to one client.
public struct EventWriter: Sendable {
  private let writer: any BodyWriter

  init(_ writer: any BodyWriter) { self.writer = writer }

  public func send(_ event: ServerSentEvent) async throws { try await writer.write(event.encoded) }

  /// Of one or several events that were encoded once for many clients.
  public func send(encoded events: [UInt8]) async throws { try await writer.write(events) }
}
