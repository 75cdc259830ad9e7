import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("What stands before the videocraft contract", .timeLimit(.minutes(3)))
struct GuardTests {
  private static let key = "a-key-that-an-operator-wrote"
  private static let page = "https://app.example"

  private func guarded(
    limit: Int = 200, limiter: RateLimiter? = nil, rule: CSRFMiddleware.Rule? = .browsers,
    tokens: CSRFTokens = CSRFTokens(secret: "a secret of tests")
  ) throws -> ServingKit {
    try ContractKit.make(
      limit: limit, keys: { try KeyRing(file: $0, configuredKey: Self.key) }, limiter: limiter,
      origins: [Self.page], rule: rule, tokens: tokens)
  }

  // MARK: The order

  /// Everything that is wrong with a request; it is told of the first.
  enum Wrong: CaseIterable {
    case origin, rate, key, token, size, type, json, content, room

    var answer: (status: Int, code: String) {
      switch self {
      case .origin: (403, "CORS_ORIGIN_REJECTED")
      case .rate: (429, "RATE_LIMIT_EXCEEDED")
      case .key: (401, "INVALID_API_KEY")
      case .token: (403, "CSRF_TOKEN_REQUIRED")
      case .size: (413, "PAYLOAD_TOO_LARGE")
      case .type: (415, "UNSUPPORTED_MEDIA_TYPE")
      case .json: (400, "BAD_REQUEST")
      case .content: (400, "VALIDATION_ERROR")
      case .room: (429, "QUEUE_FULL")
      }
    }
  }

  @Test(
    "of two things that are wrong the earlier is told, whichever two stand beside each other",
    arguments: zip(Wrong.allCases, Wrong.allCases.dropFirst()))
  func order(first: Wrong, second: Wrong) async throws {
    for (wrongs, expected) in [([first, second], first), ([second], second)] {
      let answer = try await ask(Set(wrongs))
      #expect(answer.status == expected.answer.status, "\(wrongs): \(answer.text)")
      #expect(answer.code == expected.answer.code)
      #expect(answer.headers[.requestID] == "order-1")
      #expect(answer.json["request_id"] == "order-1")
      #expect(answer.headers[RateFields.remaining] != nil)
    }
  }

  @Test("a request with which nothing is wrong is accepted")
  func accepted() async throws {
    let answer = try await ask([])
    #expect(answer.status == 202, "\(answer.text)")
  }

