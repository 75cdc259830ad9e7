import Pipeline

/// Every setting of a host: one declaration is its reading, its bounds, its environment variable and its page in the
/// documentation.
enum ConfigurationFields {
  /// The sections of a configuration file.
  static let sections: [FieldDescription] = [
    section("server", "Where and how the host listens.", server),
    section("auth", "Who may call it.", auth),
    section("security", "What callers may do.", security),
    section("storage", "What is kept, and where.", storage),
    section("job", "How much is done at once.", job),
    section("pipelines", "The pipelines that callers can name.", pipelines),
    section("secrets", "Texts that pipelines may use and nobody may see.", secrets),
    section("speech", "Services for speech.", speech),
    section("log", "What is written to standard error.", log),
  ]

  private static let server = [
    field("host", .text, "An address in numbers, or localhost.", default: .text("127.0.0.1")),
    field("port", .integer, "0 takes a free one.", default: .integer(3002), range: 0...65535),
    field(
      "drain_timeout", .duration, "How long runs may go on after the host was told to stop.",
      default: .duration(.seconds(30)), range: 0...86_400),
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
      "input_dirs", .list(.text), "Folders whose files callers may name as inputs by their paths.",
      default: .list([])),
  ]

  private static let storage = [
    field("data_dir", .optional(.text), "Where everything is kept."),
    field(
      "max_file_size", .text, "Of one upload, such as 500MB or 4GB.", default: .text("4GB")),
    field(
      "retention_days", .optional(.integer),
      "Runs that ended longer ago are removed with their outputs; nothing is without it.",
      range: 1...36_500),
  ]

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

  private static let secrets = [
    field("file", .optional(.text), "A YAML map from name to text that only its owner may read.")
  ]

  private static let speech = [
    field("providers", .optional(.text), "A YAML file that describes them; see speech.md.")
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
    "security.enable_csrf": "only keys are accepted here, which no page of others can send",
    "security.csrf_secret": "only keys are accepted here, which no page of others can send",
    "storage.output_dir": "outputs are kept below `storage.data_dir`",
    "storage.temp_dir": "scratch files are kept below `storage.data_dir`",
    "subtitles": "what captions look like is said in a pipeline's `burn` stage",
    "transcription": "how speech is recognised is said in a pipeline's `transcribe` stage",
  ]

  private static func section(
    _ name: String, _ summary: String, _ fields: [FieldDescription]
  ) -> FieldDescription {
    FieldDescription(name: name, summary: summary, type: .optional(.record(fields)))
  }

  private static func field(
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
