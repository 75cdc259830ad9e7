/// Names for what stages will give, made from their definition before anything runs: settings, connections, condition
/// and items as written, where a reference to another stage stands for that stage's definition, and a reference to an
/// input for its value.
///
/// Equal definitions give equal outputs, as long as equal tasks do. A stage has none when its outputs may differ all the
/// same: it or something upstream is `cache: off` or looks at the run, or takes a path out of what another stage made.
struct DefinitionKeys: Sendable {
  /// By stage.
  private(set) var byStage: [String: Digest] = [:]

  private let graph: PipelineGraph
  /// Inputs and constants.
  private let scope: Scope
  private let ingest: FileIngest
  private let rendererVersion: Int
  private let previews: PreviewRules
  private var texts: [String: String] = [:]

  /// Why a stage has no key.
  private struct NoKey: Error {}

  /// Of all `stages`, which come after those that they depend on.
  ///
  /// - Parameter rendererVersion: of what makes files of films that flow into ports for files.
  static func make(
    of stages: [StageNode], in graph: PipelineGraph, scope: Scope, ingest: FileIngest,
    rendererVersion: Int, previews: PreviewRules
  ) async -> [String: Digest] {
    var keys = DefinitionKeys(
      graph: graph, scope: scope, ingest: ingest, rendererVersion: rendererVersion,
      previews: previews)
    for node in stages { keys.byStage[node.id] = try? await keys.key(of: node) }
    return keys.byStage
  }

  private init(
    graph: PipelineGraph, scope: Scope, ingest: FileIngest, rendererVersion: Int,
    previews: PreviewRules
  ) {
    self.graph = graph
    self.scope = scope
    self.ingest = ingest
    self.rendererVersion = rendererVersion
    self.previews = previews
  }

  private mutating func key(of node: StageNode) async throws -> Digest {
    guard node.cache != .off else { throw NoKey() }
    var lines = ["definition 1", node.spec.info.name, "\(node.spec.info.cacheVersion)"]
    if node.spec.inputs.contains(where: \.type.holdsFiles) {
      lines.append("renderer \(rendererVersion)")
    }
    if let preview = previews[stage: node.id] {
      lines.append("preview \(try Digest(canonical: preview))")
    }
    if let condition = node.condition { lines.append("if \(try form(of: condition))") }
    if let foreach = node.foreach { lines.append("foreach \(try form(of: foreach))") }
    for field in node.spec.options.sorted(by: { $0.name < $1.name }) {
      if let template = node.settings[field.name] {
        lines.append("with \(field.name.atom) \(try await form(of: template, in: node))")
      } else if let value = field.defaultValue {
        lines.append("with \(field.name.atom) \(try value.contentDigest)")
      }
    }
    for port in node.spec.inputs.sorted(by: { $0.name < $1.name }) {
      guard let template = node.connections[port.name] else { continue }
      lines.append("in \(port.name.atom) \(try await form(of: template, in: node))")
    }
    return Digest(of: Array(lines.joined(separator: "\n").utf8))
  }
}

// MARK: - Settings and connections

