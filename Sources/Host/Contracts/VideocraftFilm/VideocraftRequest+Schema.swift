import Pipeline

extension VideocraftRequest {
  /// The JSON Schema of the body: a project or an array of projects.
  static var schema: JSON {
    [
      "description": "A project, or several of which each becomes a film of its own.",
      "oneOf": [
        Schemas.reference("VideocraftProject"),
        [
          "type": "array", "items": Schemas.reference("VideocraftProject"), "minItems": 1,
          "maxItems": .int(filmLimit),
        ],
      ],
    ]
  }

  /// What `schema` refers to, for the components of the OpenAPI document.
  static var schemas: [String: JSON] {
    [
      "VideocraftProject": object(
        VideocraftFields.project, "A film.",
        [
          "scenes": items("VideocraftScene"), "elements": items("VideocraftElement"),
        ]),
      "VideocraftScene": object(
        VideocraftFields.scene, "A stretch of the film.", ["elements": items("VideocraftElement")]),
      "VideocraftElement": object(
        VideocraftFields.element, kindsText,
        ["settings": Schemas.reference("VideocraftSubtitleSettings")]),
      "VideocraftSubtitleSettings": object(VideocraftFields.subtitles, "How subtitles look.", [:]),
    ]
  }

  private static var kindsText: String {
    let kinds = FilmElement.Kind.allCases.map { kind in
      let names = VideocraftFields.element.map(\.name)
        .filter { VideocraftFields.names(of: kind).contains($0) }
      return "`\(kind.rawValue)` has \(names.map { "`\($0)`" }.joined(separator: ", "))."
    }
    return "Something that is seen or heard. " + kinds.joined(separator: " ")
  }

  private static func items(_ name: String) -> JSON { ["items": Schemas.reference(name)] }

  private static func object(
    _ fields: [FieldDescription], _ about: String, _ more: [String: JSON]
  ) -> JSON {
    let members = fields.map { ($0.name, schema(of: $0).merging(more[$0.name] ?? [:])) }
    return Schemas.object(
      Dictionary(uniqueKeysWithValues: members),
      required: fields.filter(\.isRequired).map(\.name), about
    ).merging(["additionalProperties": false])
  }

  private static func schema(of field: FieldDescription) -> JSON {
    var schema = Schemas.field(field)
    if let unit = field.unit {
      schema = schema.merging(["description": .string("\(field.summary) (\(unit))")])
    }
    if field.type.unwrapped == .colour {
      schema = schema.merging([
        "pattern": "^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$", "examples": ["#FFD700", "#000000AA"],
      ])
    }
    if field.type.unwrapped == .number, let range = field.range {
      schema = schema.merging([
        "minimum": .double(range.lowerBound), "maximum": .double(range.upperBound),
      ])
    }
    return schema
  }
}
