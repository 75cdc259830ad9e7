import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Who may call, how often, and from where", .timeLimit(.minutes(2)))
struct AccessTests {
  private static let configured = "a-key-that-an-operator-wrote"

  private func guarded() throws -> ServingKit {
    try ServingKit(keys: { try KeyRing(file: $0, configuredKey: Self.configured) })
  }

  @Test(
    "a key is asked for, and it is said what is wrong with the one that came",
    arguments: [
      (nil, "MISSING_AUTH_HEADER"), ("Basic abc", "INVALID_AUTH_FORMAT"),
      ("Bearer", "INVALID_AUTH_FORMAT"), ("Bearer a b", "INVALID_AUTH_FORMAT"),
      ("Bearer wrong", "INVALID_API_KEY"), ("Bearer vck_00_11", "INVALID_API_KEY"),
      ("Bearer \(String(repeating: "x", count: 600))", "INVALID_AUTH_FORMAT"),
    ] as [(String?, String)])
  func refused(field: String?, code: String) async throws {
    let kit = try guarded()
    let headers = field.map { [(FieldName.authorization, $0)] } ?? []
    for target in ["/api/v1/runs", "/nothing/here", "/health/", "/metrics/x"] {
      let answer = try await kit.ask(.get, target, headers)
      #expect(answer.status == 401 && answer.code == code, "\(target)")
      #expect(answer.headers["WWW-Authenticate"] == "Bearer")
    }
  }

  @Test(
    "these paths, and no others, are open",
    arguments: [
      "/health", "/health/detailed", "/ready", "/live", "/ping", "/metrics", "/api/v1/openapi.json",
      "/api/v1/docs",
    ])
  func open(path: String) async throws {
    let kit = try guarded()
    #expect(try await kit.get(path).status == 200)
    #expect(NativeAPI.openPaths(of: kit.api.endpoints()).count == 8)
  }

