import Foundation
import Pipeline

/// What a client wants to have run, planned or checked: a pipeline of the host's or one of its own, and inputs.
struct RunDocument: Sendable {
  /// A pipeline of the host's, by name; nil with `definition`.
  var pipeline: String?
  var definition: PipelineSource.File?
  var inputs: String?
  var overrides: [PipelineSource.Override] = []
  var until: String?
  var from: String?
  var refresh = false
  var priority: Int?
  /// Whether the texts are JSON.
  var isJSON: Bool
  /// Whether the body was a pipeline itself.
  var isBare = false

  static let fields: [FieldDescription] = [
    FieldDescription(
      name: "pipeline", summary: "The name of one of the host's pipelines.", type: .optional(.text)),
    FieldDescription(
      name: "definition",
      summary: "A pipeline of your own: its YAML as a text, or the same as JSON.",
      type: .optional(.json)),
    FieldDescription(
      name: "inputs", summary: "By name. Where a file is wanted, an upload.", type: .optional(.json)
    ),
    FieldDescription(
      name: "set", summary: "Changes to the pipeline, such as stages.captions.with.size: 60.",
      type: .optional(.map(.text))),
    FieldDescription(
      name: "until", summary: "Run only this stage and what it needs.", type: .optional(.text)),
    FieldDescription(
      name: "from", summary: "Run this stage and what follows it although their results are known.",
      type: .optional(.text)),
    FieldDescription(
      name: "refresh", summary: "Run every stage although its result is known.", type: .boolean,
      defaultValue: .boolean(false)),
    FieldDescription(
      name: "priority", summary: "Higher goes first.", type: .optional(.integer), range: -100...100),
  ]

  static var schema: JSON {
    let members = fields.map { ($0.name, Schemas.field($0)) }
    return Schemas.object(
      Dictionary(uniqueKeysWithValues: members), "Either `pipeline` or `definition`."
    ).merging(["additionalProperties": false])
  }

  /// Throws every problem at once.
  static func read(_ body: BodyText) throws(APIError) -> RunDocument {
    let reading = SettingsFile.read(body.text, as: fields, owner: "the request")
    if reading.texts["stages"] != nil, reading.texts["pipeline"] == nil,
      reading.texts["definition"] == nil
    {
      var document = RunDocument(isJSON: body.isJSON)
      document.definition = PipelineSource.File(name: nil, text: body.text)
      document.isBare = true
      return document
    }
    let problems = reading.diagnostics.filter { $0.severity == .error }
    guard problems.isEmpty else {
      throw .invalid(
        "the request cannot be used: \(problems[0].message)",
        BodyText.reports(problems, about: body.text, isJSON: body.isJSON))
    }
    return try RunDocument(reading, isJSON: body.isJSON)
  }

  private init(isJSON: Bool) { self.isJSON = isJSON }

  private init(_ reading: SettingsFile.Reading, isJSON: Bool) throws(APIError) {
    self.isJSON = isJSON
    pipeline = reading.text("pipeline")
    switch reading.values["definition"] {
    case .text(let text): definition = PipelineSource.File(name: nil, text: text)
    case .map: definition = reading.texts["definition"].map { .init(name: nil, text: $0) }
    case nil, .null: break
    default: throw .invalid("`definition` is a pipeline: a map, or a text with YAML in it")
    }
    guard (pipeline == nil) != (definition == nil) else {
      throw .invalid("give either `pipeline`, a name, or `definition`, a pipeline")
    }
    if let inputs = reading.values["inputs"], inputs != .null {
      self.inputs = reading.texts["inputs"]
    }
    until = reading.text("until")
    from = reading.text("from")
    refresh = reading.values["refresh"] == .boolean(true)
    if case .integer(let number)? = reading.values["priority"] { priority = number }
    if case .map(let changes)? = reading.values["set"] {
      overrides = changes.sorted { $0.key < $1.key }.map {
        PipelineSource.Override(path: $0.key, text: $0.value.asText ?? "")
      }
    }
  }
}

extension SettingsFile.Reading {
  fileprivate func text(_ name: String) -> String? {
    if case .text(let text)? = values[name] { text } else { nil }
  }
}