  private func ask(_ wrong: Set<Wrong>) async throws -> Answer {
    let limiter = RateLimiter(requestsPerMinute: 1, burst: 1) { .zero }
    let tokens = CSRFTokens(secret: "order")
    let kit = try guarded(limit: wrong.contains(.room) ? 0 : 10, limiter: limiter, tokens: tokens)
    let peer = try Peer.ip(#require(IPAddress("192.0.2.9")), port: 1)
    let caller = wrong.contains(.key) ? "wrong" : Self.key
    if wrong.contains(.rate) {
      _ = try await kit.ask(
        .get, "/live", [(.authorization, "Bearer \(caller)")], peer: peer)
    }
    var headers: [(FieldName, String)] = [
      (.requestID, "order-1"), (.authorization, "Bearer \(caller)"),
      (.origin, wrong.contains(.origin) ? "https://evil.example" : Self.page),
      (.contentType, wrong.contains(.type) ? "text/plain" : "application/json"),
    ]
    if !wrong.contains(.token) { headers.append((.csrfToken, tokens.make())) }
    var body = wrong.contains(.content) ? #"{"txt": 1}"# : #"{"text": "x"}"#
    if wrong.contains(.json) { body = "{" }
    if wrong.contains(.size) { body += String(repeating: " ", count: 2 << 20) }
    return try await kit.ask(.post, "/api/v1/videos", headers, body: Array(body.utf8), peer: peer)
  }

  // MARK: Tokens

  @Test("a token is told to everybody, holds until its time is over, and is this host's only")
  func tokens() async throws {
    let time = Locked(1_800_000_000_000)
    let tokens = CSRFTokens(secret: "one", lifetime: 60) { time.withLock { $0 } }
    let kit = try guarded(tokens: tokens)
    let told = try await kit.get("/api/v1/csrf-token")
    #expect(told.status == 200 && told.headers[.cacheControl] == "no-store")
    #expect(told.json["expires_in"] == 60)
    guard case .string(let token)? = told.json["csrf_token"] else { throw TestProblem(told.text) }
    #expect(token.count == 128 && token.allSatisfy(\.isHexDigit))
    func code(_ token: String?) async throws -> String? {
      let field = token.map { [(FieldName.csrfToken, $0)] } ?? []
      let answer = try await kit.ask(
        .post, "/api/v1/videos",
        [
          (.authorization, "Bearer \(Self.key)"), (.origin, Self.page),
          (.contentType, "application/json"),
        ] + field, body: Array(#"{"text": "x"}"#.utf8))
      #expect(answer.status == 202 || answer.status == 403)
      return answer.code
    }
    #expect(try await code(token) == nil)
    #expect(try await code(nil) == "CSRF_TOKEN_REQUIRED")
    #expect(try await code("") == "CSRF_TOKEN_REQUIRED")
    #expect(try await code("abc") == "CSRF_TOKEN_MALFORMED")
    #expect(try await code(String(repeating: "z", count: 128)) == "CSRF_TOKEN_MALFORMED")
    #expect(try await code(String(repeating: "é", count: 64)) == "CSRF_TOKEN_MALFORMED")
    #expect(try await code(CSRFTokens(secret: "two").make()) == "CSRF_TOKEN_INVALID")
    let changed = (token.first == "0" ? "1" : "0") + token.dropFirst()
    #expect(try await code(changed) == "CSRF_TOKEN_INVALID")
    time.withLock { $0 += 59_000 }
    #expect(try await code(token) == nil)
    time.withLock { $0 += 1000 }
    #expect(try await code(token) == "CSRF_TOKEN_INVALID")
  }

  @Test(
    "programs need no token unless the operator wants that; browsers do, by origin or cookie",
    arguments: [
      (nil, "/api/v1/videos", [], 202),
      (.browsers, "/api/v1/videos", [], 202),
      (.browsers, "/api/v1/videos", [(.cookie, "session=1")], 403),
      (.browsers, "/api/v1/videos", [(.origin, "https://app.example")], 403),
      (.everybody, "/api/v1/videos", [], 403),
      (.everybody, "/generate-video", [], 403),
      (nil, "/api/v1/videos", [(.origin, "https://app.example")], 202),
    ] as [(CSRFMiddleware.Rule?, String, [(FieldName, String)], Int)])
  func whoNeedsTokens(
    rule: CSRFMiddleware.Rule?, path: String, headers: [(FieldName, String)], status: Int
  ) async throws {
    let kit = try guarded(rule: rule)
    let key: [(FieldName, String)] = [
      (.authorization, "Bearer \(Self.key)"), (.contentType, "application/json"),
    ]
    let answer = try await kit.ask(.post, path, key + headers, body: Array(#"{"text": "x"}"#.utf8))
    #expect(answer.status == status, "\(answer.text)")
    let read = try await kit.ask(.get, "/api/v1/jobs", key + headers)
    #expect(read.status == 200)
  }

  @Test("the secret of a host is made once, and only its owner reads it")
  func secret() throws {
    let folder = try TestFolder()
    let secret = try CSRFSecret.kept(in: folder.url)
    #expect(try CSRFSecret.kept(in: folder.url) == secret && secret.utf8.count == 64)
    let file = try FileManager.default.attributesOfItem(atPath: folder.file("csrf-secret").path)
    #expect(file[.posixPermissions] as? Int == 0o600)
    try CSRFTokens(secret: secret).check(CSRFTokens(secret: secret).make())
  }

  // MARK: Keys, rates, origins

  @Test("exactly these paths of the contract are open, and no others")
  func openPaths() async throws {
    let kit = try guarded()
    for path in [
      "/health", "/health/detailed", "/ready", "/live", "/ping", "/metrics", "/api/v1/csrf-token",
    ] {
      #expect(try await kit.get(path).status == 200, "\(path)")
    }
    for path in [
      "/health/", "/healthy", "/health/detailed/x", "/api/v1/health", "/api/v1/csrf-token/",
      "/api/v1/videos", "/api/v1/jobs", "/status/x", "/download/x", "/api/v1/metrics",
    ] {
      let answer = try await kit.get(path)
      #expect(answer.status == 401 && answer.code == "MISSING_AUTH_HEADER", "\(path)")
    }
  }

  @Test("every answer tells the rate, also one that was refused before the rate was asked")
  func rateFields() async throws {
    let kit = try guarded(limiter: RateLimiter(requestsPerMinute: 100, burst: 20))
    let asked: (FieldName, String) = ("Access-Control-Request-Method", "DELETE")
    let answers = [
      try await kit.get("/live"), try await kit.get("/nothing"),
      try await kit.ask(.options, "/api/v1/videos", [(.origin, Self.page), asked]),
      try await kit.ask(.post, "/api/v1/videos", [(.origin, "https://evil.example")]),
    ]
    #expect(answers.map(\.status) == [200, 401, 204, 403])
    for answer in answers {
      #expect(answer.headers["X-RateLimit-Limit"] == "100")
      #expect(answer.headers["X-RateLimit-Remaining"].flatMap { Int($0) } != nil)
      let reset = try #require(answer.headers["X-RateLimit-Reset"].flatMap { Int($0) })
      #expect(abs(reset - Int(Date.now.timeIntervalSince1970)) < 600)
    }
  }

  @Test(
    "a preflight tells what pages may send, and credentials only where there is one place of pages")
  func preflight() async throws {
    for isOnly in [true, false] {
      let kit = try ContractKit.make(origins: [Self.page], allowsCredentials: isOnly)
      let answer = try await kit.ask(
        .options, "/api/v1/videos/x",
        [(.origin, Self.page), ("Access-Control-Request-Method", "DELETE")])
      #expect(answer.status == 204)
      let methods = answer.headers["Access-Control-Allow-Methods"] ?? ""
      #expect(methods.contains("DELETE") && methods.contains("PUT"))
      let fields = answer.headers["Access-Control-Allow-Headers"] ?? ""
      #expect(fields.contains("X-CSRF-Token") && fields.contains("X-Requested-With"))
      #expect(
        answer.headers["Access-Control-Allow-Credentials"] == (isOnly ? "true" : nil))
      #expect(answer.headers["Access-Control-Allow-Origin"] == Self.page)
      #expect(answer.headers.list(of: .vary, contains: "Origin"))
    }
  }

  @Test("a hundred thousand different origins are refused and leave nothing behind")
  func spraying() async throws {
    let limiter = RateLimiter(requestsPerMinute: 100, burst: 20)
    let middleware = CORSMiddleware(
      allowed: [Self.page], log: ServerLog(level: .error, isJSON: true) { _ in })
    func spray(_ numbers: Range<Int>) async throws {
      for number in numbers {
        var headers = Headers()
        try headers.set(.origin, to: "https://\(number).evil.example")
        let request = try Request(.post, "/api/v1/videos", headers: headers)
        let answer = try await middleware.respond(to: request) { _ in Response(.ok) }
        #expect(answer.status == .forbidden)
      }
    }
    try await spray(0..<10_000)
    let before = try Self.residentByteCount()
    try await spray(10_000..<100_000)
    // Other tests run beside this one; a cache of origins would take more than that.
    #expect(try Self.residentByteCount() - before < 200 << 20)
    #expect(limiter.knownCount == 0)
  }

  private static func residentByteCount() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
  }

  @Test("refusals are told apart in the log, without keys and tokens")
  func refusals() async throws {
    let kit = try guarded()
    let token = CSRFTokens(secret: "another").make()
    _ = try await kit.ask(
      .post, "/api/v1/videos", [(.origin, "https://evil.example"), (.requestID, "r-1")])
    _ = try await kit.ask(
      .post, "/api/v1/videos",
      [
        (.origin, Self.page), (.requestID, "r-2"), (.csrfToken, token),
        (.authorization, "Bearer \(Self.key)"),
      ])
    var found: Set<String> = []
    for await line in kit.log {
      #expect(!line.contains(token) && !line.contains(Self.key))
      if line.contains("\"r-1\""), line.contains("CORS_ORIGIN_REJECTED") { found.insert("origin") }
      if line.contains("\"r-2\""), line.contains("CSRF_TOKEN_INVALID") { found.insert("token") }
      if found.count == 2 { return }
    }
  }

  // MARK: Bodies

  @Test("what curl sends without a type is taken for the JSON that it is")
  func curl() async throws {
    let kit = try ContractKit.make()
    let answer = try await kit.ask(
      .post, "/api/v1/videos", [(.contentType, "application/x-www-form-urlencoded")],
      body: Array(#"{"text": "x"}"#.utf8))
    #expect(answer.status == 202)
    for type in ["text/plain", "application/yaml", "multipart/form-data; boundary=x"] {
      let refused = try await kit.ask(
        .post, "/api/v1/videos", [(.contentType, type)], body: Array(#"{"text": "x"}"#.utf8))
      #expect(refused.status == 415, "\(type)")
    }
    #expect(try await kit.ask(.post, "/api/v1/videos", body: [0x7B]).status == 415)
  }

  @Test("every problem of a body is told at once, each with its path")
  func problems() async throws {
    let kit = try ContractKit.make()
    let answer = try await kit.post("/api/v1/videos", json: #"[{}, {"text": "x"}, {"text": 1}]"#)
    #expect(answer.status == 400 && answer.code == "VALIDATION_ERROR")
    #expect(answer.paths == ["[0].text", "[2].text"])
    #expect(await kit.journal.runs(limit: 1).isEmpty)
  }

  @Test("what is too much is refused with the time to wait, and nothing of it is written down")
  func room() async throws {
    let kit = try ContractKit.make(limit: 2)
    let refused = try await kit.post(
      "/api/v1/videos", json: #"[{"text": "a"}, {"text": "b"}, {"text": "c"}]"#)
    #expect(refused.status == 429 && refused.code == "QUEUE_FULL")
    #expect(refused.headers[.retryAfter] == "15")
    #expect(await kit.journal.runs(limit: 1).isEmpty)
    await kit.service.drain(grace: .zero)
    let draining = try await kit.post("/api/v1/videos", json: #"{"text": "a"}"#)
    #expect(draining.status == 503 && draining.headers[.retryAfter] != nil)
  }
}
