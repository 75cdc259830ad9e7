import HTTPTypes

/// Asks for a token where a browser may have been made to send a request by a page of somebody else's.
///
/// Such requests have an origin or cookies. A program that sends a key by itself is not at risk and is asked only where
/// the operator wants that.
struct CSRFMiddleware: Middleware {
  enum Rule: Sendable, Hashable {
    case browsers
    /// All that change something.
    case everybody
  }

  let tokens: CSRFTokens
  let rule: Rule
  let log: ServerLog

  func respond(to request: Request, next: Handler) async throws -> Response {
    guard concerns(request), let error = problem(with: request) else {
      return try await next(request)
    }
    log.write(
      .warn, "token refused",
      SecurityEvent.members(of: request, code: error.code, "token_refused"))
    return error.response(requestID: request.id)
  }

  private func concerns(_ request: Request) -> Bool {
    switch request.method {
    case .get, .head, .options: return false
    default: break
    }
    return rule == .everybody || request.headers.contains(.origin)
      || request.headers.contains(.cookie)
  }

  private func problem(with request: Request) -> APIError? {
    let given = request.headers.values(of: .csrfToken)
    guard let token = given.first, given.count == 1, !token.isEmpty else {
      return given.count > 1
        ? Self.refusal(.malformedToken, "there is more than one `X-CSRF-Token`")
        : Self.refusal(.missingToken, "a request of a browser needs the field `X-CSRF-Token`")
    }
    do {
      try tokens.check(token)
      return nil
    } catch {
      return switch error {
      case .malformed:
        Self.refusal(
          .malformedToken, "the token is not \(CSRFTokens.digitCount) hexadecimal digits")
      case .forged: Self.refusal(.invalidToken, "this host did not make the token")
      case .expired: Self.refusal(.invalidToken, "the token has expired")
      }
    }
  }

  private static func refusal(_ code: APIError.Code, _ message: String) -> APIError {
    APIError(.forbidden, code, "\(message); get one from `/api/v1/csrf-token`")
  }
}

extension FieldName {
  static let csrfToken: FieldName = "X-CSRF-Token"
}
