import Pipeline

/// Every setting of a host: one declaration is its reading, its bounds, its environment variable and its page in the
/// documentation.
enum ConfigurationFields {
  /// The sections of a configuration file.
  static let sections: [FieldDescription] = [
    section("server", "Where and how the host listens.", server),
    section("api", "The same, and how long it waits.", api),
    section("auth", "Who may call it.", auth),
    section("security", "What callers may do.", security),
    section("rate_limiting", "How much callers may ask for.", rateLimiting),
    section("cors", "Has no settings: the origins are security.allowed_domains.", []),
    section("storage", "What is kept, and where.", storage),
    section("job", "How much is done at once.", job),
    section("subtitles", "How subtitles look where a request says nothing.", subtitles),
    section("pipelines", "The pipelines that callers can name.", pipelines),
    section("secrets", "Texts that pipelines may use and nobody may see.", secrets),
    section("log", "What is written to standard error.", log),
    section("tracing", "Where traces of requests and runs go.", tracing),
  ]

  private static let server =
    [
      field("host", .text, "An address in numbers, or localhost.", default: .text("127.0.0.1")),
      field("port", .integer, "0 takes a free one.", default: .integer(3002), range: 0...65535),
      field(
        "drain_timeout", .duration, "How long runs may go on after the host was told to stop.",
        default: .duration(.seconds(30)), range: 0...86_400),
      tls,
    ] + proxies

  private static let api = [
    field("host", .optional(.text), "The same as server.host."),
    field("port", .optional(.integer), "The same as server.port.", range: 0...65535),
    field(
      "read_timeout", .duration, "How long the head of a request may take.",
      default: .duration(.seconds(10)), range: 1...3600),
    field(
      "write_timeout", .duration,
      "How long it may take until an answer begins; its bytes may take as long as they flow.",
      default: .duration(.seconds(30)), range: 1...3600),
    field(
      "idle_timeout", .duration, "How long a connection stays open between requests.",
      default: .duration(.seconds(60)), range: 1...3600),
    field(
      "max_header_size", .text, "Of a request's first line and fields, such as 64KB; 1KB to 1MB.",
      default: .text("32768B")),
  ]

  private static let auth = [
    field("api_key", .optional(.text), "A key that may do everything.", range: 16...512),
    field(
      "require_auth", .boolean, "Whether callers need a key; without, only this machine is served.",
      default: .boolean(true)),
  ]

  private static let security = [
    field("api_key", .optional(.text), "The same as auth.api_key.", range: 16...512),
    field("enable_auth", .optional(.boolean), "The same as auth.require_auth."),
    field(
      "allowed_domains", .list(.text),
      "Origins whose pages may call: https://example.org, or example.org for both http and https.",
      default: .list([])),
    field(
      "rate_limit", .integer, "Requests per minute and key, else per address; 0 for any number.",
      default: .integer(100), range: 0...1_000_000),
    field(
      "rate_burst", .integer, "Requests that may come at once.", default: .integer(20),
      range: 1...1_000_000),
    field(
      "enable_csrf", .boolean, "Whether requests of browsers need a token.", default: .boolean(true)
    ),
    field(
      "require_csrf", .boolean, "Whether all requests that change something need a token.",
      default: .boolean(false)),
    field(
      "csrf_secret", .optional(.text),
      "What tokens are made with; without, one is made and kept in storage.data_dir.",
      range: 16...512),
    field(
      "csrf_lifetime", .duration, "How long a token holds.", default: .duration(.seconds(3600)),
      range: 10...2_592_000),
    field(
      "input_dirs", .list(.text), "Folders whose files callers may name as inputs by their paths.",
      default: .list([])),
  ]

  private static let rateLimiting = [
    field("enabled", .boolean, "Whether there is a limit.", default: .boolean(true)),
    field(
      "requests_per_second", .optional(.number),
      "The strictest of the limits that are given holds.",
      range: 0.01...100_000),
    field(
      "requests_per_minute", .optional(.integer), "As security.rate_limit.", range: 1...1_000_000),
    field(
      "burst_size", .optional(.integer), "The same as security.rate_burst.", range: 1...1_000_000),
    field("burst", .optional(.integer), "The same as security.rate_burst.", range: 1...1_000_000),
  ]

  private static let storage =
    [
      field("data_dir", .optional(.text), "Where everything is kept."),
      field(
        "max_file_size", .text, "Of one upload, such as 500MB or 4GB.", default: .text("4GB")),
      field(
        "retention_days", .optional(.integer),
        "Runs that ended longer ago are removed with their outputs; nothing is without it.",
        range: 1...36_500),
    ] + room

  private static let job = [
    field("workers", .optional(.integer), "Cores that runs may keep busy; all.", range: 1...1024),
    field(
      "queue_size", .integer, "Runs that may wait; more are refused.", default: .integer(1000),
      range: 0...1_000_000),
    field(
      "max_concurrent", .integer, "Runs that are under way at once.", default: .integer(16),
      range: 1...1000),
  ]

  private static let pipelines = [
    field("dir", .text, "The folder with pipeline files.", default: .text("pipelines"))
  ]

  /// Those that a request has, with underscores.
  private static let subtitles = VideocraftFields.subtitles.map { setting in
    var setting = setting
    setting.name = setting.name.replacing("-", with: "_")
    if !setting.type.isOptional { setting.type = .optional(setting.type) }
    setting.defaultValue = nil
    return setting
  }

  private static let secrets = [
    field("file", .optional(.text), "A YAML map from name to text that only its owner may read.")
  ]

  private static let log = [
    field(
      "level", .choice(["debug", "info", "warn", "error"]), "The least that is written.",
      default: .text("info")),
    field(
      "format", .choice(["json", "text"]), "One JSON object per line, or text for people.",
      default: .text("json")),
  ]

  /// Settings of the documents that this version does not have, and what to do instead.
  static let absent: [String: String] = [
    "storage.output_dir": "outputs are kept below `storage.data_dir`",
    "storage.temp_dir": "scratch files are kept below `storage.data_dir`",
    "transcription": "how speech is recognised is said in a pipeline's `transcribe` stage",
  ]

  /// A setting with two names.
  struct Alias: Sendable {
    var section: String
    var name: String
    /// Section and name of the setting that it is.
    var of: (section: String, name: String)
  }

  static let aliases = [
    Alias(section: "api", name: "host", of: ("server", "host")),
    Alias(section: "api", name: "port", of: ("server", "port")),
    Alias(section: "security", name: "api_key", of: ("auth", "api_key")),
    Alias(section: "security", name: "enable_auth", of: ("auth", "require_auth")),
    Alias(section: "rate_limiting", name: "burst_size", of: ("security", "rate_burst")),
    Alias(section: "rate_limiting", name: "burst", of: ("security", "rate_burst")),
  ]

  private static func section(
    _ name: String, _ summary: String, _ fields: [FieldDescription]
  ) -> FieldDescription {
    FieldDescription(name: name, summary: summary, type: .optional(.record(fields)))
  }

  static func field(
    _ name: String, _ type: ValueType, _ summary: String, default value: Value? = nil,
    range: ClosedRange<Double>? = nil
  ) -> FieldDescription {
    FieldDescription(name: name, summary: summary, type: type, defaultValue: value, range: range)
  }
}

extension FieldDescription {
  /// Of a section; empty for anything else.
  var members: [FieldDescription] {
    if case .record(let fields) = type.unwrapped { fields } else { [] }
  }
}
