extension DefinitionReader {
  mutating func readInput(_ entry: Node.Entry) -> InputDefinition {
    checkName(entry.name, "an input", at: entry.key.range)
    return InputDefinition(
      name: entry.name, range: entry.key.range,
      declaration: entry.value.scalar != nil ? readShortInput(entry) : readFullInput(entry))
  }

  /// `video: video`
  private mutating func readShortInput(_ entry: Node.Entry) -> InputDeclaration? {
    guard let type = readType(entry.value, values: nil) else { return nil }
    return InputDeclaration(name: entry.name, type: type, location: entry.key.range)
  }

  private mutating func readFullInput(_ entry: Node.Entry) -> InputDeclaration? {
    guard let keys = map(entry.value, .input, missing: "an input") else { return nil }
    guard let typeNode = keys["type"]?.value else {
      diagnostics.error(
        "missing-key", "input `\(entry.name)` needs `type`", at: entry.key.range,
        hint: "such as text, video or list<json>")
      return nil
    }
    let values = readValues(keys["values"])
    guard let type = readType(typeNode, values: values) else { return nil }
    if let entry = keys["values"], !type.containsChoice {
      diagnostics.error("unused-key", "`values` belongs to the type `enum`", at: entry.key.range)
    }
    var input = InputDeclaration(
      name: entry.name, type: type, summary: text(keys["description"]?.value, "description") ?? "",
      location: entry.key.range)
    input.range = readBounds(keys["min"], keys["max"], of: type)
    input.defaultValue = readDefault(keys["default"], of: input)
    readOptional(keys["optional"], of: &input)
    return input
  }

  private mutating func readType(_ node: Node, values: [String]?) -> ValueType? {
    guard let name = text(node, "type") else { return nil }
    do { return try TypeName.parse(name, values: values) } catch {
      diagnostics.add(
        Diagnostic("unknown-type", error.message, at: node.range).suggesting(error.suggestion))
      return nil
    }
  }

  private mutating func readValues(_ entry: Node.Entry?) -> [String]? {
    let field = FieldDescription(
      name: "values", summary: "", type: .list(.text), range: 1...1000)
    guard case .list(let values)? = value(entry, as: field) else { return nil }
    let names = values.compactMap(\.asText)
    if let entry, Set(names).count < names.count {
      diagnostics.error("wrong-value", "`values` has the same name twice", at: entry.value.range)
    }
    return names
  }

  /// Of a number, of a duration in seconds, or of the length of a text or list.
  private mutating func readBounds(
    _ minimum: Node.Entry?, _ maximum: Node.Entry?, of type: ValueType
  ) -> ClosedRange<Double>? {
    guard minimum != nil || maximum != nil else { return nil }
    let boundType: ValueType
    switch type {
    case .integer, .text, .list: boundType = .integer
    case .number: boundType = .number
    case .duration: boundType = .duration
    default:
      diagnostics.error(
        "type-mismatch", "\(type.named) has no `min` and `max`", at: (minimum ?? maximum)?.key.range
      )
      return nil
    }
    let lowest = bound(minimum, boundType) ?? (type == .integer || type == .number ? -.infinity : 0)
    let highest = bound(maximum, boundType) ?? .infinity
    guard lowest <= highest else {
      diagnostics.error("wrong-value", "`min` is greater than `max`", at: minimum?.value.range)
      return nil
    }
    return lowest...highest
  }

  private mutating func bound(_ entry: Node.Entry?, _ type: ValueType) -> Double? {
    guard let entry else { return nil }
    let value = value(entry, as: FieldDescription(name: entry.name, summary: "", type: type))
    if case .duration(let duration) = value { return MediaTime(duration).seconds }
    return value?.asNumber
  }

  private mutating func readDefault(_ entry: Node.Entry?, of input: InputDeclaration) -> Value? {
    guard let entry, !entry.value.isNull else { return nil }
    var field = input.field
    field.name = "default"
    return constant(entry.value, as: field, orSay: "the default of an input is a constant")
  }

  private mutating func readOptional(_ entry: Node.Entry?, of input: inout InputDeclaration) {
    let field = FieldDescription(name: "optional", summary: "", type: .boolean)
    guard value(entry, as: field) == .boolean(true) else { return }
    guard input.defaultValue == nil else {
      diagnostics.warning(
        "unused-key", "`optional` says nothing where there is a `default`", at: entry?.key.range)
      return
    }
    input.type = .optional(input.type)
  }
}

extension ValueType {
  fileprivate var containsChoice: Bool {
    switch self {
    case .choice: true
    case .list(let element), .map(let element), .optional(let element): element.containsChoice
    default: false
    }
  }
}
