import Foundation

/// The JSON Schema (2020-12) of a pipeline file, for editors. Made from the descriptions that also
/// decode it.
public enum PipelineSchema {
  /// As a value; keys of objects have no order.
  public static func make(_ registry: StageRegistry) -> Value {
    let whole = Schema.object(
      [
        "version": Schema.about("Of the language.", ["const": .integer(1)]),
        "name": Schema.text("What the pipeline is called: letters, digits, - and _."),
        "description": Schema.text("What it is for."),
        "inputs": Schema.mapping(of: Schema.reference("input"), "What a run is given, by name."),
        "vars": Schema.about("Constants, named as vars.x.", ["type": .text("object")]),
        "labels": Schema.mapping(of: Schema.text(nil), "Words to find the pipeline by."),
        "defaults": defaults(registry),
        "stages": Schema.mapping(
          of: Schema.reference("stage"), "What is done, by id; order does not matter."),
        "outputs": Schema.mapping(
          of: Schema.reference("expression"), "What a run gives back, by name."),
      ], required: ["version", "name", "stages"])
    return Schema.merged(
      whole,
      [
        "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
        "title": .text("VideoCraft pipeline, version 1"),
        "patternProperties": .map(["^x-": .boolean(true)]),
        "$defs": .map(definitions(registry)),
      ])
  }

  /// As pretty JSON with sorted keys: the same text for the same stages.
  public static func json(_ registry: StageRegistry) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(make(registry)), as: UTF8.self) + "\n"
  }

  private static func definitions(_ registry: StageRegistry) -> [String: Value] {
    var definitions: [String: Value] = [
      "template": Schema.template, "expression": Schema.expression, "duration": Schema.duration,
      "retry": Schema.object(
        properties(RetryPolicy.fields, templates: false), "When a failed task is tried again."),
      "input": input, "stage": stage(registry),
    ]
    for spec in registry.all {
      definitions["with-\(spec.info.name)"] = Schema.object(
        properties(spec.options), "Settings of \(spec.info.name).")
      definitions["in-\(spec.info.name)"] = Schema.object(
        ports(spec.inputs), "Inputs of \(spec.info.name).",
        required: spec.inputs.filter(\.isRequired).map(\.name))
    }
    return definitions
  }

  private static func properties(
    _ fields: [FieldDescription], templates: Bool = true
  ) -> [String: Value] {
    Dictionary(fields.map { ($0.name, Schema.field($0, templates: templates)) }) { first, _ in first
    }
  }

  private static func ports(_ ports: [FieldDescription]) -> [String: Value] {
    Dictionary(
      ports.map { port in
        let summary = "\(port.summary) (\(port.type.named))"
        return (port.name, Schema.about(summary, ["$ref": .text("#/$defs/expression")]))
      }
    ) { first, _ in first }
  }

  private static func defaults(_ registry: StageRegistry) -> Value {
    let stages = registry.names.map { name in
      (name, Schema.object(["with": Schema.reference("with-\(name)")]))
    }
    return Schema.object(
      [
        "retry": Schema.reference("retry"), "timeout": Schema.reference("duration"),
        "uses": Schema.object(
          Dictionary(stages) { first, _ in first }, "Settings for every use of a stage."),
      ], "What holds for every stage unless it says otherwise.")
  }

  private static var input: Value {
    let names = TypeName.names.joined(separator: "|")
    let type: Value = .map([
      "type": .text("string"), "pattern": .text("^(\(names)|(list|map)<.+>)$"),
    ])
    let bound: Value = .map(["type": Schema.list(["number", "string"])])
    let full = Schema.object(
      [
        "type": type, "default": .boolean(true), "optional": .map(["type": .text("boolean")]),
        "min": bound, "max": bound, "description": Schema.text(nil),
        "values": .map([
          "type": .text("array"), "items": Schema.text(nil), "minItems": .integer(1),
          "uniqueItems": .boolean(true),
        ]),
      ], required: ["type"])
    return Schema.about("Its type, or a map that says more.", ["anyOf": .list([type, full])])
  }

  private static func stage(_ registry: StageRegistry) -> Value {
    let ids: Value = .map([
      "anyOf": .list([
        Schema.text(nil), .map(["type": .text("array"), "items": Schema.text(nil)]),
      ])
    ])
    let whole = Schema.object(
      [
        "uses": .map([
          "type": .text("string"),
          "pattern": .text("^(\(registry.names.joined(separator: "|")))(@[0-9]+)?$"),
          "description": .text("Which stage does it."),
        ]),
        "in": Schema.about("What flows in, by port.", ["type": .text("object")]),
        "with": Schema.about("Its settings.", ["type": .text("object")]),
        "needs": Schema.merged(ids, ["description": .text("Stages to wait for.")]),
        "if": Schema.reference("expression"), "foreach": Schema.reference("expression"),
        "retry": Schema.reference("retry"), "timeout": Schema.reference("duration"),
        "on-error": .map(["enum": Schema.list(["fail", "continue"])]),
        "description": Schema.text("What it is for."),
      ], required: ["uses"])
    return Schema.merged(whole, ["allOf": .list(registry.all.map(branch))])
  }

  /// What holds for uses of one stage.
  private static func branch(_ spec: StageSpec) -> Value {
    let name = spec.info.name
    let uses: Value = .map(["pattern": .text("^\(name)(@[0-9]+)?$")])
    let then: [String: Value] = [
      "properties": .map([
        "uses": .map(["description": .text(spec.info.summary)]),
        "in": Schema.reference("in-\(name)"), "with": Schema.reference("with-\(name)"),
      ]),
      "required": Schema.list(
        spec.inputs.contains(where: \.isRequired) ? ["uses", "in"] : ["uses"]),
    ]
    return .map([
      "if": .map(["properties": .map(["uses": uses]), "required": Schema.list(["uses"])]),
      "then": .map(then),
    ])
  }
}

