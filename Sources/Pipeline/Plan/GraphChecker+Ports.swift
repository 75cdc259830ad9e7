extension GraphChecker {
  mutating func checkConnections(
    _ stage: StageDefinition, _ spec: StageSpec?, in scope: TypeScope, _ links: inout [StageLink]
  ) -> [String: Template] {
    var templates: [String: Template] = [:]
    // Reported already: misspelt, or written under `with`.
    var suggested: Set<String> = []
    for connection in stage.connections {
      let port = spec?.inputs.first { $0.name == connection.port }
      if let spec, port == nil {
        let diagnostic = unknownPort(connection, of: spec)
        diagnostics.add(diagnostic)
        if let suggestion = diagnostic.suggestion { suggested.insert(suggestion) }
      }
      guard let expression = connection.expression else { continue }
      var decoder = FieldDecoder(scope: scope, folders: definition.folders)
      decoder.secretFields = spec?.secretFields
      if let port {
        templates[port.name] = decoder.connect(expression, at: connection.range, to: port)
      } else {
        _ = decoder.check(expression, in: scope)
      }
      diagnostics.add(decoder.diagnostics)
      links += decoder.references.map { StageLink($0, port: connection.port) }
      usedSecrets.formUnion(decoder.secrets)
    }
    guard stage.hasConnections else { return templates }
    let connected = Set(stage.connections.map(\.port)).union(suggested)
      .union(spec.map { misplaced(stage.settings, of: $0).names } ?? [])
    for port in spec?.inputs ?? [] where port.isRequired && !connected.contains(port.name) {
      diagnostics.add(
        Diagnostic(
          "missing-port", "stage `\(stage.id)` needs `\(port.name)` in `in` (\(port.type.named))",
          at: stage.connectionsRange
        ).noting("`\(port.name)`: \(port.summary)"))
    }
    return templates
  }

  private func unknownPort(
    _ connection: StageDefinition.Connection, of spec: StageSpec
  ) -> Diagnostic {
    let name = spec.info.name
    let diagnostic = Diagnostic(
      "unknown-port", "`\(connection.port.shortened)` is not an input of `\(name)`",
      at: connection.portRange)
    if spec.options.contains(where: { $0.name == connection.port }) {
      return diagnostic.noting("it is a setting: write it under `with`")
    }
    let near = Suggestion.nearest(to: connection.port, among: spec.inputs.map(\.name))
    if let near, let port = spec.inputs.first(where: { $0.name == near }) {
      return diagnostic.suggesting(near, detail: port.type.named)
    }
    return diagnostic.noting(
      spec.inputs.isEmpty
        ? "it has no inputs" : "its inputs are \(Suggestion.list(spec.inputs.map(\.name)))")
  }

  mutating func checkSettings(
    _ stage: StageDefinition, _ spec: StageSpec?, in scope: TypeScope, _ links: inout [StageLink]
  ) -> [String: Template] {
    var decoder = FieldDecoder(scope: scope, folders: definition.folders)
    defer {
      diagnostics.add(decoder.diagnostics)
      usedSecrets.formUnion(decoder.secrets)
    }
    guard let spec else {
      for entry in stage.settings { decoder.checkTemplates(in: entry.value) }
      links += decoder.references.map { StageLink($0, port: nil) }
      return [:]
    }
    let own = Set(stage.settings.map(\.name))
    let defaults = stageDefaults[spec.info.name]?.settings ?? []
    decoder.secretFields = spec.secretFields
    let entries = defaults.filter { !own.contains($0.name) } + stage.settings
    let (ports, names) = misplaced(entries, of: spec)
    let settings = entries.filter { !names.contains($0.name) }
    diagnostics.add(ports)
    let templates = decoder.decodeMembers(
      settings, of: spec.options, owner: "`\(spec.info.name)`", at: stage.settingsRange)
    links += decoder.references.map { StageLink($0, port: nil) }
    // What could not be read, by a mistake told elsewhere, is no setting that is missing.
    let isComplete = settings.allSatisfy { entry in
      templates[entry.name] != nil || !entry.value.isBroken && entry.value.isNull
    }
    if ports.isEmpty, isComplete, !decoder.diagnostics.hasErrors {
      diagnostics.add(validate(templates, of: spec, at: stage.settingsRange))
    }
    return templates
  }

  /// Ports that were written under `with`.
  private func misplaced(
    _ entries: [Node.Entry], of spec: StageSpec
  ) -> (diagnostics: [Diagnostic], names: Set<String>) {
    let ports = entries.filter { entry in
      spec.inputs.contains { $0.name == entry.name }
        && !spec.options.contains { $0.name == entry.name }
    }
    let diagnostics = ports.map {
      Diagnostic(
        "unknown-field", "`\($0.name)` is an input of `\(spec.info.name)`, not a setting",
        at: $0.key.range
      ).noting("connect it under `in`")
    }
    return (diagnostics, Set(ports.map(\.name)))
  }

  /// Rules that span fields, where nothing is left to compute.
  private func validate(
    _ templates: [String: Template], of spec: StageSpec, at range: SourceRange
  ) -> [Diagnostic] {
    var values: [String: Value] = [:]
    for field in spec.options {
      if let template = templates[field.name] {
        guard let value = template.literalValue else { return [] }
        values[field.name] = value
      } else if let value = field.defaultValue {
        values[field.name] = value
      }
    }
    return spec.validateUnresolved(values).map { problem in
      Diagnostic("invalid-settings", problem.message, at: templates[problem.field]?.range ?? range)
    }
  }

  /// Defaults of stages that the file does not use are checked too; of the others with each use.
  mutating func checkDefaults() {
    let used = Set(specs.values.map(\.info.name))
    for defaults in definition.defaults.uses where !used.contains(defaults.name) {
      guard let spec = spec(named: defaults.name, at: defaults.range) else { continue }
      diagnostics.warning(
        "unused-default", "no stage uses `\(defaults.name)`", at: defaults.range)
      var scope = scope
      scope.item = .available(.json)
      var decoder = FieldDecoder(scope: scope, folders: definition.folders)
      let given = Set(defaults.settings.map(\.name))
      let fields = spec.options.filter { !$0.isRequired || given.contains($0.name) }
      _ = decoder.decodeMembers(
        defaults.settings, of: fields, owner: "`\(defaults.name)`", at: defaults.range)
      diagnostics.add(decoder.diagnostics)
      usedInputs.formUnion(decoder.references.inputNames)
      usedSecrets.formUnion(decoder.secrets)
    }
  }
}

extension StageSpec {
  /// Where its settings take secrets, for messages; nil when nowhere.
  var secretFields: String? {
    let names = options.filter { field in
      switch field.type.unwrapped {
      case .secret, .list(.secret), .map(.secret): true
      default: false
      }
    }.map(\.name)
    return names.isEmpty ? nil : "\(Suggestion.list(names)) of `\(info.name)`"
  }
}
