extension DefinitionReader {
  mutating func readStages(
    _ keys: [String: Node.Entry], at top: SourceRange
  ) -> [StageDefinition] {
    guard let entry = keys["stages"] else {
      guard !KeySet.pipeline.isMeant("stages", by: keys.keys) else { return [] }
      diagnostics.error("missing-key", "a pipeline needs `stages`", at: top)
      return []
    }
    if entry.value.items != nil {
      diagnostics.add(
        Diagnostic(
          "type-mismatch", "`stages` is a map from id to stage, found a list", at: entry.key.range
        )
        .noting("write `\(entry.value.stagesAsMap)`; order does not matter"))
      return []
    }
    let stages = entries(entry, "stages").map { readStage($0) }
    if stages.isEmpty, !diagnostics.hasErrors {
      diagnostics.error("missing-value", "a pipeline needs at least one stage", at: entry.key.range)
    }
    return stages
  }

  private mutating func readStage(_ entry: Node.Entry) -> StageDefinition {
    var stage = StageDefinition(
      id: entry.name, range: entry.key.range, connectionsRange: entry.key.range,
      settingsRange: entry.key.range)
    checkName(entry.name, "a stage", at: entry.key.range)
    if TypeScope.reserved.contains(entry.name) {
      diagnostics.error(
        "invalid-name",
        "`\(entry.name)` has a meaning in expressions and cannot be the id of a stage",
        at: entry.key.range)
    }
    guard let keys = map(entry.value, .stage, missing: "stage `\(entry.name)`") else {
      return stage
    }
    readUses(keys, of: &stage)
    if let connections = keys["in"] {
      stage.connections = readConnections(connections)
      stage.hasConnections = connections.value.isNull || connections.value.entries != nil
      stage.connectionsRange = connections.key.range
    }
    if keys["in"] == nil, KeySet.stage.isMeant("in", by: keys.keys) { stage.hasConnections = false }
    if let with = keys["with"] {
      stage.settings = entries(with, "with")
      stage.settingsRange = with.key.range
    }
    stage.needs = readNeeds(keys["needs"])
    stage.condition = keys["if"].flatMap { expression($0.value, "if") }
    stage.foreach = keys["foreach"].flatMap { expression($0.value, "foreach") }
    stage.isForeach = keys["foreach"] != nil
    stage.rules = readRules(keys)
    stage.isolation = readIsolation(keys["isolation"])
    let onError = FieldDescription(
      name: "on-error", summary: "", type: .choice(["fail", "continue"]))
    stage.continuesOnError = value(keys["on-error"], as: onError) == .text("continue")
    stage.summary = text(keys["description"]?.value, "description")
    return stage
  }

  private mutating func readUses(
    _ keys: [String: Node.Entry], of stage: inout StageDefinition
  ) {
    guard let entry = keys["uses"] else {
      guard !KeySet.stage.isMeant("uses", by: keys.keys),
        !keys.values.contains(where: KeySet.stage.isStranger)
      else { return }
      diagnostics.error(
        "missing-key", "stage `\(stage.id)` needs `uses`", at: stage.range,
        hint: "such as `uses: burn`")
      return
    }
    stage.settingsRange = entry.value.range
    stage.connectionsRange = entry.value.range
    guard let name = text(entry.value, "uses") else { return }
    stage.uses = .init(name: name, range: entry.value.range)
  }

  private mutating func readConnections(_ entry: Node.Entry) -> [StageDefinition.Connection] {
    if entry.value.scalar != nil, !entry.value.isNull {
      diagnostics.error(
        "type-mismatch", "`in` is a map from port to expression, found \(entry.value.kind)",
        at: entry.value.range, hint: "such as `in: { video: inputs.video }`")
      return []
    }
    return entries(entry, "in").map { connection in
      StageDefinition.Connection(
        port: connection.name, portRange: connection.key.range,
        expression: expression(connection.value, connection.name), range: connection.value.range)
    }
  }

  /// One id or a list of them.
  private mutating func readNeeds(_ entry: Node.Entry?) -> [StageDefinition.Named] {
    guard let entry, !entry.value.isNull else { return [] }
    let nodes = entry.value.items ?? [entry.value]
    return nodes.compactMap { node in
      text(node, "needs").map { StageDefinition.Named(name: $0, range: node.range) }
    }
  }

  mutating func readDefaults(_ entry: Node.Entry?) -> DefaultsDefinition {
    var defaults = DefaultsDefinition()
    guard let entry, !entry.value.isNull,
      let keys = map(entry.value, .defaults, missing: "`defaults`")
    else { return defaults }
    defaults.rules = readRules(keys)
    for stage in entries(keys["uses"], "uses") {
      guard let keys = map(stage.value, .defaultsOfStage, missing: "the defaults of a stage") else {
        continue
      }
      defaults.uses.append(
        .init(
          name: stage.name, range: stage.key.range, settings: entries(keys["with"], "with"),
          rules: readRules(keys)))
    }
    return defaults
  }
}

extension Node {
  /// What the first item of a list would be in a map, for messages.
  fileprivate var stagesAsMap: String {
    guard let first = items?.first else { return "stages: { my-id: { uses: … } }" }
    let uses = ["uses", "type", "module"].lazy.compactMap { first[$0]?.scalar?.text }.first
    let id = ["id", "label", "name"].lazy.compactMap { first[$0]?.scalar?.text.asName }.first
    return "stages: { \(id ?? "my-id"): { uses: \(uses.map { "\($0.shortened)" } ?? "…"), … } }"
  }

  /// What the first item of a list would be in a map with names, for messages; nil when it has none.
  var namedAsMap: String? {
    guard let first = items?.first else { return nil }
    if let only = first.scalar?.text.asName { return "\(only): …" }
    let id = ["id", "name", "key", "label"].lazy.compactMap { first[$0]?.scalar?.text.asName }.first
    return id.map { "\($0): { … }" }
  }
}

extension String {
  /// With `-` in place of all that no name can have; nil when little is left.
  var asName: String? {
    let words = lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }
    let name = words.drop { $0.first?.isNumber == true }.joined(separator: "-")
    return name.isEmpty || name.count > 60 ? nil : name
  }
}