  @Test("a key may do what its scopes say, until it is revoked or over")
  func scopes() async throws {
    let kit = try guarded()
    let file = KeyFile(dataFolder: kit.folder.url)
    let (reader, readerText) = APIKey.make(name: "r", scopes: [.readRuns], now: 0)
    let (over, overText) = APIKey.make(name: "o", scopes: [.admin], now: 0, expiresAt: 1)
    try file.update { $0 += [reader, over] }
    let asReader: (FieldName, String) = (.authorization, "Bearer \(readerText)")
    #expect(try await kit.get("/api/v1/runs", asReader).status == 200)
    let refused = try await kit.post("/api/v1/runs", json: "{}", asReader)
    #expect(refused.status == 403 && refused.code == "INSUFFICIENT_SCOPE")
    #expect(
      try await kit.get("/api/v1/runs", (.authorization, "bearer \(Self.configured)")).status == 200
    )
    #expect(try await kit.get("/api/v1/runs", (.authorization, "Bearer \(overText)")).status == 401)
    try file.update { $0.removeAll { $0.id == reader.id } }
    #expect(try await kit.get("/api/v1/runs", asReader).status == 401)
    let status = try FileManager.default.attributesOfItem(atPath: file.url.path)
    #expect(status[.posixPermissions] as? Int == 0o600)
    #expect(!(try String(contentsOf: file.url, encoding: .utf8)).contains(readerText))
  }

  @Test("a pipeline of one's own needs a scope of its own")
  func defining() async throws {
    let kit = try guarded()
    let file = KeyFile(dataFolder: kit.folder.url)
    let (writer, text) = APIKey.make(name: "w", scopes: [.writeRuns], now: 0)
    try file.update { $0.append(writer) }
    let headers: [(FieldName, String)] = [
      (.authorization, "Bearer \(text)"), (.contentType, "application/yaml"),
    ]
    let answer = try await kit.ask(
      .post, "/api/v1/runs", headers, body: Array(ServingKit.say.utf8))
    #expect(answer.status == 403 && answer.code == "INSUFFICIENT_SCOPE")
    let set = "pipeline: say\nset: { stages.voice.with.text: other }"
    #expect(try await kit.ask(.post, "/api/v1/runs", headers, body: Array(set.utf8)).status == 403)
  }

  @Test("requests beyond the rate are refused with the time to wait, each caller by itself")
  func rate() async throws {
    let time = Locked(Duration.zero)
    let limiter = RateLimiter(requestsPerMinute: 60, burst: 2) { time.withLock { $0 } }
    let kit = try ServingKit(limiter: limiter)
    let one = try Peer.ip(#require(IPAddress("192.0.2.1")), port: 1)
    let other = try Peer.ip(#require(IPAddress("192.0.2.2")), port: 1)
    for remaining in [1, 0] {
      let answer = try await kit.ask(.get, "/live", peer: one)
      #expect(answer.status == 200)
      #expect(answer.headers["X-RateLimit-Limit"] == "60")
      #expect(answer.headers["X-RateLimit-Remaining"] == "\(remaining)")
      #expect(answer.headers["X-RateLimit-Reset"].flatMap { Int($0) } != nil)
    }
    let refused = try await kit.ask(.get, "/live", peer: one)
    #expect(refused.status == 429 && refused.code == "RATE_LIMIT_EXCEEDED")
    #expect(refused.headers[.retryAfter] == "1")
    #expect(try await kit.ask(.get, "/live", peer: other).status == 200)
    time.withLock { $0 += .seconds(1) }
    #expect(try await kit.ask(.get, "/live", peer: one).status == 200)
  }

  @Test("a hundred thousand callers take no more room than there is, and nobody gets more by it")
  func manyCallers() {
    let limiter = RateLimiter(requestsPerMinute: 1, burst: 1, capacity: 1000) { .zero }
    for number in 0..<100_000 { _ = limiter.ask("caller \(number)") }
    #expect(limiter.knownCount <= 1000)
    #expect(!limiter.ask("caller 99999").isAllowed)
  }

  @Test("pages of origins on the list may call, others not, and a preflight says so")
  func origins() async throws {
    let kit = try ServingKit(origins: ["https://example.org"])
    let own: (FieldName, String) = (.origin, "https://example.org")
    let stranger: (FieldName, String) = (.origin, "https://example.org.evil.test")
    let answer = try await kit.get("/api/v1/runs", own)
    #expect(answer.headers["Access-Control-Allow-Origin"] == "https://example.org")
    #expect(answer.headers.list(of: .vary, contains: "Origin"))
    let asked: (FieldName, String) = ("Access-Control-Request-Method", "POST")
    let preflight = try await kit.ask(.options, "/api/v1/runs", [own, asked])
    #expect(preflight.status == 204)
    #expect(preflight.headers["Access-Control-Max-Age"] == "7200")
    for (method, headers) in [
      (HTTPTypes.Method.options, [stranger, asked]), (.post, [stranger]),
      (.get, [stranger, (.upgrade, "websocket")]), (.post, [(.origin, "null")]),
    ] as [(HTTPTypes.Method, [(FieldName, String)])] {
      let refused = try await kit.ask(method, "/api/v1/runs", headers)
      #expect(refused.status == 403 && refused.code == "CORS_ORIGIN_REJECTED")
      #expect(refused.headers["Access-Control-Allow-Origin"] == nil)
    }
    #expect(
      try await kit.get("/api/v1/runs", stranger).headers["Access-Control-Allow-Origin"] == nil)
  }

  @Test(
    "a host without keys answers to no name that a stranger's page could have",
    arguments: [
      ("localhost:3002", 200), ("127.0.0.1", 200), ("[::1]:3002", 200), ("evil.test:3002", 403),
      ("127.0.0.1.evil.test", 403), ("192.0.2.1", 403),
    ])
  func rebinding(host: String, status: Int) async throws {
    #expect(try await ServingKit().get("/api/v1/runs", (.host, host)).status == status)
  }

  @Test("every answer has a name, that of the request if it had a sound one")
  func names() async throws {
    let kit = try ServingKit()
    let answer = try await kit.get("/nothing", (.requestID, "mine-1"))
    #expect(answer.headers[.requestID] == "mine-1")
    #expect(answer.json["request_id"] == "mine-1")
    #expect(answer.json["timestamp"] != nil)
    #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
    let other = try await kit.get("/nothing", (.requestID, "with \"quotes\""))
    #expect(other.headers[.requestID]?.hasPrefix("req_") == true)
  }

  @Test("the log has a line for each request, with neither query nor key in it")
  func logging() async throws {
    let kit = try guarded()
    _ = try await kit.get(
      "/api/v1/runs?cursor=secret-cursor", (.authorization, "Bearer \(Self.configured)"),
      (.requestID, "named"))
    for await line in kit.log where line.contains("\"named\"") {
      #expect(line.contains("\"path\":\"/api/v1/runs\""))
      #expect(!line.contains("secret-cursor") && !line.contains(Self.configured))
      return
    }
  }
}
