import HTTPTypes

/// How the end of a request's body is found (RFC 9112 section 6.3).
enum BodyFraming: Sendable, Hashable {
  case none
  /// More than 0.
  case length(Int)
  case chunked
}

/// The first part of a request, understood.
struct RequestHead: Sendable {
  let method: Method
  let target: RequestTarget
  let version: HTTPVersion
  let headers: Headers
  let framing: BodyFraming
  /// Whether the client wants to send another request on this connection.
  let keepsAlive: Bool
  let expectsContinue: Bool

  var withoutFields: RequestHead {
    RequestHead(
      method: method, target: target, version: version, headers: Headers(), framing: framing,
      keepsAlive: keepsAlive, expectsContinue: expectsContinue)
  }
}
