public import Foundation

/// A line of a request's or a response's head.
public struct HTTPHeader: Sendable, Hashable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  func isNamed(_ other: String) -> Bool { name.lowercased() == other.lowercased() }
}

extension [HTTPHeader] {
  /// The first value under a name, in whatever case.
  public subscript(name: String) -> String? { first { $0.isNamed(name) }?.value }
}

/// What to ask a server for.
public struct HTTPRequest: Sendable {
  public enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// Read while it is sent; it must not change meanwhile.
    case file(URL)
  }

  /// Such as `GET`.
  public var method: String
  /// Absolute, `http` or `https`, without credentials in it.
  public var url: String
  public var headers: [HTTPHeader]
  public var body: Body
  public var limits: HTTPLimits
  /// Whether the same request may be made twice without harm.
  public var isRepeatable: Bool

  /// - Parameter isRepeatable: nil: as the method promises (RFC 9110, 9.2.2).
  public init(
    _ method: String = "GET", _ url: String, headers: [HTTPHeader] = [], body: Body = .none,
    limits: HTTPLimits = HTTPLimits(), isRepeatable: Bool? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.limits = limits
    self.isRepeatable =
      isRepeatable ?? ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method)
  }
}

/// How long and how large an exchange may become.
public struct HTTPLimits: Sendable, Hashable {
  /// From the look-up of the name to the end of the TLS handshake.
  public var connect: Duration
  /// The longest time below `minimumRate`; whole seconds.
  public var stall: Duration
  /// Bytes per second, from 1.
  public var minimumRate: Int
  /// From the start to the last byte, redirects included; nil: as long as bytes flow.
  public var total: Duration?
  /// The largest body of a response, in bytes.
  public var maximumBytes: Int
  /// Bytes per second; nil: as fast as they come.
  public var maximumRate: Int?
  /// How many redirects are followed; 0: they are given back like other responses.
  public var redirects: Int

  public init(
    connect: Duration = .seconds(10), stall: Duration = .seconds(30), minimumRate: Int = 1,
    total: Duration? = .seconds(60), maximumBytes: Int = 16 << 20, maximumRate: Int? = nil,
    redirects: Int = 5
  ) {
    self.connect = connect
    self.stall = stall
    self.minimumRate = minimumRate
    self.total = total
    self.maximumBytes = maximumBytes
    self.maximumRate = maximumRate
    self.redirects = redirects
  }
}

/// What a server answered.
public struct HTTPResponse: Sendable, Hashable {
  public var status: Int
  public var headers: [HTTPHeader]
  /// Empty when it went to a file.
  public var body: [UInt8]
  /// Where it came from in the end.
  public var url: String
  /// Bytes of the body, wherever it went.
  public var byteCount: Int

  public var isSuccess: Bool { (200..<300).contains(status) }

  /// How long the server asks to wait before the next request; nil when it does not.
  public var retryAfter: Duration? {
    headers["Retry-After"].flatMap { RetryAfter.duration($0, now: Date()) }
  }

  /// Throws unless the request was successful; the beginning of the body is in the error.
  @discardableResult
  public func checked() throws(HTTPError) -> HTTPResponse {
    guard !isSuccess else { return self }
    throw HTTPError(answered: self)
  }
}

/// How far a download is.
public struct HTTPProgress: Sendable, Hashable {
  /// Bytes.
  public var received: Int
  /// Nil until the server has said it, or when it does not.
  public var total: Int?
}
