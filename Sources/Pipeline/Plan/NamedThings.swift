/// Something that an expression names: `inputs.x`, `run.id`, `voice.audio`, or `item` without a member.
struct NamedThing: Sendable, Hashable {
  /// A context or a stage.
  var root: String
  var member: String?
}

extension Expression {
  /// Everything that it names.
  var names: Set<NamedThing> {
    switch kind {
    case .literal: []
    case .name(let name): [NamedThing(root: name)]
    case .member(let base, let name, _):
      if let root = base.contextName {
        [NamedThing(root: root, member: name)]
      } else {
        base.names
      }
    case .index(let base, let index): base.names.union(index.names)
    case .not(let operand), .negative(let operand): operand.names
    case .binary(_, let left, let right), .orElse(let left, let right):
      left.names.union(right.names)
    case .call(_, let arguments), .list(let arguments): arguments.names
    }
  }

  /// `inputs`, a stage, …: a name whose members are things of their own.
  var contextName: String? {
    if case .name(let name) = kind, name != "item", name != "index" { name } else { nil }
  }
}

extension [Expression] {
  fileprivate var names: Set<NamedThing> { reduce(into: []) { $0.formUnion($1.names) } }
}

extension Template {
  /// Everything that its expressions name.
  var names: Set<NamedThing> {
    switch content {
    case .literal: []
    case .expression(let expression): expression.names
    case .mixed(let parts): parts.reduce(into: []) { $0.formUnion($1.names) }
    case .list(let items): items.reduce(into: []) { $0.formUnion($1.names) }
    case .map(let members), .record(_, let members):
      members.values.reduce(into: []) { $0.formUnion($1.names) }
    }
  }
}

extension Interpolation.Part {
  fileprivate var names: Set<NamedThing> {
    if case .expression(let expression) = self { expression.names } else { [] }
  }
}

extension Set<NamedThing> {
  /// Whether it is known before anything runs: nothing but inputs and constants.
  var isStatic: Bool { allSatisfy { $0.root == "inputs" || $0.root == "vars" } }

  /// The same inside a `foreach` whose items are known.
  var isStaticForItem: Bool {
    allSatisfy { ["inputs", "vars", "item", "index"].contains($0.root) }
  }
}

extension StageNode {
  /// The stages that a setting or port takes its value from, sorted.
  func sources(of template: Template) -> [String] {
    let names = template.names
    var roots = Set(names.map(\.root))
    // What comes through an item comes from where the items come from.
    if roots.contains("item"), let foreach { roots.formUnion(foreach.names.map(\.root)) }
    return dependencies.filter { roots.contains($0) }
  }
}