extension DefinitionKeys {
  private mutating func form(of template: Template, in node: StageNode) async throws -> String {
    if template.names.isStatic { return try await value(of: template, in: scope) }
    switch template.content {
    case .literal: return try await value(of: template, in: scope)
    case .list(let items):
      var forms: [String] = []
      for item in items { forms.append(try await form(of: item, in: node)) }
      return "(list \(forms.joined(separator: " ")))"
    case .map(let members), .record(_, let members):
      var forms: [String] = []
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        forms.append("\(name.atom) \(try await form(of: member, in: node))")
      }
      return "(map \(forms.joined(separator: " ")))"
    case .expression(let expression):
      if template.type.holdsFiles, let items = try await fileItems(of: template, in: node) {
        return items
      }
      return try form(of: expression)
    case .mixed(let parts):
      if template.type.holdsFiles, let items = try await fileItems(of: template, in: node) {
        return items
      }
      return "(text \(try parts.map { try form(of: $0) }.joined(separator: " ")))"
    }
  }

  /// What is known now, with the digests of its files.
  private func value(of template: Template, in scope: Scope) async throws -> String {
    guard case .value(let value) = try template.evaluate(in: scope) else { return "absent" }
    return try await ingest.resolve(value, as: template.type, at: "").contentDigest.hex
  }

  /// A place for files: a text that arrives there is a path, so what counts are the bytes behind it. Nil when none can
  /// arrive.
  private func fileItems(of template: Template, in node: StageNode) async throws -> String? {
    let names = template.names
    if names.isStaticForItem, node.foreach?.names.isStatic ?? false {
      var forms: [String] = []
      for (index, item) in (try node.items(in: scope) ?? []).enumerated() {
        var scope = scope
        scope.item = item
        scope.index = index
        forms.append(try await value(of: template, in: scope))
      }
      return "(items \(forms.joined(separator: " ")))"
    }
    var sources = names
    if names.contains(where: { $0.root == "item" }) {
      sources.formUnion(node.foreach?.names ?? [])
    }
    if sources.contains(where: mayHoldPath) { throw NoKey() }
    return nil
  }

  private func mayHoldPath(_ thing: NamedThing) -> Bool {
    switch thing.root {
    case "item", "index": return false
    case "inputs":
      let input = graph.inputs.first { $0.name == thing.member }
      return input?.type.holdsText ?? true
    default:
      let port = graph[stage: thing.root]?.spec.outputs.first { $0.name == thing.member }
      return port?.type.holdsText ?? true
    }
  }
}

// MARK: - Expressions

extension DefinitionKeys {
  private mutating func form(of part: Interpolation.Part) throws -> String {
    switch part {
    case .text(let text): text.atom
    case .expression(let expression): try form(of: expression)
    }
  }

  private mutating func form(of expression: Expression) throws -> String {
    switch expression.kind {
    case .literal(let value): return try value.contentDigest.hex
    case .name(let name): return name.atom
    case .member(let base, let name, _):
      if let root = base.contextName { return try form(ofMember: name, of: root) }
      return "(. \(try form(of: base)) \(name.atom))"
    case .index(let base, let index):
      return "([] \(try form(of: base)) \(try form(of: index)))"
    case .not(let operand): return "(! \(try form(of: operand)))"
    case .negative(let operand): return "(neg \(try form(of: operand)))"
    case .binary(let operation, let left, let right):
      return "(\(operation.rawValue) \(try form(of: left)) \(try form(of: right)))"
    case .orElse(let left, let right):
      return "(else \(try form(of: left)) \(try form(of: right)))"
    case .call(let function, let arguments):
      return "(\(function.rawValue) \(try forms(of: arguments)))"
    case .list(let items): return "(list \(try forms(of: items)))"
    }
  }

  private mutating func forms(of expressions: [Expression]) throws -> String {
    var forms: [String] = []
    for expression in expressions { forms.append(try form(of: expression)) }
    return forms.joined(separator: " ")
  }

  private mutating func form(ofMember name: String, of root: String) throws -> String {
    switch root {
    case "inputs": return try form(of: scope.inputs[name], called: "inputs.\(name)")
    case "vars": return try form(of: scope.vars[name], called: "vars.\(name)")
    case "run": throw NoKey()
    case "secrets": return "(secret \(name.atom))"
    default:
      guard let key = byStage[root] else { throw NoKey() }
      return "(out \(key) \(name.atom))"
    }
  }

  /// An input is often large and named often.
  private mutating func form(of value: Value?, called name: String) throws -> String {
    if let text = texts[name] { return text }
    let text = try value.map { try $0.contentDigest.hex } ?? "absent"
    texts[name] = text
    return text
  }
}

extension String {
  /// With its length in front, so that nothing inside can be taken for what comes after.
  fileprivate var atom: String { "\(utf8.count):\(self)" }
}
