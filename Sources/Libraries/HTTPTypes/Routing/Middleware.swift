/// Answers a request.
public typealias Handler = @Sendable (Request) async throws -> Response

/// Something that happens around handlers: it may look at a request, change it, answer it itself, or change what the
/// handlers behind it answered.
///
/// What handlers throw has been made an answer when it comes by here, so that an answer always has the fields that
/// middleware adds. What middleware itself throws is made an answer for those in front of it.
public protocol Middleware: Sendable {
  func respond(to request: Request, next: Handler) async throws -> Response
}

/// How errors become answers.
public struct ErrorResponses: Sendable {
  /// Makes the answer. It must not say more than the error does.
  public var response: @Sendable (HTTPError, Request) -> Response
  /// Told of what has no meaning for clients and is answered as 500.
  public var report: @Sendable (any Error, Request) -> Void

  public init(
    response: @escaping @Sendable (HTTPError, Request) -> Response = Self.plain,
    report: @escaping @Sendable (any Error, Request) -> Void = { _, _ in }
  ) {
    self.response = response
    self.report = report
  }

  /// The message as text.
  public static let plain: @Sendable (HTTPError, Request) -> Response = { error, _ in
    .text(error.message + "\n", status: error.status)
  }

  func respond(to request: Request, _ handler: Handler) async -> Response {
    do {
      return try await handler(request)
    } catch {
      let known = HTTPError(describing: error)
      if known == nil { report(error, request) }
      let described =
        known ?? HTTPError(.internalServerError, "the server could not answer this request")
      var answer = response(described, request)
      for field in described.headers.fields where !answer.headers.contains(field.name) {
        answer.headers.append(field.name, trusted: field.value)
      }
      return answer
    }
  }

  /// `handler` inside of `middleware`, the first of which is outermost; none of them sees an error.
  func wrap(_ handler: @escaping Handler, in middleware: [any Middleware]) -> Handler {
    let innermost: Handler = { await respond(to: $0, handler) }
    return middleware.reversed().reduce(innermost) { inner, middleware in
      { request in
        await respond(to: request) { try await middleware.respond(to: $0, next: inner) }
      }
    }
  }
}
