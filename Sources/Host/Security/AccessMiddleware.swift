import HTTPTypes

/// Finds out who calls, lets through what the rate allows, and asks for a key where one is needed.
///
/// The rate comes first, so that wrong keys cannot be tried without end; it counts for a key when that is right, and
/// else for the address, so that nobody gets more by making keys up.
struct AccessMiddleware: Middleware {
  /// Nil for a host that asks for no keys.
  let keys: KeyRing?
  /// Nil for any number of requests.
  let limiter: RateLimiter?
  /// Exactly these are open to everybody.
  let openPaths: Set<String>
  let log: ServerLog

  private enum Credential {
    case none
    case malformed
    case unknown
    case known(Caller)
  }

  func respond(to request: Request, next: Handler) async throws -> Response {
    if keys == nil, !Self.isForThisMachine(request) {
      log.write(
        .warn, "name refused",
        SecurityEvent.members(of: request, code: .originRejected, "name_refused"))
      return APIError(
        .forbidden, .originRejected,
        "a host that asks for no keys answers only to `localhost` and addresses of this machine"
      ).response(requestID: request.id)
    }
    let credential = credential(of: request)
    let verdict = limiter?.ask(Self.bucket(credential, request))
    if let verdict, !verdict.isAllowed {
      log.write(
        .warn, "rate exceeded",
        SecurityEvent.members(of: request, code: .rateLimited, "rate_exceeded"))
      return answer(tooMany(verdict).response(requestID: request.id), verdict)
    }
    let isOpen = openPaths.contains(request.path.encoded)
    var request = request
    switch credential {
    case .known(let caller):
      request.values[CallerKey.self] = caller
      request.values[RouteTraceKey.self]?.note(caller: caller.id)
    case _ where isOpen: break
    case let credential:
      let error = Self.refusal(credential)
      log.write(
        .warn, "key refused",
        SecurityEvent.members(of: request, code: error.code, "key_refused"))
      return answer(error.response(requestID: request.id), verdict)
    }
    return answer(try await next(request), verdict)
  }

  private func credential(of request: Request) -> Credential {
    guard let keys else { return .known(.local) }
    let fields = request.headers.values(of: .authorization)
    guard let field = fields.first else { return .none }
    let parts = field.split(separator: " ", omittingEmptySubsequences: true)
    guard fields.count == 1, parts.count == 2, parts[0].lowercased() == "bearer",
      parts[1].utf8.count <= 512
    else { return .malformed }
    return keys.caller(with: String(parts[1])).map(Credential.known) ?? .unknown
  }

  /// Whether the name that the host was called by is one that no page of a stranger's can have: a browser would take
  /// such a page, once its name leads to this machine, for one of the host's own.
  private static func isForThisMachine(_ request: Request) -> Bool {
    guard let host = request.headers[.host] else { return true }
    let name =
      host.hasPrefix("[")
      ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
    return name.lowercased() == "localhost" || IPAddress(String(name))?.isLoopback == true
  }

  private static func refusal(_ credential: Credential) -> APIError {
    var error =
      switch credential {
      case .none:
        APIError(
          .unauthorized, .missingKey,
          "a key is needed: send the field `Authorization: Bearer KEY`")
      case .malformed:
        APIError(
          .unauthorized, .invalidKeyFormat,
          "the field `Authorization` is not of the form `Bearer KEY`")
      case .unknown, .known:
        APIError(.unauthorized, .invalidKey, "this key is not known, or not any more")
      }
    error.headers = [(.authenticate, "Bearer")]
    return error
  }

  private static func bucket(_ credential: Credential, _ request: Request) -> String {
    if case .known(let caller) = credential, caller != .local { return "key \(caller.id)" }
    return bucket(of: request)
  }

  /// An IPv6 network counts as one: whoever has one address of it has them all.
  static func bucket(of request: Request) -> String {
    guard let address = request.client.address else { return "local" }
    return address.isV4
      ? address.description : address.octets.prefix(8).map { String($0) }.joined(separator: ":")
  }

  private func tooMany(_ verdict: RateLimiter.Verdict) -> APIError {
    let seconds = Self.wholeSeconds(verdict.wait)
    return APIError(
      .tooManyRequests, .rateLimited,
      "more than \(limiter?.requestsPerMinute ?? 0) requests per minute; try again in \(seconds) s"
    ).retrying(after: seconds)
  }

  private func answer(_ response: Response, _ verdict: RateLimiter.Verdict?) -> Response {
    guard let verdict, let limiter else { return response }
    var response = response
    RateFields.set(verdict, of: limiter, in: &response)
    return response
  }

  private static func wholeSeconds(_ duration: Duration) -> Int {
    max(1, Int((duration / .seconds(1)).rounded(.up)))
  }
}
