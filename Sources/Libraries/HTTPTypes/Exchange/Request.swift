/// The two versions of the protocol that are spoken.
public enum HTTPVersion: Sendable, Hashable, CustomStringConvertible {
  case http10, http11

  public var description: String { self == .http10 ? "HTTP/1.0" : "HTTP/1.1" }
}

/// A request, as a handler sees it.
public struct Request: Sendable {
  /// What nobody changes on its way: one reference to copy, since requests are copied at every step.
  private final class Origin: Sendable {
    let target: RequestTarget
    let version: HTTPVersion
    let peer: Peer
    let isSecure: Bool
    let control: (any ExchangeControl)?

    init(
      _ target: RequestTarget, _ version: HTTPVersion, _ peer: Peer, isSecure: Bool,
      _ control: (any ExchangeControl)?
    ) {
      self.target = target
      self.version = version
      self.peer = peer
      self.isSecure = isSecure
      self.control = control
    }
  }

  public var method: Method
  public var headers: Headers
  public var body: RequestBody
  private let origin: Origin
  /// What a route's pattern found in the path.
  public internal(set) var parameters = RouteParameters()
  /// The pattern of the route that was found; nil before there is one.
  public internal(set) var route: RoutePattern?
  /// What middleware hands on to those behind it.
  public var values = RequestValues()

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
    self.headers = headers
    self.body = body
    origin = Origin(target, version, peer, isSecure: isSecure, control)
  }

  public var target: RequestTarget { origin.target }
  public var version: HTTPVersion { origin.version }
  /// The other end of the connection, which may be a proxy.
  public var peer: Peer { origin.peer }
  /// Whether it came over TLS.
  public var isSecure: Bool { origin.isSecure }
  package var control: (any ExchangeControl)? { origin.control }

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
  /// There are few of them, so that looking through them is quicker than hashing.
  private var values: [(key: ObjectIdentifier, value: any Sendable)] = []

  public init() {}

  public subscript<Key: RequestValueKey>(key: Key.Type) -> Key.Value? {
    get {
      let id = ObjectIdentifier(key)
      for entry in values where entry.key == id { return entry.value as? Key.Value }
      return nil
    }
    set {
      let id = ObjectIdentifier(key)
      values.removeAll { $0.key == id }
      if let newValue { values.append((id, newValue)) }
    }
  }
}

/// Names a value that middleware hands on.
public protocol RequestValueKey {
  associatedtype Value: Sendable
}
