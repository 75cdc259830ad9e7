import Foundation
import HTTPTypes
import Pipeline

/// How a host serves. Made from what was read; a problem is a diagnostic, never a guess.
struct Configuration: Sendable {
  /// In numbers.
  var host = "127.0.0.1"
  var port = 3002
  var drainTimeout = Duration.seconds(30)
  var apiKey: String?
  var requiresKey = true
  var allowedOrigins: Set<String> = []
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
  var secretsFile: String?
  /// The file of speech providers; nil for none.
  var speechProviders: String?
  var logLevel = ServerLog.Level.info
  var logsJSON = true

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
    host = settings.text("server", "host").map { $0 == "localhost" ? "127.0.0.1" : $0 } ?? host
    port = settings.integer("server", "port") ?? port
    drainTimeout = settings.duration("server", "drain_timeout") ?? drainTimeout
    apiKey = settings.either(
      settings.text("auth", "api_key"), settings.text("security", "api_key"),
      "auth.api_key", "security.api_key", &problems)
    requiresKey =
      settings.either(
        settings.boolean("auth", "require_auth"), settings.boolean("security", "enable_auth"),
        "auth.require_auth", "security.enable_auth", &problems) ?? true
    readSecurity(settings, &problems)
    readStorage(settings, &problems)
    cores = settings.integer("job", "workers")
    queueSize = settings.integer("job", "queue_size") ?? queueSize
    activeRuns = settings.integer("job", "max_concurrent") ?? activeRuns
    if let folder = settings.text("pipelines", "dir") {
      pipelineFolder = URL(fileURLWithPath: folder)
    }
    secretsFile = settings.text("secrets", "file")
    speechProviders = settings.text("speech", "providers")
    logLevel = settings.text("log", "level").flatMap(ServerLog.Level.init) ?? .info
    logsJSON = settings.text("log", "format") != "text"
    checkListening(&problems)
  }

  private mutating func readSecurity(_ settings: GivenSettings, _ problems: inout [Diagnostic]) {
    rateLimit = settings.integer("security", "rate_limit") ?? rateLimit
    rateBurst = settings.integer("security", "rate_burst") ?? rateBurst
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
private struct GivenSettings {
  private let given: [String: [String: Value]]

  init(_ given: [String: [String: Value]]) { self.given = given }

  func text(_ section: String, _ name: String) -> String? {
    if case .text(let text)? = given[section]?[name] { text } else { nil }
  }

  func integer(_ section: String, _ name: String) -> Int? {
    if case .integer(let number)? = given[section]?[name] { number } else { nil }
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

  /// The one of two settings that mean the same.
  func either<Setting: Equatable>(
    _ one: Setting?, _ other: Setting?, _ name: String, _ otherName: String,
    _ problems: inout [Diagnostic]
  ) -> Setting? {
    if let one, let other, one != other {
      problems.append(
        Diagnostic(
          "contradiction", "`\(name)` and `\(otherName)` mean the same and differ; give one",
          at: nil
        ))
    }
    return one ?? other
  }
}
