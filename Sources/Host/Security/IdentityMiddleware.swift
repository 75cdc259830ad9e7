import Foundation
import HTTPTypes
import Threads

/// Gives every request a name, every answer the fields that browsers protect people by, and the log a line.
struct IdentityMiddleware: Middleware {
  let names = RequestNames()
  let log: ServerLog
  let metrics: HostMetrics
  /// Nil when requests belong to no traces.
  var tracer: Tracer?

  func respond(to request: Request, next: Handler) async throws -> Response {
    var request = request
    let given = request.headers[.requestID].flatMap { Request.isUsableID($0) ? $0 : nil }
    let id = given ?? names.next()
    request.values[RequestIDKey.self] = id
    let trace = RouteTrace()
    request.values[RouteTraceKey.self] = trace
    let start = ContinuousClock.now
    let began = Date()
    let span = tracer?.begin(request)
    if let span { request.values[SpanContextKey.self] = span.context }
    var response =
      span == nil
      ? try await next(request)
      : try await Tracer.$current.withValue(span?.context) { [request] in try await next(request) }
    try? response.headers.set(.requestID, to: id)
    for field in Self.protections.fields where !response.headers.contains(field.name) {
      try? response.headers.append(field.name, field.value)
    }
    note(request, response, trace, ContinuousClock.now - start)
    if let tracer, let span {
      let (route, _, run) = trace.read()
      tracer.end(
        request, response, route: route, run: run, span.context, parent: span.parent, from: began)
    }
    return response
  }

  private static let protections: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
  ]

  private func note(
    _ request: Request, _ response: Response, _ trace: RouteTrace, _ time: Duration
  ) {
    let (route, caller, run) = trace.read()
    metrics.answered(
      method: request.method.name, route: route ?? "none", status: response.status.code, in: time)
    let level: ServerLog.Level =
      response.status.code >= 500 ? .error : response.status.code >= 400 ? .warn : .info
    guard log.says(level) else { return }
    var members: [String: JSON] = [
      "request_id": .string(request.id), "method": .string(request.method.name),
      // Without the query, in which people put what they should not.
      "path": .string(request.path.encoded), "status": .int(response.status.code),
      "ms": .double((time / .milliseconds(1) * 1000).rounded() / 1000),
      "peer": .string(request.peer.description),
    ]
    if let caller { members["key"] = .string(caller) }
    if let run { members["run"] = .string(run) }
    if let span = request.values[SpanContextKey.self] { members["trace_id"] = .string(span.trace) }
    if request.client.address != request.peer.address, let client = request.client.address {
      members["client"] = .string(client.description)
    }
    log.write(level, "request", members)
  }
}

/// What those behind it found out about a request, for the log and the metrics.
final class RouteTrace: Sendable {
  private let state = Locked<(route: String?, caller: String?, run: String?)>((nil, nil, nil))

  func note(route: String, run: String?) {
    state.withLock { state in
      state.route = route
      state.run = run.flatMap { Request.isUsableID($0) ? $0 : nil }
    }
  }

  func note(caller: String) { state.withLock { $0.caller = caller } }

  func read() -> (route: String?, caller: String?, run: String?) { state.withLock { $0 } }
}

enum RouteTraceKey: RequestValueKey { typealias Value = RouteTrace }
