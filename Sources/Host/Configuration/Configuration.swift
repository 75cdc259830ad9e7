import Foundation
import HTTPTypes
import Pipeline

/// How a host serves. Made from what was read; a problem is a diagnostic, never a guess.
struct Configuration: Sendable {
  /// In numbers.
  var host = "127.0.0.1"
  var port = 3002
  var drainTimeout = Duration.seconds(30)
  /// For a request's head.
  var readTimeout = Duration.seconds(10)
  /// Until an answer begins.
  var writeTimeout = Duration.seconds(30)
  var idleTimeout = Duration.seconds(60)
  /// Of a request's first line and fields, in bytes.
  var headByteCount = 32 << 10
  var apiKey: String?
  var requiresKey = true
  var allowedOrigins: Set<String> = []
  /// Whether pages may send what browsers keep for this host: only if there is one such place.
  var allowsCredentials = false
  /// Nil for a host that asks nobody for tokens.
  var csrfRule: CSRFMiddleware.Rule? = .browsers
  /// Nil for one that is made and kept.
  var csrfSecret: String?
  var csrfLifetime = Duration.seconds(3600)
  /// Requests per minute; 0 for any number.
  var rateLimit = 100
  var rateBurst = 20
  var inputFolders: [URL] = []
  /// Nil for the usual place.
  var dataFolder: String?
  /// Of one upload, in bytes.
  var uploadLimit = 4_000_000_000
  var retentionDays: Int?
  var cores: Int?
  var queueSize = 1000
  var activeRuns = 16
  var pipelineFolder = URL(fileURLWithPath: "pipelines")
  /// Where a request says nothing.
  var subtitles = SubtitleSettings()
  var secretsFile: String?
  var logLevel = ServerLog.Level.info
  var logsJSON = true
  var operation = OperationSettings()

  /// Whether only this machine can reach it.
  var isLocal: Bool { IPAddress(host)?.isLoopback == true }
}

