import HTTPTypes

/// Puts the state of the rate into answers that were made before anybody asked for it: a refused origin, a preflight.
struct RateFieldsMiddleware: Middleware {
  let limiter: RateLimiter

  func respond(to request: Request, next: Handler) async throws -> Response {
    var response = try await next(request)
    guard !response.headers.contains(RateFields.limit) else { return response }
    let verdict = limiter.look(AccessMiddleware.bucket(of: request))
    RateFields.set(verdict, of: limiter, in: &response)
    return response
  }
}
