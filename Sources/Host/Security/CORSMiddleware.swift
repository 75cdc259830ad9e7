import HTTPTypes

/// Lets pages of the origins on the list call, and no others. There is no wildcard.
struct CORSMiddleware: Middleware {
  let allowed: Set<String>
  /// Whether pages may send what the browser keeps for this host.
  var allowsCredentials = false
  let log: ServerLog

  private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
  private static let fields =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Last-Event-ID, "
    + "Origin, Range, Tus-Resumable, Upload-Checksum, Upload-Defer-Length, Upload-Length, "
    + "Upload-Metadata, Upload-Offset, X-CSRF-Token, X-HTTP-Method-Override, X-Request-ID, "
    + "X-Requested-With"
  private static let exposed =
    "Accept-Ranges, Content-Disposition, Content-Range, ETag, Idempotency-Replayed, Location, "
    + "Retry-After, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, "
    + "Upload-Defer-Length, Upload-Expires, Upload-Input, Upload-Length, Upload-Metadata, "
    + "Upload-Offset, Video-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-ID"

  func respond(to request: Request, next: Handler) async throws -> Response {
    guard let origin = request.headers[.origin], !isOwn(origin, request) else {
      var response = try await next(request)
      Self.vary(&response)
      return response
    }
    let isAllowed = allowed.contains(origin.lowercased())
    let isPreflight =
      request.method == .options && request.headers.contains("Access-Control-Request-Method")
    guard isAllowed || (!isPreflight && Self.isRead(request)) else {
      return refusal(of: origin, request)
    }
    var response = isPreflight ? Response(.noContent) : try await next(request)
    Self.vary(&response)
    guard isAllowed else { return response }
    try response.headers.set("Access-Control-Allow-Origin", to: origin)
    if allowsCredentials {
      try response.headers.set("Access-Control-Allow-Credentials", to: "true")
    }
    if isPreflight {
      try response.headers.set("Access-Control-Allow-Methods", to: Self.methods)
      try response.headers.set("Access-Control-Allow-Headers", to: Self.fields)
      response.headers.set("Access-Control-Max-Age", to: 7200)
    } else {
      try response.headers.set("Access-Control-Expose-Headers", to: Self.exposed)
    }
    return response
  }

  /// Reading is harmless: a browser shows the page nothing of an answer without the field. A WebSocket it would show.
  private static func isRead(_ request: Request) -> Bool {
    (request.method == .get || request.method == .head)
      && !request.headers.list(of: .upgrade, contains: "websocket")
  }

  /// Pages of this host itself.
  private func isOwn(_ origin: String, _ request: Request) -> Bool {
    guard let host = request.headers[.host] else { return false }
    return origin.lowercased() == (request.client.isSecure ? "https://" : "http://")
      + host.lowercased()
  }

  private func refusal(of origin: String, _ request: Request) -> Response {
    log.write(
      .warn, "origin refused",
      SecurityEvent.members(
        of: request, code: .originRejected, "origin_refused", origin: origin))
    var response = APIError(
      .forbidden, .originRejected,
      "pages of this origin may not call; the operator can add it to `security.allowed_domains`"
    ).response(requestID: request.id)
    Self.vary(&response)
    return response
  }

  private static func vary(_ response: inout Response) {
    guard !response.headers.list(of: .vary, contains: "Origin") else { return }
    try? response.headers.append(.vary, "Origin")
  }
}
