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
        "secrets": secrets, "priority": priority, "concurrency": concurrency, "hooks": hooks,
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
    return String(decoding: try encoder.encode(PlainJSON(value: make(registry))), as: UTF8.self)
      + "\n"
  }

  private static func definitions(_ registry: StageRegistry) -> [String: Value] {
    var definitions: [String: Value] = [
      "template": Schema.template, "expression": Schema.expression, "duration": Schema.duration,
      "retry": Schema.object(
        properties(RetryPolicy.fields, templates: false), "When a failed task is tried again."),
      "input": input, "stage": stage(registry), "secret": Schema.secret, "hook": hook,
      "limits": Schema.mapping(
        of: Schema.field(StageRules.limitField, templates: false),
        "Tasks at once, by name, across all runs of the host."),
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
      (name, Schema.object(rules.merging(["with": Schema.reference("with-\(name)")]) { $1 }))
    }
    let uses = Schema.object(
      Dictionary(stages) { first, _ in first }, "What holds for every use of a stage.")
    return Schema.object(
      rules.merging(["uses": uses]) { $1 }, "What holds for every stage unless it says otherwise.")
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
        "isolation": Schema.choice(
          StageDefinition.Isolation.self,
          "Where its tasks run: in the host, or in processes of their own that cannot harm it."),
        "on-error": .map(["enum": Schema.list(["fail", "continue"])]),
        "description": Schema.text("What it is for."),
      ].merging(rules) { $1 }, required: ["uses"])
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

// MARK: - Rules of stages and runs

extension PipelineSchema {
  /// How tasks are handled; the same for a stage and for the defaults of stages.
  fileprivate static var rules: [String: Value] {
    func duration(_ field: FieldDescription) -> Value {
      Schema.about(field.summary, ["$ref": .text("#/$defs/duration")])
    }
    return [
      "retry": Schema.reference("retry"), "timeout": duration(StageRules.timeoutField),
      "deadline": duration(StageRules.deadlineField), "stall": duration(StageRules.stallField),
      "cache": Schema.choice(CacheMode.self, StageRules.cacheField.summary),
      "limits": Schema.reference("limits"),
    ]
  }

  fileprivate static var secrets: Value {
    let names: Value = .map([
      "type": .text("array"), "items": Schema.secretName, "uniqueItems": .boolean(true),
    ])
    return Schema.about(
      "The names of the secrets that may be used; their texts are given to the host.",
      ["anyOf": .list([names, Schema.secretName, .map(["type": .text("null")])])])
  }

  fileprivate static var priority: Value {
    Schema.about(
      "Runs with a higher one go first: -100 to 100, or low (-50), normal (0) or high (50).",
      [
        "anyOf": .list([
          .map([
            "type": .text("integer"), "minimum": .integer(-100), "maximum": .integer(100),
          ]),
          .map(["enum": Schema.list(["low", "normal", "high"])]),
        ])
      ])
  }

  fileprivate static var concurrency: Value {
    let full = Schema.object(
      [
        "group": Schema.text("Which runs exclude each other; may use inputs, vars and run."),
        "max": Schema.about(
          "How many of a group run at once.",
          ["type": .text("integer"), "minimum": .integer(1), "maximum": .integer(1000)]),
        "policy": Schema.choice(
          ConcurrencyRule.Policy.self,
          "What a run does when its group is busy: wait, be refused, or cancel what runs."),
      ], required: ["group"])
    return Schema.about(
      "Runs of one group exclude each other. A text is short for its group.",
      ["anyOf": .list([Schema.text(nil), full])])
  }

  fileprivate static var hooks: Value {
    let occasions = HookDeclaration.Occasion.allCases.map { occasion in
      (
        occasion.rawValue,
        Value.map([
          "anyOf": .list([
            Schema.reference("hook"), .map(["type": .text("null")]),
            .map(["type": .text("array"), "items": Schema.reference("hook")]),
          ])
        ])
      )
    }
    return Schema.object(
      Dictionary(occasions) { first, _ in first }, "Who is told what becomes of a run.")
  }

  fileprivate static var hook: Value {
    Schema.object(
      [
        "webhook": Schema.text("The address that is sent a message."),
        "secret": Schema.reference("secret"),
      ], required: ["webhook"])
  }
}
