import ChildProcess
import Foundation
import HTTPServer
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Who asks, and over what", .timeLimit(.minutes(5)))
struct TransportTests {
  private static let proxies = ["10.0.0.0/8", "2001:db8::/32"].compactMap { AddressBlock($0) }

  struct Case: Sendable, CustomStringConvertible {
    var peer: String
    var fields: [(FieldName, String)]
    var client: String
    var isSecure = false
    var form = TrustedProxies.Form.xForwarded
    var description: String { "\(peer) \(fields.map { "\($0): \($1)" }) \(form)" }
  }

  @Test(
    "the address nearest to us that is no trusted proxy's is the client's",
    arguments: [
      Case(peer: "192.0.2.1", fields: [("X-Forwarded-For", "1.1.1.1")], client: "192.0.2.1"),
      Case(peer: "10.0.0.1", fields: [], client: "10.0.0.1"),
      Case(peer: "10.0.0.1", fields: [("X-Forwarded-For", "1.1.1.1")], client: "1.1.1.1"),
      Case(
        peer: "10.0.0.1", fields: [("X-Forwarded-For", "6.6.6.6, 203.0.113.9")],
        client: "203.0.113.9"),
      Case(
        peer: "10.0.0.1", fields: [("X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.9.9.9")],
        client: "203.0.113.9"),
      Case(
        peer: "10.0.0.1",
        fields: [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "203.0.113.9")],
        client: "203.0.113.9"),
      Case(
        peer: "10.0.0.1", fields: [("X-Forwarded-For", "203.0.113.9:4711")], client: "203.0.113.9"),
      Case(
        peer: "2001:db8::1", fields: [("X-Forwarded-For", "[2001:470::7]:80")],
        client: "2001:470::7"),
      Case(
        peer: "10.0.0.1", fields: [("X-Forwarded-For", "6.6.6.6, nonsense")], client: "10.0.0.1"),
      Case(
        peer: "10.0.0.1", fields: [("X-Forwarded-For", "6.6.6.6, unknown, 10.2.2.2")],
        client: "10.2.2.2"),
      Case(
        peer: "10.0.0.1", fields: [("X-Forwarded-For", "10.1.1.1, 10.2.2.2")], client: "10.1.1.1"),
      Case(peer: "10.0.0.1", fields: [("Forwarded", "for=6.6.6.6")], client: "10.0.0.1"),
      Case(
        peer: "10.0.0.1",
        fields: [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https")],
        client: "203.0.113.9", isSecure: true),
      Case(
        peer: "192.0.2.1",
        fields: [("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-Proto", "https")],
        client: "192.0.2.1"),
      Case(
        peer: "10.0.0.1",
        fields: [("X-Forwarded-For", "1.1.1.1, 10.2.2.2"), ("X-Forwarded-Proto", "https, http")],
        client: "1.1.1.1", isSecure: true),
      Case(
        peer: "10.0.0.1",
        fields: [("Forwarded", "for=6.6.6.6, for=\"[2001:470::7]:1\";proto=https;by=10.0.0.1")],
        client: "2001:470::7", isSecure: true, form: .forwarded),
      Case(
        peer: "10.0.0.1",
        fields: [("X-Forwarded-For", "6.6.6.6"), ("Forwarded", "For=203.0.113.9 ; Proto=HTTP")],
        client: "203.0.113.9", form: .forwarded),
    ])
  func proxies(given: Case) throws {
    var headers = Headers()
    for (name, value) in given.fields { try headers.append(name, value) }
    let address = try #require(IPAddress(given.peer))
    let request = try Request(.get, "/", headers: headers, peer: .ip(address, port: 1))
    let client = TrustedProxies(blocks: Self.proxies, form: given.form).client(of: request)
    #expect(client.address?.description == given.client)
    #expect(client.isSecure == given.isSecure)
  }

