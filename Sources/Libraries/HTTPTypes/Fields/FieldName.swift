/// The name of a header field: a token, in which case does not matter.
public struct FieldName: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
  public let lowercased: String
  /// As it is sent.
  public let spelling: String

  /// Nil when `name` is no token.
  public init?(_ name: String) {
    guard Characters.isToken(name.utf8) else { return nil }
    self.init(trusted: name)
  }

  /// For names in our own source.
  public init(stringLiteral name: String) {
    precondition(Characters.isToken(name.utf8), "a field name is a token")
    self.init(trusted: name)
  }

  package init(trusted name: String) {
    spelling = name
    lowercased = String(decoding: name.utf8.map(\.asciiLowercased), as: UTF8.self)
  }

  /// `name` is a token without capital letters.
  package init(lowercased name: String) {
    spelling = name
    lowercased = name
  }

  public static func == (one: FieldName, other: FieldName) -> Bool {
    one.lowercased == other.lowercased
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(lowercased) }

  public var description: String { spelling }
}

extension FieldName {
  public static let accept: FieldName = "Accept"
  public static let acceptRanges: FieldName = "Accept-Ranges"
  public static let allow: FieldName = "Allow"
  public static let authorization: FieldName = "Authorization"
  public static let cacheControl: FieldName = "Cache-Control"
  public static let connection: FieldName = "Connection"
  public static let contentDisposition: FieldName = "Content-Disposition"
  public static let contentLength: FieldName = "Content-Length"
  public static let contentRange: FieldName = "Content-Range"
  public static let contentType: FieldName = "Content-Type"
  public static let cookie: FieldName = "Cookie"
  public static let date: FieldName = "Date"
  public static let eTag: FieldName = "ETag"
  public static let expect: FieldName = "Expect"
  public static let forwardedFor: FieldName = "X-Forwarded-For"
  public static let host: FieldName = "Host"
  public static let ifMatch: FieldName = "If-Match"
  public static let ifModifiedSince: FieldName = "If-Modified-Since"
  public static let ifNoneMatch: FieldName = "If-None-Match"
  public static let ifRange: FieldName = "If-Range"
  public static let ifUnmodifiedSince: FieldName = "If-Unmodified-Since"
  public static let lastModified: FieldName = "Last-Modified"
  public static let location: FieldName = "Location"
  public static let origin: FieldName = "Origin"
  public static let range: FieldName = "Range"
  public static let retryAfter: FieldName = "Retry-After"
  public static let setCookie: FieldName = "Set-Cookie"
  public static let transferEncoding: FieldName = "Transfer-Encoding"
  public static let upgrade: FieldName = "Upgrade"
  public static let vary: FieldName = "Vary"
  public static let webSocketAccept: FieldName = "Sec-WebSocket-Accept"
  public static let webSocketKey: FieldName = "Sec-WebSocket-Key"
  public static let webSocketProtocol: FieldName = "Sec-WebSocket-Protocol"
  public static let webSocketVersion: FieldName = "Sec-WebSocket-Version"
}
