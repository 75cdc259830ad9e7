extension PipelineGraph {
  /// Checks a definition against the stages of a host: every name, type, edge and setting.
  ///
  /// - Returns: a graph when nothing is wrong, neither here nor in what `PipelineDefinition.parse`
  ///   reported, and what was found here, in the order of the text.
  public static func check(
    _ definition: PipelineDefinition, registry: StageRegistry
  ) -> (graph: PipelineGraph?, diagnostics: [Diagnostic]) {
    var checker = GraphChecker(definition, registry)
    let graph = checker.check()
    return (graph, definition.source.sorted(checker.diagnostics.all))
  }

  /// Reads and checks a pipeline: all problems of both, in the order of the texts.
  public static func load(
    _ source: PipelineSource, registry: StageRegistry
  ) -> (graph: PipelineGraph?, diagnostics: [Diagnostic]) {
    let (definition, problems) = PipelineDefinition.parse(source)
    guard let definition else { return (nil, problems) }
    let (graph, more) = check(definition, registry: registry)
    var diagnostics = Diagnostics()
    diagnostics.add(problems)
    diagnostics.add(more)
    return (graph, source.sorted(diagnostics.all))
  }
}

/// Makes a graph out of a definition, collecting what is wrong.
struct GraphChecker {
  let definition: PipelineDefinition
  let registry: StageRegistry
  var diagnostics = Diagnostics()
  var specs: [String: StageSpec] = [:]
  var scope = TypeScope()
  private var nodes: [StageNode] = []
  var usedInputs: Set<String> = []
  var usedSecrets: Set<String> = []
  private var usedStages: Set<String> = []
  /// By the name of the module they are for.
  let stageDefaults: [String: DefaultsDefinition.StageSettings]

  init(_ definition: PipelineDefinition, _ registry: StageRegistry) {
    self.definition = definition
    self.registry = registry
    stageDefaults = Dictionary(definition.defaults.uses.map { ($0.name, $0) }) { first, _ in first }
  }

  mutating func check() -> PipelineGraph? {
    for stage in definition.stages { specs[stage.id] = resolve(stage) }
    scope = typeScope()
    checkDefaults()
    var links: [String: [StageLink]] = [:]
    for stage in definition.stages {
      let node = check(stage)
      links[stage.id] = node.links
      if let node = node.node { nodes.append(node) }
    }
    let outputs = definition.outputs.compactMap { check($0) }
    checkLimits()
    let concurrency = checkConcurrency()
    let hooks = checkHooks()
    let order = StageOrder(definition.stages.map(\.id), links: links)
    diagnostics.add(order.cycles)
    // What a mistake made look unused is not worth a warning.
    guard definition.isComplete, !diagnostics.hasErrors else { return nil }
    warnOfUnused()
    let byID = Dictionary(nodes.map { ($0.id, $0) }) { first, _ in first }
    let sorted = order.sorted.compactMap { byID[$0] }
    var graph = PipelineGraph(
      name: definition.name, summary: definition.summary, file: definition.file,
      inputs: definition.inputs.compactMap(\.declaration), stages: sorted, outputs: outputs,
      vars: definition.vars, labels: definition.labels)
    graph.secrets = definition.secrets.map(\.name)
    graph.priority = definition.priority
    graph.concurrency = concurrency
    graph.hooks = hooks
    return graph
  }

  private func typeScope() -> TypeScope {
    var scope = TypeScope()
    for input in definition.inputs { scope.inputs[input.name] = .some(input.declaration?.type) }
    for name in definition.varNames {
      scope.vars[name] = .some(definition.vars[name]?.literalType)
    }
    scope.secrets = definition.secrets.map(\.name)
    scope.secretsFix = definition.secretsFix
    for stage in definition.stages {
      scope.stages[stage.id] = .some(specs[stage.id].map { outputs(of: stage, $0) })
    }
    return scope
  }

  private func outputs(of stage: StageDefinition, _ spec: StageSpec) -> TypeScope.StageOutputs {
    var types: [String: ValueType] = [:]
    for port in spec.outputs {
      let type = stage.isForeach ? ValueType.list(port.type.unwrapped) : port.type
      types[port.name] = stage.continuesOnError && !type.isOptional ? .optional(type) : type
    }
    return TypeScope.StageOutputs(fields: spec.outputs, types: types)
  }
}

// MARK: - Stages