extension Configuration {
  /// - Parameter file: nil for the first of the usual places where there is one.
  /// - Returns: nil with diagnostics when something is wrong.
  static func load(
    file: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> (configuration: Configuration?, diagnostics: [Diagnostic], texts: [String?: String]) {
    var reader = ConfigurationReader(environment: environment)
    try reader.read(file: file)
    reader.readEnvironment()
    var problems = reader.diagnostics
    let configuration = Configuration(reader.given, &problems)
    return (problems.hasErrors ? nil : configuration, problems, reader.texts)
  }

  init(_ given: [String: [String: Value]], _ problems: inout [Diagnostic]) {
    let settings = GivenSettings(given)
    readListening(settings, &problems)
    apiKey = settings.text("auth", "api_key")
    requiresKey = settings.boolean("auth", "require_auth") ?? true
    readSecurity(settings, &problems)
    readStorage(settings, &problems)
    cores = settings.integer("job", "workers")
    queueSize = settings.integer("job", "queue_size") ?? queueSize
    activeRuns = settings.integer("job", "max_concurrent") ?? activeRuns
    if let folder = settings.text("pipelines", "dir") {
      pipelineFolder = URL(fileURLWithPath: folder)
    }
    subtitles.take(BodyReader.Object(path: [], values: settings.values(in: "subtitles")))
    secretsFile = settings.text("secrets", "file")
    logLevel = settings.text("log", "level").flatMap(ServerLog.Level.init) ?? .info
    logsJSON = settings.text("log", "format") != "text"
    operation = OperationSettings(settings, &problems)
    checkListening(&problems)
  }

  private mutating func readListening(
    _ settings: GivenSettings, _ problems: inout [Diagnostic]
  ) {
    host = settings.text("server", "host").map { $0 == "localhost" ? "127.0.0.1" : $0 } ?? host
    port = settings.integer("server", "port") ?? port
    drainTimeout = settings.duration("server", "drain_timeout") ?? drainTimeout
    readTimeout = settings.duration("api", "read_timeout") ?? readTimeout
    writeTimeout = settings.duration("api", "write_timeout") ?? writeTimeout
    idleTimeout = settings.duration("api", "idle_timeout") ?? idleTimeout
    guard let text = settings.text("api", "max_header_size") else { return }
    guard let bytes = AmountReader.bytes(text), (1000...(1 << 20)).contains(bytes) else {
      problems.append(
        Diagnostic(
          "type-mismatch",
          "`api.max_header_size` is an amount from 1KB to 1MB, not `\(text)`", at: nil))
      return
    }
    headByteCount = bytes
  }

  /// Several limits may be given, since there are several names for them: all hold, thus the strictest.
  private mutating func readRate(_ settings: GivenSettings, _ problems: inout [Diagnostic]) {
    rateBurst = settings.integer("security", "rate_burst") ?? rateBurst
    let perSecond = settings.number("rate_limiting", "requests_per_second")
    let given = [
      settings.integer("security", "rate_limit"),
      settings.integer("rate_limiting", "requests_per_minute"),
      perSecond.map { max(1, Int(($0 * 60).rounded())) },
    ].compactMap(\.self)
    let limits = given.filter { $0 > 0 }
    if settings.boolean("rate_limiting", "enabled") == false {
      if !limits.isEmpty {
        problems.append(
          Diagnostic(
            "contradiction",
            "`rate_limiting.enabled` is off and a limit is given; leave one of them out", at: nil))
      }
      rateLimit = 0
    } else if !given.isEmpty {
      rateLimit = limits.min() ?? 0
    }
  }

  private mutating func readTokens(_ settings: GivenSettings, _ problems: inout [Diagnostic]) {
    let isEnabled = settings.boolean("security", "enable_csrf") ?? true
    let isRequired = settings.boolean("security", "require_csrf") ?? false
    if isRequired, !isEnabled {
      problems.append(
        Diagnostic(
          "contradiction", "`security.require_csrf` is on and `security.enable_csrf` is off",
          at: nil))
    }
    csrfRule = isEnabled ? (isRequired ? .everybody : .browsers) : nil
    csrfSecret = settings.text("security", "csrf_secret")
    csrfLifetime = settings.duration("security", "csrf_lifetime") ?? csrfLifetime
  }

  private mutating func readSecurity(_ settings: GivenSettings, _ problems: inout [Diagnostic]) {
    readRate(settings, &problems)
    readTokens(settings, &problems)
    allowsCredentials = settings.texts("security", "allowed_domains")?.count == 1
    inputFolders = (settings.texts("security", "input_dirs") ?? [])
      .map { URL(fileURLWithPath: $0, isDirectory: true) }
    for domain in settings.texts("security", "allowed_domains") ?? [] {
      guard let origins = Origins.named(domain) else {
        problems.append(
          Diagnostic(
            "invalid-origin",
            "`\(domain)` in `security.allowed_domains` is no origin: give a scheme and a host such as "
              + "`https://example.org`, or a host; `*` is never allowed", at: nil))
        continue
      }
      allowedOrigins.formUnion(origins)
    }
  }

  private mutating func readStorage(_ settings: GivenSettings, _ problems: inout [Diagnostic]) {
    dataFolder = settings.text("storage", "data_dir")
    retentionDays = settings.integer("storage", "retention_days")
    guard let text = settings.text("storage", "max_file_size") else { return }
    guard let bytes = AmountReader.bytes(text), bytes > 0 else {
      problems.append(
        Diagnostic(
          "type-mismatch",
          "`storage.max_file_size` is an amount such as 500MB or 4GB, not `\(text)`", at: nil))
      return
    }
    uploadLimit = bytes
  }

  private func checkListening(_ problems: inout [Diagnostic]) {
    guard IPAddress(host) != nil else {
      problems.append(
        Diagnostic(
          "invalid-address",
          "`server.host` is an address in numbers such as 127.0.0.1 or `::`, not `\(host)`",
          at: nil))
      return
    }
    if !requiresKey, !isLocal {
      problems.append(
        Diagnostic(
          "open-host",
          "`server.host` is \(host), which others can reach, and `auth.require_auth` is off; turn it "
            + "on, or listen on 127.0.0.1", at: nil))
    }
  }
}

/// What was given, by section and name.
struct GivenSettings {
  private let given: [String: [String: Value]]

  init(_ given: [String: [String: Value]]) { self.given = given }

  func value(_ section: String, _ name: String) -> Value? { given[section]?[name] }

  /// Of a record or a map; empty for anything else.
  func members(_ section: String, _ name: String) -> [String: Value] {
    if case .map(let members)? = given[section]?[name] {
      members.filter { $0.value != .null }
    } else {
      [:]
    }
  }

  func text(_ section: String, _ name: String) -> String? {
    if case .text(let text)? = given[section]?[name] { text } else { nil }
  }

  /// With hyphens in their names.
  func values(in section: String) -> [String: Value] {
    let members = (given[section] ?? [:]).map { ($0.key.replacing("_", with: "-"), $0.value) }
    return Dictionary(members) { $1 }
  }

  func integer(_ section: String, _ name: String) -> Int? {
    if case .integer(let number)? = given[section]?[name] { number } else { nil }
  }

  func number(_ section: String, _ name: String) -> Double? {
    switch given[section]?[name] {
    case .number(let number)?: number
    case .integer(let number)?: Double(number)
    default: nil
    }
  }

  func boolean(_ section: String, _ name: String) -> Bool? {
    if case .boolean(let value)? = given[section]?[name] { value } else { nil }
  }

  func duration(_ section: String, _ name: String) -> Duration? {
    if case .duration(let value)? = given[section]?[name] { value } else { nil }
  }

  func texts(_ section: String, _ name: String) -> [String]? {
    guard case .list(let values)? = given[section]?[name] else { return nil }
    return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
}
