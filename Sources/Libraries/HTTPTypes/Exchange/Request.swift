/// The two versions of the protocol that are spoken.
public enum HTTPVersion: Sendable, Hashable, CustomStringConvertible {
  case http10, http11

  public var description: String { self == .http10 ? "HTTP/1.0" : "HTTP/1.1" }
}

/// A request, as a handler sees it.
public struct Request: Sendable {
  public var method: Method
  public let target: RequestTarget
  public let version: HTTPVersion
  public var headers: Headers
  public var body: RequestBody
  /// The other end of the connection, which may be a proxy.
  public let peer: Peer
  /// Whether it came over TLS.
  public let isSecure: Bool
  /// What a route's pattern found in the path.
  public internal(set) var parameters = RouteParameters()
  /// The pattern of the route that was found; nil before there is one.
  public internal(set) var route: RoutePattern?
  /// What middleware hands on to those behind it.
  public var values = RequestValues()
  package let control: (any ExchangeControl)?

  /// For tests and for requests that do not come from a socket.
  public init(
    _ method: Method, _ target: String, headers: Headers = Headers(),
    body: RequestBody = .empty, peer: Peer = .local, isSecure: Bool = false,
    version: HTTPVersion = .http11
  ) throws(RequestTarget.Problem) {
    self.init(
      method: method, target: try RequestTarget(target), version: version, headers: headers,
      body: body, peer: peer, isSecure: isSecure, control: nil)
  }

  package init(
    method: Method, target: RequestTarget, version: HTTPVersion, headers: Headers,
    body: RequestBody, peer: Peer, isSecure: Bool, control: (any ExchangeControl)?
  ) {
    self.method = method
    self.target = target
    self.version = version
    self.headers = headers
    self.body = body
    self.peer = peer
    self.isSecure = isSecure
    self.control = control
  }

  public var path: RequestPath { target.path }

  /// Throws 400 when the query is malformed.
  public func query() throws(HTTPError) -> QueryItems {
    do {
      return try QueryItems(target.query ?? "")
    } catch {
      throw HTTPError(describing: error) ?? HTTPError(.badRequest, "the query is malformed")
    }
  }

  /// Gives the handler this long from now on, instead of the server's usual limit; nil takes the limit away.
  public func limitTime(to limit: Duration?) { control?.limitTime(to: limit) }
}

/// What a handler may ask of the connection that its request came over.
package protocol ExchangeControl: Sendable {
  func limitTime(to limit: Duration?)
}

/// Values by the type of their key.
public struct RequestValues: Sendable {
  private var values: [ObjectIdentifier: any Sendable] = [:]

  public init() {}

  public subscript<Key: RequestValueKey>(key: Key.Type) -> Key.Value? {
    get { values[ObjectIdentifier(key)] as? Key.Value }
    set { values[ObjectIdentifier(key)] = newValue }
  }
}

/// Names a value that middleware hands on.
public protocol RequestValueKey {
  associatedtype Value: Sendable
}
