import Pipeline

/// JSON Schemas of what the API takes and gives.
enum Schemas {
  static func reference(_ name: String) -> JSON {
    ["$ref": .string("#/components/schemas/\(name)")]
  }

  static func text(_ about: String, _ more: JSON = [:]) -> JSON {
    JSON.object(["type": "string", "description": .string(about)]).merging(more)
  }

  static func integer(_ about: String) -> JSON {
    ["type": "integer", "description": .string(about)]
  }

  static func number(_ about: String) -> JSON { ["type": "number", "description": .string(about)] }

  static func flag(_ about: String) -> JSON { ["type": "boolean", "description": .string(about)] }

  static func list(_ element: JSON, _ about: String = "") -> JSON {
    ["type": "array", "items": element, "description": .string(about)]
  }

  static func map(_ element: JSON, _ about: String = "") -> JSON {
    ["type": "object", "additionalProperties": element, "description": .string(about)]
  }

  static func choice(_ names: [String], _ about: String) -> JSON {
    text(about, ["enum": .array(names.map(JSON.string))])
  }

  static func object(
    _ members: [String: JSON], required: [String] = [], _ about: String = ""
  ) -> JSON {
    [
      "type": "object", "properties": .object(members),
      "required": .array(required.sorted().map(JSON.string)), "description": .string(about),
    ]
  }

  /// Of a declared field of a request or a query.
  static func field(_ field: FieldDescription) -> JSON {
    var schema = type(field.type.unwrapped)
    schema = schema.merging(["description": .string(field.summary)])
    if let range = field.range {
      let isText = field.type.unwrapped == .text
      let isList = if case .list = field.type.unwrapped { true } else { false }
      let names =
        isText
        ? ("minLength", "maxLength") : isList ? ("minItems", "maxItems") : ("minimum", "maximum")
      schema = schema.merging([
        names.0: .int(Int(range.lowerBound)), names.1: .int(Int(range.upperBound)),
      ])
    }
    if let value = field.defaultValue, let json = try? JSON(encoding: value), json != .null {
      schema = schema.merging(["default": json])
    }
    return schema
  }

  private static func type(_ type: ValueType) -> JSON {
    switch type {
    case .integer: ["type": "integer"]
    case .number: ["type": "number"]
    case .boolean: ["type": "boolean"]
    case .choice(let names): ["type": "string", "enum": .array(names.map(JSON.string))]
    case .list(let element): ["type": "array", "items": self.type(element.unwrapped)]
    case .map(let element):
      ["type": "object", "additionalProperties": self.type(element.unwrapped)]
    case .json: [:]
    default: ["type": "string"]
    }
  }
}