  @Test(
    "callers behind a proxy have a rate each, and what they write themselves gives them no more")
  func rates() async throws {
    let kit = try ServingKit(
      keys: { try KeyRing(file: $0, configuredKey: "the-key-of-an-operator") },
      limiter: RateLimiter(requestsPerMinute: 1, burst: 2) { .zero },
      transport: TransportMiddleware(
        proxies: TrustedProxies(blocks: Self.proxies), strictTransportSeconds: 60))
    let proxy = Peer.ip(try #require(IPAddress("10.0.0.1")), port: 9)
    func status(_ forwarded: String) async throws -> Int {
      try await kit.ask(.get, "/ping", [("X-Forwarded-For", forwarded)], peer: proxy).status
    }
    #expect(try await status("203.0.113.1") == 200)
    #expect(try await status("6.6.6.6, 203.0.113.1") == 200)
    #expect(try await status("7.7.7.7, 203.0.113.1") == 429)
    #expect(try await status("203.0.113.2") == 200)
  }

  @Test("browsers are told to come with TLS only where they already do")
  func strictTransport() async throws {
    let kit = try ServingKit(
      transport: TransportMiddleware(
        proxies: TrustedProxies(blocks: Self.proxies), strictTransportSeconds: 60))
    let proxy = Peer.ip(try #require(IPAddress("10.0.0.1")), port: 9)
    let secure = try await kit.ask(.get, "/ping", [("X-Forwarded-Proto", "https")], peer: proxy)
    #expect(secure.headers["Strict-Transport-Security"] == "max-age=60")
    let plain = try await kit.ask(.get, "/ping", [("X-Forwarded-Proto", "http")], peer: proxy)
    #expect(plain.headers["Strict-Transport-Security"] == nil)
    let stranger = try await kit.ask(.get, "/ping", [("X-Forwarded-Proto", "https")])
    #expect(stranger.headers["Strict-Transport-Security"] == nil)
  }

  // MARK: Settings

  @Test(
    "a setting that cannot be used is named",
    arguments: [
      ("server: { tls: { certificate: a.pem } }", "needs both `certificate` and `key`"),
      ("server: { trusted_proxies: [10.0.0.0/33] }", "`10.0.0.0/33` in `server.trusted_proxies`"),
      ("server: { proxy_headers: x-forward }", "did you mean `x-forwarded`"),
      ("server: { tls: { certificate: a, key: b, minimum_version: '1.1' } }", "1.1"),
      ("tracing: { endpoint: 'ftp://x/' }", "`tracing.endpoint` is an address"),
      ("tracing: { endpoint: 'http://u:p@x/' }", "without credentials"),
      ("tracing: { sample: 2 }", "sample"),
      ("storage: { max_size: lots }", "`storage.max_size` is an amount"),
    ])
  func wrongSettings(text: String, message: String) {
    var reader = ConfigurationReader(environment: [:])
    reader.read(text, file: "c.yaml")
    var problems = reader.diagnostics
    _ = Configuration(reader.given, &problems)
    #expect(problems.contains { "\($0.message) \($0.hint ?? "")".contains(message) }, "\(problems)")
  }

  @Test("settings of a record can be given as variables, beside or instead of a file")
  func variables() {
    var reader = ConfigurationReader(environment: [
      "VIDEOCRAFT_SERVER_TLS_KEY": "k.pem", "VIDEOCRAFT_SERVER_TLS_HSTS": "1h",
      "VIDEOCRAFT_SERVER_TRUSTED_PROXIES": "10.0.0.0/8,::1",
      "VIDEOCRAFT_TRACING_ENDPOINT": "http://c:4318",
    ])
    reader.read("server: { tls: { certificate: c.pem, minimum_version: '1.3' } }", file: "c.yaml")
    reader.readEnvironment()
    var problems = reader.diagnostics
    let operation = Configuration(reader.given, &problems).operation
    #expect(!problems.hasErrors, "\(problems)")
    #expect(operation.tls == .init(certificate: "c.pem", key: "k.pem", minimumVersion: .tls13))
    #expect(operation.strictTransportSeconds == 3600)
    #expect(operation.proxies?.blocks.count == 2)
    #expect(operation.traces?.endpoint == "http://c:4318/v1/traces")
    var wrong = ConfigurationReader(environment: ["VIDEOCRAFT_SERVER_TLS_KEI": "x"])
    wrong.readEnvironment()
    #expect(wrong.diagnostics.contains { $0.message.contains("VIDEOCRAFT_SERVER_TLS_KEI") })
  }

  // MARK: TLS

  private static func certify(_ folder: TestFolder, _ name: String) async throws {
    _ = try await TestProgram.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        folder.file("\(name).key").path, "-out", folder.file("\(name).pem").path, "-days", "2",
        "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1",
      ])
  }

  /// Puts a pair where the host finds it, as those who renew certificates do: one file after the other.
  private static func install(_ folder: TestFolder, _ name: String) throws {
    for kind in ["pem", "key"] {
      let bytes = try Data(contentsOf: folder.file("\(name).\(kind)"))
      try bytes.write(to: folder.file("live.\(kind)"), options: .atomic)
    }
  }

  @Test(
    "a host serves HTTPS, takes a renewed certificate when told, and keeps the old one when it is broken"
  )
  func renewal() async throws {
    let folder = try TestFolder()
    for name in ["one", "two"] { try await Self.certify(folder, name) }
    try Self.install(folder, "one")
    let process = try await TestProcess.videocraft(
      ["serve", "--port", "0", "--data-dir", folder.file("data").path], in: folder,
      environment: [
        "VIDEOCRAFT_AUTH_API_KEY": "a-key-of-the-tests",
        "VIDEOCRAFT_SERVER_TLS_CERTIFICATE": folder.file("live.pem").path,
        "VIDEOCRAFT_SERVER_TLS_KEY": folder.file("live.key").path,
        "VIDEOCRAFT_SERVER_TLS_MINIMUM_VERSION": "1.3",
      ])
    try #require(try await process.says("listens on https://"), "\(process.errorOutput)")
    let text = process.errorOutput
    let start = try #require(text.range(of: "listens on ")?.upperBound)
    let address = String(text[start...].prefix { $0 != ";" })
    func ping(_ name: String, _ more: String...) async throws -> Bool {
      let told = try await TestProgram.run(
        "curl",
        ["-sS", "--max-time", "60", "--cacert", folder.file("\(name).pem").path]
          + more + ["\(address)/ping"], checked: false)
      return told.text == "pong\n"
    }
    #expect(try await ping("one"))
    #expect(try await !ping("one", "--tls-max", "1.2"))
    try Self.install(folder, "two")
    process.send(SIGHUP)
    try #require(try await process.says("certificate replaced"))
    #expect(try await ping("two"))
    #expect(try await !ping("one"))
    try folder.write("nonsense", to: "live.key")
    process.send(SIGHUP)
    try #require(try await process.says("the certificate cannot be used"))
    #expect(try await ping("two"))
    let check = try await TestProcess.videocraft(
      ["serve", "--check"], in: folder,
      environment: [
        "VIDEOCRAFT_SERVER_TLS_CERTIFICATE": folder.file("live.pem").path,
        "VIDEOCRAFT_SERVER_TLS_KEY": folder.file("live.key").path,
      ])
    #expect(try await check.wait() == .code(1))
    #expect(check.errorOutput.contains("`server.tls` cannot be used"))
    process.send(SIGTERM)
    #expect(try await process.wait() == .code(0), "\(process.errorOutput)")
  }
}