extension GraphChecker {
  /// `name` or `name@major`.
  private mutating func resolve(_ stage: StageDefinition) -> StageSpec? {
    guard let uses = stage.uses else { return nil }
    let parts = uses.name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let spec = spec(named: String(parts[0]), at: uses.range) else { return nil }
    guard parts.count > 1 else { return spec }
    let major = spec.info.version.prefix { $0 != "." }
    guard parts[1] == major else {
      diagnostics.add(
        Diagnostic(
          "unknown-stage",
          "`\(spec.info.name)` is here in version \(spec.info.version), not \(parts[1])",
          at: uses.range
        ).suggesting("\(spec.info.name)@\(major)"))
      return nil
    }
    return spec
  }

  mutating func spec(named name: String, at range: SourceRange) -> StageSpec? {
    if let spec = registry[name] { return spec }
    let diagnostic = Diagnostic("unknown-stage", "there is no stage `\(name.shortened)`", at: range)
    if let note = EnvironmentName.note(in: name) {
      diagnostics.add(diagnostic.noting(note))
      return nil
    }
    if name.contains("/") || name.contains(".") || name.contains(":") {
      let last = name.split { "/.:".contains($0) }.last.map { $0.lowercased() } ?? ""
      let known = Suggestion.list(registry.names)
      diagnostics.add(
        registry[last] == nil
          ? diagnostic.noting("a stage uses a module of this host, by one word: \(known)")
          : diagnostic.suggesting(last, detail: registry[last]?.info.summary))
      return nil
    }
    if let near = Suggestion.nearest(to: name, among: registry.names) {
      diagnostics.add(diagnostic.suggesting(near, detail: registry[near]?.info.summary))
    } else {
      diagnostics.add(diagnostic.noting("this host has \(Suggestion.list(registry.names))"))
    }
    return nil
  }

  /// Links are known even where the node is wrong, so that cycles and unused things are told
  /// rightly.
  private mutating func check(
    _ stage: StageDefinition
  ) -> (node: StageNode?, links: [StageLink]) {
    var links: [StageLink] = []
    var stageScope = scope
    stageScope.stage = stage.id
    let item = checkForeach(stage, in: stageScope, &links)
    checkCondition(stage, in: stageScope, &links)
    stageScope.item = item
    let spec = specs[stage.id]
    let connections = checkConnections(stage, spec, in: stageScope, &links)
    let settings = checkSettings(stage, spec, in: stageScope, &links)
    checkNeeds(stage, &links)
    for link in links { use(link) }
    let rules = checkRules(of: stage, spec)
    guard let spec = spec.flatMap({ isolated($0, stage) }) else { return (nil, links) }
    var node = StageNode(
      id: stage.id, spec: spec, dependencies: Self.dependencies(links),
      isForeach: stage.isForeach, retry: rules.retryPolicy, timeout: rules.timeout?.duration,
      continuesOnError: stage.continuesOnError, summary: stage.summary, location: stage.range,
      condition: stage.condition, foreach: stage.foreach, settings: settings,
      connections: connections, links: links)
    node.deadline = rules.deadline?.duration
    node.stall = rules.stall?.duration
    node.cache = rules.cache ?? .auto
    node.limits = rules.namedLimits
    return (node, links)
  }

  /// The stage as its `isolation` wants it run.
  private mutating func isolated(_ spec: StageSpec, _ stage: StageDefinition) -> StageSpec? {
    guard let rule = stage.isolation else { return spec }
    switch rule.isolation {
    case .host:
      guard spec.isForeign else { return spec }
      var diagnostic = Diagnostic(
        "unsupported", "`\(spec.info.name)` is a plugin, which never runs in the host",
        at: rule.range, hint: "leave `isolation` out, or write `process`")
      diagnostic.fix = .init(range: rule.range, replacement: "process")
      diagnostics.add(diagnostic)
    case .process:
      if let isolated = registry.isolated(spec) { return isolated }
      var diagnostic = Diagnostic(
        "unsupported", "this host cannot run stages in processes of their own",
        at: rule.range, hint: "leave `isolation` out, or write `host`")
      diagnostic.fix = .init(range: rule.range, replacement: "host")
      diagnostics.add(diagnostic)
    }
    return nil
  }

  private static func dependencies(_ links: [StageLink]) -> [String] {
    links.reduce(into: []) { ids, link in
      if let id = link.stage, !ids.contains(id) { ids.append(id) }
    }
  }

  private mutating func use(_ link: StageLink) {
    if let stage = link.stage { usedStages.insert(stage) }
    if case .input(let name) = link.source { usedInputs.insert(name) }
  }

