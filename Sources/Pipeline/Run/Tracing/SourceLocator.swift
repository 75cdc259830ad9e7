/// Finds where a part of a stage's settings or inputs was written, through everything that expressions name.
struct SourceLocator: Sendable {
  /// A task of a stage.
  struct Task: Sendable, Hashable {
    var stage: String
    /// From 0; nil for a stage without `foreach`, or for all of them.
    var item: Int?
  }

  /// Where something comes from.
  enum Origin: Sendable {
    case written(Written)
    /// A stage makes it. What is left of the path leads into its value.
    case made(by: Task, port: String, rest: [PathStep])

    static func written(_ range: SourceRange, input: String? = nil) -> Origin {
      .written(Written(range: range, input: input))
    }
  }

  /// A place in a text.
  struct Written: Sendable {
    var range: SourceRange
    /// The run's input that was given there.
    var input: String?
    /// What stands there, where that is a single text.
    var scalar: Node.Scalar?
  }

  let graph: PipelineGraph
  let scope: Scope
  private let root: Node?
  private let inputs: InputNodes
  private let texts: [String?: SourceText]

  /// How many expressions may name each other in a row.
  private static let reach = 64

  init(_ graph: PipelineGraph, _ source: PipelineSource, _ inputTexts: InputTexts?, _ scope: Scope)
  {
    self.graph = graph
    self.scope = scope
    inputs = InputNodes(inputTexts)
    var diagnostics = Diagnostics()
    root = PipelineDefinition.merge(source, &diagnostics)
    let own = source.texts.map { SourceText($0.value, file: $0.key) }
    texts = Dictionary((own + inputs.sources).map { ($0.file, $0) }) { first, _ in first }
  }

  func place(_ written: Written) -> SourcePlace {
    place(written.range, input: written.input)
  }

  func place(_ range: SourceRange, input: String? = nil) -> SourcePlace {
    SourcePlace(
      range: range, line: texts[range.file]?.line(range.start.line) ?? "", input: input)
  }

  /// - Parameter path: such as `with.scenes[2]` or `in.narration[0]`.
  func origin(of path: [PathStep], in task: Task) -> Origin? {
    guard let node = graph[stage: task.stage], case .member(let kind)? = path.first else {
      return nil
    }
    let rest = Array(path.dropFirst(2))
    guard path.count > 1, case .member(let name) = path[1] else {
      return .written(node.location)
    }
    let written = root?["stages"]?[task.stage]
    switch kind {
    case "with":
      guard let value = written?["with"]?[name] ?? defaultSetting(name, of: node) else {
        return .written(node.location)
      }
      return origin(at: value, rest, in: task, reach: Self.reach)
    case "in":
      guard let value = written?["in"]?[name] else { return .written(node.location) }
      return origin(ofConnection: value, rest, in: task)
    default: return .written(node.location)
    }
  }

  /// Where the items of a `foreach` come from.
  func origin(ofItem task: Task) -> Origin? {
    guard let node = graph[stage: task.stage] else { return nil }
    guard let item = task.item, let foreach = node.foreach else {
      return .written(node.location)
    }
    return origin(
      of: foreach, [.index(item)], in: Task(stage: task.stage), reach: Self.reach)
  }

  /// What an output of the pipeline is made from.
  func origin(of output: OutputDeclaration, index: Int?) -> Origin? {
    origin(
      of: output.expression, index.map { [.index($0)] } ?? [], in: nil, reach: Self.reach)
  }

  private func defaultSetting(_ name: String, of node: StageNode) -> Node? {
    let module = node.spec.info.name
    let entry = root?["defaults"]?["uses"]?.entries?.first {
      $0.name == module || $0.name.hasPrefix("\(module)@")
    }
    return entry?.value["with"]?[name]
  }
}

// MARK: - Nodes

extension SourceLocator {
  private func origin(ofConnection node: Node, _ rest: [PathStep], in task: Task) -> Origin? {
    switch node.content {
    case .scalar(let scalar):
      guard let expression = try? Interpolation.bare(scalar) else {
        return .written(node.range)
      }
      return origin(of: expression, rest, in: task, reach: Self.reach)
    case .sequence(let items):
      guard let index = rest.leadingIndex, items.indices.contains(index) else {
        return items.first.flatMap { origin(ofConnection: $0, [], in: task) }
      }
      return origin(ofConnection: items[index], Array(rest.dropFirst()), in: task)
    case .mapping: return .written(node.range)
    }
  }