/// Pieces of JSON Schema.
private enum Schema {
  static func list(_ texts: [String]) -> Value { .list(texts.map(Value.text)) }

  static func reference(_ name: String) -> Value { .map(["$ref": .text("#/$defs/\(name)")]) }

  static func merged(_ schema: Value, _ more: [String: Value]) -> Value {
    guard case .map(let members) = schema else { return schema }
    return .map(members.merging(more) { $1 })
  }

  static func about(_ summary: String?, _ members: [String: Value]) -> Value {
    summary.map { merged(.map(members), ["description": .text($0)]) } ?? .map(members)
  }

  static func text(_ summary: String?) -> Value {
    // An unquoted 42 is text for us and a number for an editor.
    about(summary, ["type": list(["string", "number", "boolean"])])
  }

  static func object(
    _ properties: [String: Value], _ summary: String? = nil, required: [String] = []
  ) -> Value {
    var members: [String: Value] = [
      "type": list(["object", "null"]), "properties": .map(properties),
      "additionalProperties": .boolean(false),
    ]
    if !required.isEmpty {
      members["required"] = list(required)
      members["type"] = .text("object")
    }
    return about(summary, members)
  }

  static func mapping(of element: Value, _ summary: String) -> Value {
    about(summary, ["type": list(["object", "null"]), "additionalProperties": element])
  }

  static let template: Value = .map([
    "type": .text("string"), "pattern": .text("\\$\\{\\{"),
    "description": .text("A value that is computed: ${{ … }}."),
  ])

  static let expression: Value = .map([
    "description": .text("Such as inputs.video or a.video else b.video; ${{ }} may be left out."),
    "anyOf": .list([
      .map(["type": list(["string", "number", "boolean"])]),
      .map(["type": .text("array"), "items": reference("expression")]),
    ]),
  ])

  static let duration: Value = .map([
    "type": .text("string"), "pattern": .text("^([0-9.]+(h|ms|m|us|s))+$"),
    "description": .text("Such as 300ms, 4s, 2m30s or 1h."),
  ])

  static func field(_ field: FieldDescription, templates: Bool) -> Value {
    let schema = type(field.type, range: field.range, templates: templates)
    var members: [String: Value] = ["description": .text("\(field.summary) (\(field.constraint))")]
    if let value = field.defaultValue, value.isPlain { members["default"] = value.asJSON }
    return merged(schema, members)
  }

  private static func type(
    _ type: ValueType, range: ClosedRange<Double>? = nil, templates: Bool
  ) -> Value {
    let choices = alternatives(type, range: range, templates: templates)
    let all =
      templates && type.unwrapped != .json && !isText(type)
      ? choices + [reference("template")] : choices
    return all.count == 1 ? all[0] : .map(["anyOf": .list(all)])
  }

  private static func isText(_ type: ValueType) -> Bool {
    type.unwrapped == .text || type.isFile
  }

  private static func alternatives(
    _ type: ValueType, range: ClosedRange<Double>?, templates: Bool
  ) -> [Value] {
    switch type {
    case .optional(let inner):
      return alternatives(inner, range: range, templates: templates) + [
        .map(["type": .text("null")])
      ]
    case .text: return [bounded(text(nil), range, "minLength", "maxLength")]
    case .file, .image, .audio, .media, .video: return [.map(["type": .text("string")])]
    case .integer, .number:
      return [bounded(.map(["type": .text("\(type)")]), range, "minimum", "maximum")]
    case .boolean: return [.map(["type": .text("boolean")])]
    case .duration: return [reference("duration")]
    case .size:
      let names = PixelSize.named.keys.sorted().joined(separator: "|")
      return [.map(["type": .text("string"), "pattern": .text("^([0-9]+x[0-9]+|\(names))$")])]
    case .colour:
      let names = Colour.named.keys.sorted().joined(separator: "|")
      return [
        .map([
          "type": .text("string"),
          "pattern": .text("^(#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?|\(names))$"),
        ])
      ]
    case .choice(let names): return [.map(["enum": list(names)])]
    case .json, .transcript, .captions, .bundle: return [.map([:])]
    case .list(let element):
      let item = self.type(element, templates: templates)
      return [
        bounded(.map(["type": .text("array"), "items": item]), range, "minItems", "maxItems"), item,
      ]
    case .map(let element):
      let member = self.type(element, templates: templates)
      return [.map(["type": .text("object"), "additionalProperties": member])]
    case .record(let fields):
      let members = fields.map { ($0.name, field($0, templates: templates)) }
      return [
        object(
          Dictionary(members) { first, _ in first },
          required: fields.filter(\.isRequired).map(\.name))
      ]
    }
  }

  private static func bounded(
    _ schema: Value, _ range: ClosedRange<Double>?, _ lowest: String, _ highest: String
  ) -> Value {
    guard let range else { return schema }
    var members: [String: Value] = [:]
    if range.lowerBound.isFinite { members[lowest] = number(range.lowerBound) }
    if range.upperBound.isFinite { members[highest] = number(range.upperBound) }
    return merged(schema, members)
  }

  private static func number(_ value: Double) -> Value {
    Int(exactly: value).map(Value.integer) ?? .number(value)
  }
}
