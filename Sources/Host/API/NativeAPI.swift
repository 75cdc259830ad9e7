import Foundation
import HTTPServer
import HTTPTypes
import Pipeline

/// The API that is VideoCraft's own: pipelines, runs, events, outputs.
struct NativeAPI: Sendable {
  let service: RunService
  let artifacts: any ArtifactStore
  let registry: StageRegistry
  let pipelines: PipelineFolder
  let maker: RequestMaker
  let uploads: UploadShelf
  let ledger: IdempotencyLedger
  let health: HostHealth
  let metrics: HostMetrics
  let log: ServerLog
  /// For what waits for the disk.
  let pool: FilePool
  /// Of one upload, in bytes.
  let uploadLimit: Int
  var probes = HostProbes()
  var transport = TransportMiddleware(proxies: nil, strictTransportSeconds: 0)
  var tracer: Tracer?
  /// More numbers for `/metrics`.
  var gauges: @Sendable () -> [MetricFamily] = { [] }
  let startedAt = ContinuousClock.now

  var journal: any RunJournal { service.journal }

  /// Those of this API and of what is served beside it.
  func endpoints(beside contracts: [any Contract] = []) -> [Endpoint] {
    let described =
      pipelineEndpoints + runEndpoints + followingEndpoints + outputEndpoints
      + [uploadEndpoint] + referenceEndpoints + operationEndpoints
      + contracts.flatMap(\.endpoints)
    return described + Self.documentEndpoints(of: described)
  }

  /// The paths that need no key.
  static func openPaths(of endpoints: [Endpoint]) -> Set<String> {
    Set(endpoints.filter { $0.scope == nil }.map(\.path.description))
  }

  /// Everything in its order: a name for the request, then origin, rate, key and token, then the route.
  func application(
    beside contracts: [any Contract] = [],
    keys: KeyRing?, limiter: RateLimiter?, allowedOrigins: Set<String>,
    allowsCredentials: Bool = false, csrf: CSRFMiddleware? = nil
  ) -> Application {
    let endpoints = endpoints(beside: contracts)
    var middleware: [any Middleware] = [
      transport, IdentityMiddleware(log: log, metrics: metrics, tracer: tracer),
    ]
    if let limiter { middleware.append(RateFieldsMiddleware(limiter: limiter)) }
    middleware += [
      CORSMiddleware(allowed: allowedOrigins, allowsCredentials: allowsCredentials, log: log),
      AccessMiddleware(
        keys: keys, limiter: limiter, openPaths: Self.openPaths(of: endpoints), log: log),
    ]
    if let csrf { middleware.append(csrf) }
    var router = Router(middleware)
    for endpoint in endpoints {
      router.on(endpoint.method, endpoint.path, options: endpoint.options) {
        try await respond(to: $0, with: endpoint)
      }
    }
    return router.application(errors: errors)
  }

  private func respond(to request: Request, with endpoint: Endpoint) async throws -> Response {
    let run = endpoint.path.parameterNames.contains("run") ? request.parameters["run"] : nil
    request.values[RouteTraceKey.self]?.note(route: endpoint.path.description, run: run)
    do {
      let caller = request.values[CallerKey.self]
      if let scope = endpoint.scope {
        guard let caller, caller.may(scope) else {
          log.write(
            .warn, "scope refused",
            SecurityEvent.members(of: request, code: .insufficientScope, "scope_refused"))
          throw Self.forbidden(scope)
        }
      }
      let query = try QueryReader.read(request.query(), as: endpoint.query)
      return try await endpoint.handler(
        APIRequest(
          request: request, caller: caller ?? Caller(id: "anybody", scopes: []),
          requestID: request.id, query: query))
    } catch let error as APIError {
      return error.response(requestID: request.id)
    } catch let error as JournalError {
      log.write(
        .error, "journal failed",
        ["request_id": .string(request.id), "error": .string(error.description)])
      let isFull = error.errorClass == .configuration
      return APIError(
        isFull ? .insufficientStorage : .internalServerError, isFull ? .noRoom : .internal,
        isFull ? "the host has no room left to write this down" : "the host's journal failed"
      ).response(requestID: request.id)
    }
  }

  private static func forbidden(_ scope: Scope) -> APIError {
    APIError(
      .forbidden, .insufficientScope, "this key has not the scope `\(scope.rawValue)`")
  }

  private var errors: ErrorResponses {
    ErrorResponses { error, request in
      APIError(error).response(requestID: request.id)
    } report: { error, request in
      if error is CancellationError { return }
      log.write(
        .error, "request failed",
        ["request_id": .string(request.id), "error": .string(String(describing: error))])
    }
  }

  /// What the server answers before there is a request.
  static let refusal: @Sendable (HTTPError) -> Response = { error in
    APIError(error).response(requestID: "req_\(RandomText.hex(byteCount: 8))")
  }

  // MARK: For the routes

  static func json(_ value: some Encodable, status: Status = .ok) throws -> Response {
    try .json(value, status: status, encoder: APIEncoder.make())
  }

  /// Throws 404 with what was probably meant.
  func status(of request: APIRequest) async throws -> RunStatus {
    let id = request[parameter: "run"]
    guard let status = try await journal.run(id) else {
      throw APIError.notFound("run `\(id.prefix(80))`")
    }
    return status
  }

  /// An answer with a JSON body of that schema.
  static func answer(
    _ schema: String, _ summary: String, status: Status = .ok, headers: [String: String] = [:]
  ) -> Endpoint.Answer {
    Endpoint.Answer(
      status: status, summary: summary,
      content: ["application/json": Schemas.reference(schema)], headers: headers)
  }

  static func answer(listOf schema: String, _ summary: String) -> Endpoint.Answer {
    Endpoint.Answer(
      status: .ok, summary: summary,
      content: ["application/json": Schemas.list(Schemas.reference(schema))])
  }
}
