import Foundation
import HTTPServer
import HTTPTypes
import Pipeline

/// How a host is run: TLS, proxies, traces, and how much disk it may take.
struct OperationSettings: Sendable {
  struct TLS: Sendable, Hashable {
    /// PEM files.
    var certificate: String
    var key: String
    var minimumVersion = TLSContext.Version.tls12
  }

  /// Nil for plain HTTP.
  var tls: TLS?
  /// 0 for not telling browsers to come with TLS only.
  var strictTransportSeconds = 0
  /// Nil when nobody is to be believed about whom they ask for.
  var proxies: TrustedProxies?
  /// Nil when nothing is recorded.
  var traces: SpanExporter.Settings?
  /// How many of new traces are recorded, 0 to 1.
  var traceShare = 1.0
  /// Bytes that artifacts may take before the longest unused go; nil for any amount.
  var artifactLimit: Int?
  /// Bytes of the disk that runs leave alone.
  var diskReserve = 512 << 20

  init() {}

  init(_ settings: GivenSettings, _ problems: inout [Diagnostic]) {
    readTLS(settings.members("server", "tls"), &problems)
    readProxies(settings, &problems)
    readTraces(settings, &problems)
    artifactLimit = Self.bytes(settings, "storage", "max_size", &problems)
    diskReserve = Self.bytes(settings, "storage", "disk_reserve", &problems) ?? diskReserve
  }

  private mutating func readTLS(_ given: [String: Value], _ problems: inout [Diagnostic]) {
    guard !given.isEmpty else { return }
    guard case .text(let certificate)? = given["certificate"], case .text(let key)? = given["key"]
    else {
      problems.append(
        Diagnostic(
          "missing-field", "`server.tls` needs both `certificate` and `key`, files in PEM form",
          at: nil))
      return
    }
    var tls = TLS(certificate: certificate, key: key)
    if given["minimum_version"] == .text("1.3") { tls.minimumVersion = .tls13 }
    self.tls = tls
    strictTransportSeconds = 365 * 86_400
    if case .duration(let time)? = given["hsts"] {
      strictTransportSeconds = Int(time.seconds)
    }
  }

  private mutating func readProxies(
    _ settings: GivenSettings, _ problems: inout [Diagnostic]
  ) {
    var blocks: [AddressBlock] = []
    for text in settings.texts("server", "trusted_proxies") ?? [] {
      guard let block = AddressBlock(text) else {
        problems.append(
          Diagnostic(
            "invalid-address",
            "`\(text)` in `server.trusted_proxies` is no address or block such as 10.0.0.0/8",
            at: nil))
        continue
      }
      blocks.append(block)
    }
    guard !blocks.isEmpty else { return }
    let form = settings.text("server", "proxy_headers").flatMap(TrustedProxies.Form.init)
    proxies = TrustedProxies(blocks: blocks, form: form ?? .xForwarded)
  }

  private mutating func readTraces(_ settings: GivenSettings, _ problems: inout [Diagnostic]) {
    if case .number(let share)? = settings.value("tracing", "sample") { traceShare = share }
    guard let text = settings.text("tracing", "endpoint") else { return }
    guard var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      ["http", "https"].contains(scheme), parts.host?.isEmpty == false, parts.user == nil,
      parts.query == nil
    else {
      problems.append(
        Diagnostic(
          "invalid-address",
          "`tracing.endpoint` is an address such as http://127.0.0.1:4318/v1/traces, without "
            + "credentials and query", at: nil))
      return
    }
    if parts.path.isEmpty || parts.path == "/" { parts.path = "/v1/traces" }
    var traces = SpanExporter.Settings(endpoint: parts.string ?? text)
    for (name, value) in settings.members("tracing", "headers") {
      if case .text(let value) = value { traces.headers[name] = value }
    }
    self.traces = traces
  }

  private static func bytes(
    _ settings: GivenSettings, _ section: String, _ name: String, _ problems: inout [Diagnostic]
  ) -> Int? {
    guard let text = settings.text(section, name) else { return nil }
    if let bytes = AmountReader.bytes(text) { return bytes }
    problems.append(
      Diagnostic(
        "type-mismatch", "`\(section).\(name)` is an amount such as 500MB or 20GB, not `\(text)`",
        at: nil))
    return nil
  }
}

extension Duration {
  fileprivate var seconds: Int64 { components.seconds }
}
