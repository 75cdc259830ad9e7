/// One task as it would run: everything that it needs worked out, and the name of its result.
struct PreparedTask: Sendable {
  /// From 0; nil for a stage without `foreach`.
  var item: Int?
  /// Files are references.
  var options: [String: Value]
  /// Files are references; films that must become files may still be timelines.
  var inputs: [String: Value]
  var key: TaskKey
}

/// Works out a stage's tasks, in order.
struct TaskPreparation: Sendable {
  let node: StageNode
  private let ingest: FileIngest
  private var keys: TaskKeyMaker
  private let optionsHoldFiles: Bool
  private let inputsHoldFiles: Bool

  /// - Parameter preview: nil for a stage that makes whole films, or none.
  init(_ node: StageNode, ingest: FileIngest, rendererVersion: Int, preview: FilmPreview?) {
    self.node = node
    self.ingest = ingest
    keys = TaskKeyMaker(node.spec, rendererVersion: rendererVersion, preview: preview)
    optionsHoldFiles = node.spec.options.contains(where: \.type.holdsFiles)
    inputsHoldFiles = node.spec.inputs.contains(where: \.type.holdsFiles)
  }

  /// Throws `StageError`, about the item where there is one.
  mutating func prepare(_ scope: Scope) async throws -> PreparedTask {
    do {
      var options = try node.options(in: scope)
      if optionsHoldFiles {
        options = try await ingest.resolve(options, as: node.spec.options)
      }
      guard case .ready(var inputs) = try node.inputs(in: scope) else {
        throw StageError(.configuration, "an item of `foreach` has no value for a required input")
      }
      if inputsHoldFiles { inputs = try await ingest.resolve(inputs, as: node.spec.inputs) }
      let key = try keys.key(options: options, inputs: inputs)
      return PreparedTask(item: scope.index, options: options, inputs: inputs, key: key)
    } catch {
      let failure = StageError(wrapping: error)
      throw scope.index.map { failure.about("item \($0 + 1)") } ?? failure
    }
  }

  /// Every task's view of the run; for a `foreach` one per item.
  static func scopes(of node: StageNode, in scope: Scope) throws -> ItemScopes {
    ItemScopes(scope: scope, items: try node.items(in: scope))
  }
}

/// The scopes of a stage's tasks, made when asked for.
struct ItemScopes: Sendable {
  let scope: Scope
  /// Nil for a stage without `foreach`.
  let items: [Value]?

  var count: Int { items?.count ?? 1 }

  subscript(index: Int) -> Scope {
    guard let items else { return scope }
    var scope = scope
    scope.item = items[index]
    scope.index = index
    return scope
  }
}
