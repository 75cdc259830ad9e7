import HTTPTypes
import Testing
import Threads

@Suite("Routes and middleware, without a socket")
struct RouterTests {
  private struct Stamp: Middleware {
    let name: FieldName

    func respond(to request: Request, next: Handler) async throws -> Response {
      var response = try await next(request)
      try response.headers.append("X-Order", name.spelling)
      return response
    }
  }

  private struct Gate: Middleware {
    enum Key: RequestValueKey { typealias Value = String }

    func respond(to request: Request, next: Handler) async throws -> Response {
      guard let user = request.headers[.authorization] else {
        throw HTTPError(.unauthorized, "who are you?", headers: [("WWW-Authenticate", "Bearer")])
      }
      var request = request
      request.values[Key.self] = user
      return try await next(request)
    }
  }

  private static func application(
    report: @escaping @Sendable (any Error, Request) -> Void = { _, _ in }
  ) -> Application {
    var router = Router(Stamp(name: "outer"), Stamp(name: "inner"))
    let echo: Handler = { request in
      let values = (request.route?.parameterNames ?? []).map { "\($0)=\(request.parameters[$0])" }
      return .text("\(request.route?.description ?? "") \(values.joined(separator: ","))")
    }
    router.on(.get, "/", echo)
    router.on(.get, "/runs", echo)
    router.on(.post, "/runs", options: Router.RouteOptions(bodyLimit: 4)) { request in
      .bytes(try await request.body.collect(upTo: 100), .octetStream)
    }
    router.on(.get, "/runs/{id}", echo)
    router.on(.get, "/runs/latest", echo)
    router.on(.get, "/runs/{id}/outputs/{path...}", echo)
    router.on(.get, "/broken") { _ in throw TestFailure("secret") }
    router.group("/admin", Gate(), Stamp(name: "group")) { group in
      group.on(.get, "/me") { .text($0.values[Gate.Key.self] ?? "nobody") }
      group.group("/deep") { $0.on(.delete, "/{id}", echo) }
    }
    return router.application(errors: ErrorResponses(report: report))
  }

  private static func body(_ response: Response) -> String {
    guard case .bytes(let bytes) = response.body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "A path finds its route, names before parameters and these before a rest",
    arguments: [
      ("/", "/ "), ("/runs", "/runs "), ("/runs/7", "/runs/{id} id=7"),
      ("/runs/latest", "/runs/latest "), ("/runs/a%20b", "/runs/{id} id=a b"),
      ("/runs/latest/outputs/a/b", "/runs/{id}/outputs/{path...} id=latest,path=a/b"),
      ("/runs/7/outputs/", "/runs/{id}/outputs/{path...} id=7,path="),
    ])
  func routes(target: String, expected: String) async throws {
    let response = await Self.application().respond(to: try Request(.get, target))
    #expect(response.status == .ok)
    #expect(Self.body(response) == expected)
  }

  @Test(
    "A path without a route is not found",
    arguments: ["/x", "/runs/", "/runs/7/outputs", "/runs//outputs/a", "/admin", "/Runs"])
  func notFound(target: String) async throws {
    let response = await Self.application().respond(to: try Request(.get, target))
    #expect(response.status == .notFound)
    #expect(response.headers.values(of: "X-Order") == ["inner", "outer"])
  }

  @Test("Another method is told which there are")
  func methods() async throws {
    let application = Self.application()
    let refused = await application.respond(to: try Request(.delete, "/runs"))
    #expect(refused.status == .methodNotAllowed)
    #expect(refused.headers[.allow] == "GET, HEAD, OPTIONS, POST")
    let options = await application.respond(to: try Request(.options, "/runs/7"))
    #expect(options.status == .noContent)
    #expect(options.headers[.allow] == "GET, HEAD, OPTIONS")
    #expect(await application.respond(to: try Request(.head, "/runs/7")).status == .ok)
    #expect(await application.respond(to: try Request(.options, "*")).status == .noContent)
  }

  @Test("Middleware of a group is around its routes only, and sees errors as answers")
  func groups() async throws {
    let application = Self.application()
    let refused = await application.respond(to: try Request(.get, "/admin/me"))
    #expect(refused.status == .unauthorized)
    #expect(refused.headers["WWW-Authenticate"] == "Bearer")
    #expect(refused.headers.values(of: "X-Order") == ["inner", "outer"])
    let headers: Headers = [(.authorization, "ann")]
    let known = await application.respond(to: try Request(.get, "/admin/me", headers: headers))
    #expect(Self.body(known) == "ann")
    #expect(known.headers.values(of: "X-Order") == ["group", "inner", "outer"])
    let deep = await application.respond(
      to: try Request(.delete, "/admin/deep/3", headers: headers))
    #expect(Self.body(deep) == "/admin/deep/{id} id=3")
  }

  @Test("A body over the route's limit is refused before and while it is read")
  func bodyLimit() async throws {
    let application = Self.application()
    let fits = await application.respond(
      to: try Request(.post, "/runs", body: RequestBody([1, 2, 3, 4])))
    #expect(fits.status == .ok)
    let declared = await application.respond(
      to: try Request(.post, "/runs", body: RequestBody([1, 2, 3, 4, 5])))
    #expect(declared.status == .contentTooLarge)
    let source = BufferedSource([[1, 2], [3, 4], [5]])
    let streamed = await application.respond(
      to: try Request(
        .post, "/runs", body: RequestBody(declaredByteCount: nil, source: source)))
    #expect(streamed.status == .contentTooLarge)
  }

  @Test("An error that no client should see is reported and answered without saying what it was")
  func secrets() async throws {
    let reported = Locked<[String]>([])
    let application = Self.application { error, _ in
      reported.withLock { $0.append("\(error)") }
    }
    let response = await application.respond(to: try Request(.get, "/broken"))
    #expect(response.status == .internalServerError)
    #expect(!Self.body(response).contains("secret"))
    #expect(reported.withLock { $0 } == ["secret"])
  }
}
