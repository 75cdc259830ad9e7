/// Pieces of JSON Schema.
///
/// An editor reads YAML before it looks at the schema, by the rules of the YAML 1.2 core schema (yaml-language-server
/// does): `42` is a number, `true` a boolean, and everything like `no`, `off`, `12:30` or `1080p` text. The language
/// itself reads the raw text by the declared type, so wherever text is declared the schema must take numbers and
/// booleans too. It asks for no quotes that the language does not ask for; of what is in quotes it may complain where
/// a number is declared.
enum Schema {
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

  /// The name of a secret, never its text.
  static let secret: Value = .map([
    "type": .text("string"),
    "pattern": .text("^\\s*\\$\\{\\{\\s*secrets\\.[A-Za-z_][A-Za-z0-9_]*\\s*\\}\\}\\s*$"),
    "description": .text("The name of a secret: ${{ secrets.NAME }}."),
  ])

  static let secretName: Value = .map([
    "type": .text("string"), "pattern": .text("^[A-Za-z_][A-Za-z0-9_]*$"),
  ])

  static func choice<Choice: FieldChoice>(_ type: Choice.Type, _ summary: String) -> Value {
    .map(["enum": list(Choice.allCases.map(\.rawValue)), "description": .text(summary)])
  }

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
      templates && type.unwrapped != .json && type.unwrapped != .secret && !isText(type)
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
    case .secret: return [secret]
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
