/// Turns nodes into values of declared types, each problem at its own place.
struct FieldDecoder {
  /// What templates can name; nil for data, where `${{` means nothing.
  let scope: TypeScope?
  /// What literal paths are relative to.
  let folders: SourceFolders
  var diagnostics: [Diagnostic] = []
  var references: [Reference] = []
  /// The names of the secrets that templates use.
  var secrets: [String] = []
  /// Where a secret could go instead, for messages; nil where nothing is known.
  var secretFields: String?

  init(scope: TypeScope?, folders: SourceFolders = .none) {
    self.scope = scope
    self.folders = folders
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  /// One field. Nil when nothing was written for it, or when it is wrong, which is reported.
  mutating func decode(_ node: Node, as field: FieldDescription) -> Template? {
    let isOpen = field.type.unwrapped == .json
    if node.isNull(for: field.type), !isOpen {
      if !field.type.isOptional { report(noValue(field, at: node.range)) }
      return nil
    }
    guard var template = decode(node, as: field.type.unwrapped, described: field) else {
      return nil
    }
    template.field = field
    if let value = template.literalValue {
      do { try field.check(value) } catch {
        var diagnostic = Diagnostic(
          "out-of-range", "`\(field.name)`: \(error.message)", at: node.range)
        diagnostic.expected = field.constraint
        report(diagnostic)
        return nil
      }
    }
    return template
  }

  private func noValue(_ field: FieldDescription, at range: SourceRange) -> Diagnostic {
    var diagnostic = Diagnostic("missing-value", "`\(field.name)` has no value", at: range)
    diagnostic.expected = field.constraint
    let expected = "expected \(field.constraint)"
    return field.defaultValue == nil
      ? diagnostic.noting(expected)
      : diagnostic.noting("\(expected); leave `\(field.name)` out to get the default")
  }

  private mutating func decode(
    _ node: Node, as type: ValueType, described field: FieldDescription?
  ) -> Template? {
    if node.isBroken { return nil }
    switch node.content {
    case .scalar(let scalar): return decode(scalar, node, as: type, described: field)
    case .sequence(let items):
      switch type {
      case .list(let element): return list(items, node, of: element, as: type, field?.name)
      case .json: return list(items, node, of: .json, as: type, field?.name)
      default: break
      }
    case .mapping(let entries):
      switch type {
      case .record(let fields): return record(node, of: fields, as: type, owner: field?.name)
      case .map(let element): return map(entries, node, of: element, as: type)
      case .json: return map(entries, node, of: .json, as: type)
      case .list(let element):
        guard case .some(let item) = decode(node, as: element.unwrapped, described: field) else {
          return nil
        }
        return template(.list([item]), at: node.range, as: type)
      default: break
      }
    }
    report(mismatch(node, type, field))
    return nil
  }

  func template(
    _ content: Template.Content, at range: SourceRange, as type: ValueType
  ) -> Template {
    var template = Template(
      content: content, type: type, range: range,
      folder: type.isFile ? folders.folder(at: range) : nil)
    if let value = template.literalValue { template.content = .literal(value) }
    return template
  }

  private func mismatch(_ node: Node, _ type: ValueType, _ field: FieldDescription?) -> Diagnostic {
    let owner = field.map { "`\($0.name)`: " } ?? ""
    if type == .secret { return .literalSecret(field?.name, at: node.range) }
    var diagnostic = Diagnostic(
      "type-mismatch", "\(owner)expected \(type.named), found \(node.kind)", at: node.range)
    diagnostic.expected = field?.constraint ?? type.named
    return diagnostic
  }

  private mutating func list(
    _ items: [Node], _ node: Node, of element: ValueType, as type: ValueType, _ name: String?
  ) -> Template? {
    var decoded: [Template] = []
    decoded.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      let field = FieldDescription(
        name: "\(name ?? "")[\(index)]", summary: "", type: element)
      if item.isNull(for: element), element.unwrapped != .json {
        report(
          Diagnostic(
            "missing-value", "an item has no value", at: item.range,
            hint: "expected \(element.named)"))
      } else if let template = decode(item, as: element.unwrapped, described: field) {
        decoded.append(template)
      }
    }
    return decoded.count == items.count ? template(.list(decoded), at: node.range, as: type) : nil
  }

  private mutating func map(
    _ entries: [Node.Entry], _ node: Node, of element: ValueType, as type: ValueType
  ) -> Template? {
    var members: [String: Template] = [:]
    let before = diagnostics.count
    for entry in entries {
      let field = FieldDescription(name: entry.name, summary: "", type: element)
      if let template = decode(entry.value, as: field) { members[entry.name] = template }
    }
    guard !diagnostics.dropFirst(before).contains(where: { $0.severity == .error }) else {
      return nil
    }
    return template(.map(members), at: node.range, as: type)
  }

  private mutating func record(
    _ node: Node, of fields: [FieldDescription], as type: ValueType, owner: String?
  ) -> Template? {
    let before = diagnostics.count
    let members = decodeMembers(
      node.entries ?? [], of: fields, owner: owner.map { "`\($0)`" } ?? "this map", at: node.range)
    return !diagnostics.dropFirst(before).contains { $0.severity == .error }
      ? template(.record(fields, members), at: node.range, as: type) : nil
  }

  /// The members of a record or the settings of a stage.
  /// - Parameters:
  ///   - owner: who has these fields, for messages.
  ///   - range: where a missing field is reported.
  mutating func decodeMembers(
    _ entries: [Node.Entry], of fields: [FieldDescription], owner: String, at range: SourceRange
  ) -> [String: Template] {
    var members: [String: Template] = [:]
    let before = diagnostics.count
    for entry in entries {
      if let field = fields.first(where: { $0.name == entry.name }) {
        members[entry.name] = decode(entry.value, as: field)
      } else {
        report(unknownField(entry, among: fields, owner: owner))
        checkTemplates(in: entry.value)
      }
    }
    let written = Set(entries.map(\.name))
    let meant = Set(diagnostics.dropFirst(before).compactMap(\.suggestion))
    for field in fields
    where field.isRequired && !written.contains(field.name) && !meant.contains(field.name) {
      report(
        Diagnostic("missing-field", "\(owner) needs `\(field.name)`", at: range)
          .noting(
            "`\(field.name)`: \(field.summary.isEmpty ? "" : "\(field.summary) ")(\(field.type.named))"
          ))
    }
    return members
  }

  private func unknownField(
    _ entry: Node.Entry, among fields: [FieldDescription], owner: String
  ) -> Diagnostic {
    let diagnostic = Diagnostic(
      "unknown-field", "`\(entry.name.shortened)` is not a setting of \(owner)", at: entry.key.range
    )
    let names = fields.map(\.name)
    if let near = Suggestion.nearest(to: entry.name, among: names),
      let field = fields.first(where: { $0.name == near })
    {
      var suggestion = diagnostic.suggesting(near, detail: field.constraint)
      suggestion.expected = "`\(near)`: \(field.constraint)"
      return suggestion
    }
    return diagnostic.noting(
      names.isEmpty ? "it has no settings" : "known are \(Suggestion.list(names))")
  }
}