  /// - Parameter task: nil for data, where templates mean nothing.
  private func origin(
    at node: Node, _ rest: [PathStep], in task: Task?, input: String? = nil, reach: Int
  ) -> Origin? {
    var node = node
    var rest = rest[...]
    while true {
      if let task, let scalar = node.scalar,
        case .expression(let expression)? = try? Interpolation(scalar)
      {
        return origin(of: expression, Array(rest), in: task, reach: reach - 1)
      }
      guard let step = rest.popFirst() else { break }
      switch step {
      case .member(let name):
        guard let value = node[name] else { return .written(node.range, input: input) }
        node = value
      case .index(let index):
        // One thing may stand where a list is wanted.
        guard let items = node.items else { continue }
        guard items.indices.contains(index) else { return .written(node.range, input: input) }
        node = items[index]
      }
    }
    return .written(Written(range: node.range, input: input, scalar: node.scalar))
  }

  private func origin(ofInput name: String, _ rest: [PathStep], reach: Int) -> Origin? {
    if let node = inputs.node(for: name) {
      return origin(at: node, rest, in: nil, input: name, reach: reach)
    }
    if let value = root?["inputs"]?[name]?["default"] {
      return origin(at: value, rest, in: nil, reach: reach)
    }
    guard let declaration = graph.inputs.first(where: { $0.name == name }) else { return nil }
    return .written(declaration.location, input: name)
  }
}

// MARK: - Expressions

extension SourceLocator {
  private func origin(
    of expression: Expression, _ rest: [PathStep], in task: Task?, reach: Int
  ) -> Origin? {
    guard reach > 0 else { return nil }
    let next = reach - 1
    switch expression.kind {
    case .member(let base, let name, _):
      if let context = base.contextName {
        return origin(of: name, in: context, rest, at: expression.range, reach: next)
      }
      // A member of a list is a list of members.
      if let index = rest.leadingIndex, isList(base, in: task) {
        return origin(
          of: base, [.index(index), .member(name)] + rest.dropFirst(), in: task, reach: next)
      }
      return origin(of: base, [.member(name)] + rest, in: task, reach: next)
    case .name("item"):
      guard let task, let item = task.item, let foreach = graph[stage: task.stage]?.foreach else {
        return nil
      }
      return origin(
        of: foreach, [.index(item)] + rest, in: Task(stage: task.stage), reach: next)
    case .index(let base, let index):
      switch value(of: index, in: task) {
      case .integer(let number):
        return origin(of: base, [.index(number)] + rest, in: task, reach: next)
      case .text(let name):
        return origin(of: base, [.member(name)] + rest, in: task, reach: next)
      default: return .written(expression.range)
      }
    case .orElse(let left, let right):
      let chosen = value(of: left, in: task) == nil ? right : left
      return origin(of: chosen, rest, in: task, reach: next)
    case .list(let items):
      guard let index = rest.leadingIndex, items.indices.contains(index) else {
        return items.first.flatMap { origin(of: $0, rest, in: task, reach: next) }
      }
      return origin(of: items[index], Array(rest.dropFirst()), in: task, reach: next)
    default: return .written(expression.range)
    }
  }

  private func origin(
    of name: String, in context: String, _ rest: [PathStep], at range: SourceRange, reach: Int
  ) -> Origin? {
    switch context {
    case "inputs": return origin(ofInput: name, rest, reach: reach)
    case "vars":
      guard let node = root?["vars"]?[name] else { return .written(range) }
      return origin(at: node, rest, in: nil, reach: reach)
    case "secrets", "run": return .written(range)
    default:
      guard let node = graph[stage: context] else { return .written(range) }
      guard node.isForeach, let item = rest.leadingIndex else {
        return .made(by: Task(stage: context), port: name, rest: rest)
      }
      return .made(
        by: Task(stage: context, item: item), port: name, rest: Array(rest.dropFirst()))
    }
  }

  private func isList(_ expression: Expression, in task: Task?) -> Bool {
    if case .list = value(of: expression, in: task) { true } else { false }
  }

  /// Nil when it comes to nothing, or cannot be worked out.
  private func value(of expression: Expression, in task: Task?) -> Value? {
    var evaluator = Evaluator(scope(of: task))
    guard case .value(let value)? = try? evaluator.evaluate(expression) else { return nil }
    return value
  }

  /// What expressions of a task can see.
  func scope(of task: Task?) -> Scope {
    guard let task, let item = task.item, let node = graph[stage: task.stage],
      let items = try? node.items(in: scope), items.indices.contains(item)
    else { return scope }
    var seen = scope
    seen.item = items[item]
    seen.index = item
    return seen
  }
}
