extension PipelineDefinition {
  /// Reads a pipeline with its overlays and overrides. All problems are reported at once, in the order of the texts.
  ///
  /// - Returns: nil only when there is no map to read. With errors among the diagnostics the
  ///   definition is good for further checking but not for running.
  public static func parse(_ source: PipelineSource) -> (PipelineDefinition?, [Diagnostic]) {
    var diagnostics = Diagnostics()
    guard let root = merge(source, &diagnostics) else {
      return (nil, source.sorted(diagnostics.all))
    }
    var reader = DefinitionReader(source: source, diagnostics: diagnostics)
    let definition = reader.read(root)
    return (definition, source.sorted(reader.diagnostics.all))
  }

  /// One tree of all texts; nil when the file itself, or an overlay, cannot be read.
  static func merge(_ source: PipelineSource, _ diagnostics: inout Diagnostics) -> Node? {
    let (base, problems) = NodeReader.read(SourceText(source.file.text, file: source.file.name))
    diagnostics.add(problems)
    var merged = base
    for overlay in source.overlays {
      let (root, problems) = NodeReader.read(SourceText(overlay.text, file: overlay.name))
      diagnostics.add(problems)
      guard let below = merged, let root else {
        merged = nil
        continue
      }
      var merge = NodeMerge()
      merged = merge.apply(root, to: below)
      diagnostics.add(merge.diagnostics)
    }
    guard let merged else { return nil }
    var overriding = NodeOverrides(source.overrides)
    let root = overriding.apply(to: merged)
    diagnostics.add(overriding.diagnostics)
    return root
  }
}

/// Reads the structure of a pipeline out of its nodes.
struct DefinitionReader {
  let source: PipelineSource
  let folders: SourceFolders
  var diagnostics: Diagnostics

  /// How many stages, inputs and outputs a pipeline can have.
  static let maximumCount = 1000

  init(source: PipelineSource, diagnostics: Diagnostics) {
    self.source = source
    folders = SourceFolders(source)
    self.diagnostics = diagnostics
  }

  mutating func read(_ root: Node) -> PipelineDefinition? {
    guard let keys = map(root, .pipeline, missing: "a pipeline file") else { return nil }
    let top = SourceRange(file: root.range.file, start: root.range.start, end: root.range.start)
    readVersion(keys["version"], at: top)
    let name = readName(keys, at: top)
    var definition = PipelineDefinition(
      source: source, name: name ?? "", summary: text(keys["description"]?.value, "description"),
      labels: readLabels(keys["labels"]), vars: readVars(keys["vars"]),
      varNames: keys["vars"]?.value.entries?.map(\.name) ?? [],
      inputs: entries(keys["inputs"], "inputs").map { readInput($0) },
      defaults: readDefaults(keys["defaults"]), stages: readStages(keys, at: top),
      outputs: readOutputs(keys["outputs"]), folders: folders)
    definition.secrets = readSecrets(keys["secrets"])
    definition.secretsFix = SecretsFix(keys)
    definition.priority = readPriority(keys["priority"])
    definition.concurrency = readConcurrency(keys["concurrency"])
    definition.hooks = readHooks(keys["hooks"])
    definition.isComplete = !diagnostics.hasErrors
    return definition
  }

  private mutating func readVersion(_ entry: Node.Entry?, at top: SourceRange) {
    guard let entry else {
      var diagnostic = Diagnostic(
        "missing-key", "a pipeline needs `version`", at: top, hint: "write `version: 1`")
      diagnostic.fix = Diagnostic.Fix(range: top, replacement: "version: 1\n")
      diagnostics.add(diagnostic)
      return
    }
    guard entry.value.scalar?.text != "1" else { return }
    diagnostics.add(
      Diagnostic(
        "wrong-value", "this host reads version 1 of the language, found \(entry.value.kind)",
        at: entry.value.range
      ).suggesting("1"))
  }

