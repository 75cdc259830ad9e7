import Pipeline
import SpeechProviders

/// What a file of speech providers can say.
enum SpeechFields {
  static let file: [FieldDescription] = [
    FieldDescription(
      name: "providers", summary: "Services for speech, by names that pipelines use.",
      type: .list(.record(provider)), range: 0...64),
    FieldDescription(
      name: "breaker", summary: "When a provider that fails is left alone.",
      type: .optional(.record(breaker))),
  ]

  static let provider: [FieldDescription] = [
    field("name", .text, "What pipelines call it.", range: 1...60),
    field(
      "kind", .choice(ProviderKind.allCases.map(\.rawValue)),
      "Whose requests and answers it speaks."),
    field("endpoint", .optional(.text), "Its address, without the path of a request."),
    field("key", .optional(.text), "The name of the secret that is its key."),
    field("model", .optional(.text), "Which model; without it the service's usual one."),
    field("voice", .optional(.text), "Who speaks when a pipeline does not say."),
    field(
      "voices", .map(.text), "Its voices, by what pipelines call a voice, or by language.",
      default: .map([:])),
    field("format", .optional(.text), "The form in which sound is asked for."),
    field("instructions", .optional(.text), "How to speak, for models that take it in words."),
    field(
      "timestamps", .boolean, "Whether to ask for times of words where it can tell them.",
      default: .boolean(true)),
    field(
      "networks", .list(.text), "Networks that are not public and in which it may be.",
      default: .list([])),
    field(
      "concurrency", .integer, "Requests under way at once.", default: .integer(2), range: 1...64),
    field("attempts", .integer, "Tries of one request.", default: .integer(3), range: 1...10),
    field(
      "timeout", .duration, "Of one try.", default: .duration(.seconds(60)), range: 1...3600),
    field(
      "patience", .duration, "The longest wait that it may ask for.",
      default: .duration(.seconds(20)), range: 0...3600),
    field(
      "max_length", .optional(.integer), "Characters of one request (bytes for google).",
      range: 20...100_000),
    field(
      "max_sound", .optional(.duration), "Of one request, for one that listens.", range: 5...36_000
    ),
  ]

  static let breaker: [FieldDescription] = [
    field(
      "failures", .integer, "Failures in a row that open it.", default: .integer(5), range: 1...1000
    ),
    field(
      "failure_rate", .number, "Share of failures that opens it.", default: .number(0.5),
      range: 0.01...1),
    field(
      "window", .integer, "Calls that the share is taken of.", default: .integer(20),
      range: 2...1000
    ),
    field(
      "open_for", .duration, "How long it stays open the first time.",
      default: .duration(.seconds(30)), range: 0.1...3600),
    field(
      "probes", .integer, "Calls that must succeed to close it.", default: .integer(1),
      range: 1...20),
  ]

  private static func field(
    _ name: String, _ type: ValueType, _ summary: String, default value: Value? = nil,
    range: ClosedRange<Double>? = nil
  ) -> FieldDescription {
    FieldDescription(name: name, summary: summary, type: type, defaultValue: value, range: range)
  }
}