  private mutating func checkForeach(
    _ stage: StageDefinition, in scope: TypeScope, _ links: inout [StageLink]
  ) -> TypeScope.Item {
    guard stage.isForeach else { return .unavailable }
    guard let expression = stage.foreach else { return .available(nil) }
    guard let type = type(of: expression, in: scope, &links)?.unwrapped else {
      return .available(nil)
    }
    guard type != .secret else {
      diagnostics.add(.secretLeak("`foreach` cannot take a secret", at: expression.range))
      return .available(nil)
    }
    guard let element = type.element else {
      diagnostics.error(
        "type-mismatch", "`foreach` takes a list, found \(type.named)", at: expression.range)
      return .available(nil)
    }
    return .available(element)
  }

  private mutating func checkCondition(
    _ stage: StageDefinition, in scope: TypeScope, _ links: inout [StageLink]
  ) {
    guard let condition = stage.condition,
      let type = type(of: condition, in: scope, &links)?.unwrapped,
      type != .boolean, type != .json
    else { return }
    guard type != .secret else {
      diagnostics.add(.secretLeak("`if` cannot look at a secret", at: condition.range))
      return
    }
    diagnostics.error(
      "type-mismatch", "`if` is boolean, found \(type.named)", at: condition.range,
      hint: type.isFile || condition.path != nil ? "compare it, such as `… != null`" : nil)
  }

  private mutating func type(
    of expression: Expression, in scope: TypeScope, _ links: inout [StageLink]
  ) -> ValueType? {
    var checker = TypeChecker(scope)
    let type = checker.type(of: expression)
    diagnostics.add(checker.diagnostics)
    links += checker.references.map { StageLink($0, port: nil) }
    usedSecrets.formUnion(checker.secrets)
    return checker.diagnostics.hasErrors ? nil : type
  }

  private mutating func checkNeeds(_ stage: StageDefinition, _ links: inout [StageLink]) {
    for need in stage.needs {
      if need.name == stage.id {
        diagnostics.error("cycle", "`\(need.name)` cannot wait for itself", at: need.range)
      } else if scope.stages[need.name] != nil {
        links.append(StageLink(source: .order(stage: need.name), port: nil, range: need.range))
      } else {
        let ids = definition.stages.map(\.id)
        let diagnostic = Diagnostic(
          "unknown-reference", "there is no stage `\(need.name.shortened)` in this pipeline",
          at: need.range)
        let near = Suggestion.nearest(to: need.name, among: ids)
        diagnostics.add(
          near == nil
            ? diagnostic.noting("its stages are \(Suggestion.list(ids))")
            : diagnostic.suggesting(near))
      }
    }
  }
}

// MARK: - Outputs and what nobody uses

extension GraphChecker {
  private mutating func check(_ output: OutputDefinition) -> OutputDeclaration? {
    guard let expression = output.expression else { return nil }
    var checker = TypeChecker(scope)
    let type = checker.type(of: expression)
    diagnostics.add(checker.diagnostics)
    usedInputs.formUnion(checker.references.inputNames)
    usedStages.formUnion(checker.references.stageIDs)
    usedSecrets.formUnion(checker.secrets)
    guard let type, !checker.diagnostics.hasErrors else { return nil }
    guard type.unwrapped != .secret else {
      diagnostics.add(
        .secretLeak("a secret cannot be an output of the pipeline", at: expression.range))
      return nil
    }
    return OutputDeclaration(
      name: output.name, type: type, location: output.range, expression: expression,
      references: checker.references)
  }

  private mutating func warnOfUnused() {
    for input in definition.inputs where !usedInputs.contains(input.name) {
      diagnostics.warning("unused-input", "nothing uses the input `\(input.name)`", at: input.range)
    }
    for secret in definition.secrets where !usedSecrets.contains(secret.name) {
      diagnostics.warning(
        "unused-secret", "nothing uses the secret `\(secret.name)`", at: secret.range)
    }
    guard !definition.outputs.isEmpty else { return }
    for stage in definition.stages where !usedStages.contains(stage.id) {
      diagnostics.add(
        Diagnostic(
          "unused-stage", "nothing uses the outputs of `\(stage.id)`", at: stage.range,
          severity: .warning
        ).noting("it runs all the same; a stage that must wait for it says `needs: \(stage.id)`"))
    }
  }
}

extension StageLink {
  init(_ reference: Reference, port: String?) {
    let source: Source =
      switch reference.target {
      case .input(let name): .input(name)
      case .output(let stage, let name): .output(stage: stage, name: name)
      }
    self.init(source: source, port: port, range: reference.range)
  }

  /// Nil for an input.
  var stage: String? {
    switch source {
    case .input: nil
    case .output(let stage, _), .order(let stage): stage
    }
  }
}