  private mutating func readName(
    _ keys: [String: Node.Entry], at top: SourceRange
  ) -> String? {
    guard let entry = keys["name"] else {
      guard !KeySet.pipeline.isMeant("name", by: keys.keys) else { return nil }
      diagnostics.error(
        "missing-key", "a pipeline needs `name`", at: top, hint: "write `name: my-pipeline`")
      return nil
    }
    guard let name = text(entry.value, "name") else { return nil }
    checkName(name, "a pipeline", at: entry.value.range)
    return name
  }

  private mutating func readLabels(_ entry: Node.Entry?) -> [String: String] {
    var labels: [String: String] = [:]
    for label in entries(entry, "labels") { labels[label.name] = text(label.value, label.name) }
    return labels
  }

  /// Constants: their type is what YAML 1.2 reads them as.
  private mutating func readVars(_ entry: Node.Entry?) -> [String: Value] {
    var vars: [String: Value] = [:]
    for variable in entries(entry, "vars") {
      checkName(variable.name, "a variable", at: variable.key.range)
      let field = FieldDescription(name: variable.name, summary: "", type: .json)
      vars[variable.name] = constant(
        variable.value, as: field, orSay: "`\(variable.name)`: `vars` are constants")
    }
    return vars
  }

  private mutating func readOutputs(_ entry: Node.Entry?) -> [OutputDefinition] {
    entries(entry, "outputs").map { output in
      checkName(output.name, "an output", at: output.key.range)
      return OutputDefinition(
        name: output.name, range: output.key.range,
        expression: expression(output.value, output.name))
    }
  }
}

// MARK: - What every part uses

extension DefinitionReader {
  /// A map with known keys; nil, reported, for anything else.
  mutating func map(_ node: Node, _ keys: KeySet, missing owner: String) -> [String: Node.Entry]? {
    guard !node.isBroken else { return nil }
    guard let entries = node.entries else {
      diagnostics.add(
        Diagnostic("type-mismatch", "\(owner) is a map, found \(node.kind)", at: node.range)
          .noting("its keys are \(Suggestion.list(keys.names))"))
      return nil
    }
    for entry in entries {
      if let diagnostic = keys.diagnostic(for: entry) { diagnostics.add(diagnostic) }
    }
    return Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
  }

  /// The entries of a map whose keys are the author's own; none when the key is missing or empty.
  mutating func entries(_ entry: Node.Entry?, _ name: String) -> [Node.Entry] {
    guard let entry, !entry.value.isNull, !entry.value.isBroken else { return [] }
    guard let entries = entry.value.entries else {
      diagnostics.error(
        "type-mismatch", "`\(name)` is a map from name to value, found \(entry.value.kind)",
        at: entry.key.range,
        hint: entry.value.namedAsMap.map { "write `\(name): { \($0) }`" })
      return []
    }
    if entries.count > Self.maximumCount {
      diagnostics.error(
        "too-many",
        "`\(name)` has \(entries.count) entries; at most \(Self.maximumCount) are allowed",
        at: entry.key.range)
    }
    return Array(entries.prefix(Self.maximumCount))
  }

  /// The text of a scalar; nil, reported, for anything else.
  mutating func text(_ node: Node?, _ name: String) -> String? {
    guard let node, !node.isBroken else { return nil }
    guard let scalar = node.scalar, !node.isNull else {
      diagnostics.error(
        "type-mismatch", "`\(name)` is text, found \(node.kind)", at: node.range)
      return nil
    }
    if scalar.text.firstRange(of: "${{") != nil {
      if node.mentionsSecrets {
        diagnostics.add(.secretLeak("a secret cannot be in `\(name)`", at: node.range))
        return nil
      }
      diagnostics.error("not-constant", "`\(name)` cannot be computed", at: node.range)
      return nil
    }
    return scalar.text
  }

