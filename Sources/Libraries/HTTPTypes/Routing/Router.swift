/// Routes, and what happens around them. A value: build it, then make an `Application` of it.
public struct Router: Sendable {
  /// What the server has to know of a route before its handler runs.
  public struct RouteOptions: Sendable, Hashable {
    /// A longer body is answered with 413; in bytes.
    public var bodyLimit: Int
    /// How long the handler may take until it answers; nil for the server's usual limit.
    public var timeLimit: TimeLimit?
    /// Whether its handler is done in no time unless it awaits something: it may then run on the thread that
    /// serves the connection, where everybody else waits for it. What it calls must never wait for a disk.
    public var isBrief: Bool

    public enum TimeLimit: Sendable, Hashable {
      case unlimited
      case duration(Duration)
    }

    public init(bodyLimit: Int = 1 << 20, timeLimit: TimeLimit? = nil, isBrief: Bool = false) {
      self.bodyLimit = bodyLimit
      self.timeLimit = timeLimit
      self.isBrief = isBrief
    }

    /// For files: no limits of time, since the least rate applies anyway.
    public static func upload(limit: Int) -> RouteOptions {
      RouteOptions(bodyLimit: limit, timeLimit: .unlimited)
    }
  }

  /// One route, for those who describe them.
  public struct Route: Sendable {
    public let method: Method
    public let pattern: RoutePattern
    public let options: RouteOptions
    let handler: Handler
    let middleware: [any Middleware]
  }

  /// In the order they were added.
  public private(set) var routes: [Route] = []
  private var middleware: [any Middleware]
  private var prefix: RoutePattern?
  private var groupMiddleware: [any Middleware] = []

  /// - Parameter middleware: happens around every request, those without a route too; the first is outermost.
  public init(_ middleware: any Middleware...) { self.init(middleware) }

  public init(_ middleware: [any Middleware]) { self.middleware = middleware }

  /// Adds a route. `GET` answers `HEAD` as well.
  public mutating func on(
    _ method: Method, _ pattern: RoutePattern, options: RouteOptions = RouteOptions(),
    _ handler: @escaping Handler
  ) {
    routes.append(
      Route(
        method: method, pattern: pattern.below(prefix), options: options, handler: handler,
        middleware: groupMiddleware))
  }

  /// Adds routes below `prefix`, with middleware around them only.
  public mutating func group(
    _ prefix: RoutePattern, _ middleware: any Middleware..., build: (inout Router) -> Void
  ) {
    var inner = Router()
    inner.prefix = prefix.below(self.prefix)
    inner.groupMiddleware = groupMiddleware + middleware
    build(&inner)
    routes += inner.routes
  }

  /// - Precondition: no two routes have the same method and pattern.
  public func application(errors: ErrorResponses = ErrorResponses()) -> Application {
    var tree = RouteTree<RunnableRoute>()
    for route in routes {
      let runnable = RunnableRoute(
        pattern: route.pattern, options: route.options,
        handler: errors.wrap(route.handler, in: route.middleware))
      let isNew = tree.insert(runnable, route.method, at: route.pattern.segments[...])
      precondition(isNew, "there are two routes \(route.method) \(route.pattern)")
    }
    let handler = errors.wrap(Dispatch(tree: tree).respond, in: middleware)
    return Application(routes: routes, errors: errors, handler: handler)
  }
}

/// Answers every request, from a socket or from a test.
public struct Application: Sendable {
  public let routes: [Router.Route]
  let errors: ErrorResponses
  let handler: Handler

  public func respond(to request: Request) async -> Response {
    await errors.respond(to: request, handler)
  }
}

/// A route with everything around its handler.
struct RunnableRoute: Sendable {
  let pattern: RoutePattern
  let options: Router.RouteOptions
  let handler: Handler
}

/// Finds the route and runs its handler.
struct Dispatch: Sendable {
  let tree: RouteTree<RunnableRoute>

  func respond(to request: Request) async throws -> Response {
    if request.target.isAsterisk {
      return Response(.noContent)
    }
    guard let match = tree.find(request.path.segments[...]) else {
      throw HTTPError(.notFound, "there is nothing at \"\(request.path.encoded)\"")
    }
    guard let route = route(for: request.method, of: match.methods) else {
      return try refuse(request, match.methods)
    }
    return try await run(route, request, match.values)
  }

  private func run(
    _ route: RunnableRoute, _ request: Request, _ values: [[String]]
  ) async throws -> Response {
    var request = request
    for (name, segments) in zip(route.pattern.parameterNames, values) {
      request.parameters.append(name, segments)
    }
    request.route = route.pattern
    switch route.options.timeLimit {
    case nil: break
    case .unlimited: request.limitTime(to: nil)
    case .duration(let limit): request.limitTime(to: limit)
    }
    if let declared = request.body.declaredByteCount, declared > route.options.bodyLimit {
      throw BodyError.tooLarge(limit: route.options.bodyLimit)
    }
    request.body = request.body.limited(to: route.options.bodyLimit)
    if route.options.isBrief { return try await route.handler(request) }
    return try await Pool.run { [request] in try await route.handler(request) }
  }

  private func route(
    for method: Method, of methods: [Method: RunnableRoute]
  ) -> RunnableRoute? {
    methods[method] ?? (method == .head ? methods[.get] : nil)
  }

  /// `OPTIONS` is answered with what there is, anything else with 405.
  private func refuse(
    _ request: Request, _ methods: [Method: RunnableRoute]
  ) throws -> Response {
    var names = Set(methods.keys.map(\.name)).union(["OPTIONS"])
    if names.contains("GET") { names.insert("HEAD") }
    var headers = Headers()
    let allowed = names.sorted().joined(separator: ", ")
    headers.append(.allow, trusted: allowed)
    if request.method == .options { return Response(.noContent, headers: headers) }
    throw HTTPError(
      .methodNotAllowed,
      "\(request.method) is not possible on \"\(request.path.encoded)\"; use \(allowed)",
      headers: headers)
  }
}