  /// Letters, digits, `-` and `_`, beginning with a letter or `_`.
  mutating func checkName(_ name: String, _ owner: String, at range: SourceRange) {
    let bytes = Array(name.utf8)
    let isName =
      bytes.first.map(Lexer.beginsName) == true && bytes.last != UInt8(ascii: "-")
      && bytes.allSatisfy { Lexer.continuesName($0) || $0 == UInt8(ascii: "-") }
      && bytes.count <= 100
    guard !isName else { return }
    var diagnostic = Diagnostic(
      "invalid-name", "`\(name.shortened)` cannot be the name of \(owner)", at: range,
      hint: "expected letters, digits, `-` and `_`, a letter first")
    if let note = EnvironmentName.note(in: name) {
      diagnostic = diagnostic.noting(note)
    } else if owner == "a pipeline", let word = name.asName {
      diagnostic = diagnostic.suggesting(word)
    }
    diagnostics.add(diagnostic)
  }

  /// An expression with or without `${{ }}`, or a list of them; nil, reported, when it cannot be
  /// read.
  mutating func expression(_ node: Node, _ name: String) -> Expression? {
    switch node.content {
    case .scalar(let scalar):
      guard !node.isNull else {
        diagnostics.error(
          "missing-value", "`\(name)` has no value", at: node.range,
          hint: "expected an expression such as `inputs.video`")
        return nil
      }
      do { return try Interpolation.bare(scalar) } catch {
        diagnostics.add(Diagnostic(error, in: scalar))
        return nil
      }
    case .sequence(let items):
      let expressions = items.map { expression($0, name) }
      let known = expressions.compactMap(\.self)
      guard known.count == expressions.count else { return nil }
      return Expression(kind: .list(known), range: node.range)
    case .mapping where node.isBroken: return nil
    case .mapping:
      diagnostics.error(
        "type-mismatch", "`\(name)` takes an expression, found a map", at: node.range,
        hint: "expected an expression such as `inputs.video`")
      return nil
    }
  }

  /// A value of the author's own that cannot be computed.
  mutating func constant(
    _ node: Node, as field: FieldDescription, orSay message: String
  ) -> Value? {
    var decoder = FieldDecoder(scope: TypeScope(), folders: folders)
    if let template = node.firstTemplate {
      if node.mentionsSecrets {
        diagnostics.add(.secretLeak("a secret cannot be among constants", at: template))
        return nil
      }
      diagnostics.error(
        "not-constant", message, at: template, hint: "write the expression where it is used")
      return nil
    }
    let template = decoder.decode(node, as: field)
    diagnostics.add(decoder.diagnostics)
    return template?.literalValue
  }

  /// A field of the language itself: no templates.
  mutating func value(_ entry: Node.Entry?, as field: FieldDescription) -> Value? {
    guard let entry else { return nil }
    if let text = entry.value.scalar?.text, text.firstRange(of: "${{") != nil {
      diagnostics.add(
        entry.value.mentionsSecrets
          ? .secretLeak("a secret cannot be in `\(field.name)`", at: entry.value.range)
          : Diagnostic(
            "not-constant", "`\(field.name)` cannot be computed", at: entry.value.range,
            hint: "expected \(field.type.named), written out"))
      return nil
    }
    var decoder = FieldDecoder(scope: nil)
    let template = decoder.decode(entry.value, as: field)
    diagnostics.add(decoder.diagnostics)
    return template?.literalValue
  }
}

extension Node {
  /// Whether one of its templates names a secret.
  fileprivate var mentionsSecrets: Bool {
    switch content {
    case .scalar(let scalar):
      switch try? Interpolation(scalar) {
      case .expression(let expression): expression.mentionsSecrets
      case .mixed(let parts):
        parts.contains { part in
          if case .expression(let expression) = part { expression.mentionsSecrets } else { false }
        }
      case .text, nil: false
      }
    case .sequence(let items): items.contains(where: \.mentionsSecrets)
    case .mapping(let entries): entries.contains(where: \.value.mentionsSecrets)
    }
  }

  /// Where the first scalar with `${{ }}` stands; nil without one.
  fileprivate var firstTemplate: SourceRange? {
    switch content {
    case .scalar(let scalar):
      if let interpolation = try? Interpolation(scalar), case .text = interpolation {
        nil
      } else {
        range
      }
    case .sequence(let items): items.lazy.compactMap(\.firstTemplate).first
    case .mapping(let entries): entries.lazy.compactMap(\.value.firstTemplate).first
    }
  }
}
