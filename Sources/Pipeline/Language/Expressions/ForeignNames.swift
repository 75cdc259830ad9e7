/// Names that other systems have in expressions, and what to write here.
enum ForeignNames {
  /// What the outputs of stages are found under elsewhere.
  static let outputs: Set<String> = [
    "steps", "needs", "jobs", "stages", "tasks", "outputs", "nodes",
  ]

  static let outputNote = "an output is named by its stage's id alone: `id.output`"

  static func isKnown(_ name: String) -> Bool {
    outputs.contains(name) || notes[name] != nil || functions[name] != nil
  }

  static let notes: [String: String] = [
    "github": cause, "trigger": cause, "event": cause, "context": cause,
    "env": environment, "envs": environment, "ENV": environment,
    "runner": host, "job": host, "worker": host, "host": host, "system": host,
    "matrix": item, "strategy": item, "taskrun": item, "each": item,
    "this": "inside `foreach` the item is `item`; what a run is given is `inputs.x`",
    "root": "an expression sets nothing; it is a value and stands where the value is needed",
    "meta": "what goes with a run is an input: `inputs.x`",
    "flow": "what the pipeline is called is `run.name`",
    "execution": "the run's id is `run.id`, what the pipeline is called `run.name`",
    "labels": "labels are there to find a pipeline by; a constant is `vars.x`",
    "params": "what a run is given is `inputs.x`",
    "parameters": "what a run is given is `inputs.x`",
    "variables": "a constant is `vars.x`", "self": "a stage cannot use what it makes itself",
    "now": clock, "date": clock, "timestamp_unix": clock,
  ]

  private static let cause =
    "a run does not know what started it; what it needs is an input: `inputs.x`; the run's own id is `run.id`"
  private static let environment =
    "an expression sees no environment: a constant is `vars.x`, what changes from run to run `inputs.x`, a key `secrets.X`"
  private static let host =
    "an expression does not see the host, so that a pipeline makes the same film everywhere"
  private static let item =
    "a stage with `foreach` has one task per item; it sees its own as `item`, and its number as `index`"
  private static let clock = "an expression sees no clock; what changes from run to run is an input"

  /// Functions of other systems, and what to do instead.
  static let functions: [String: String] = [
    "success": "a stage runs when all that it depends on went well; no condition is needed",
    "always":
      "what a stage depends on must say `on-error: continue`; who is told in any case stands in `hooks: { finished: … }`",
    "failure": "who is told of a failure stands in `hooks: { failed: … }`",
    "cancelled": "who is told of an end by force stands in `hooks: { cancelled: … }`",
    "startsWith": contains, "endsWith": contains, "has_prefix": contains, "has_suffix": contains,
    "fromJSON": "what is given as JSON is read by its type: `inputs: { scenes: list<json> }`",
    "parse_json": "what is given as JSON is read by its type: `inputs: { scenes: list<json> }`",
    "toJSON": "JSON is made by `json(value)`", "format_json": "JSON is made by `json(value)`",
    "format": concatenation, "concat": concatenation, "printf": concatenation,
    "hashFiles": "results are known by what made them; no key is needed",
    "uppercase": "it is called `upper(text)`", "toUpper": "it is called `upper(text)`",
    "lowercase": "it is called `lower(text)`", "toLower": "it is called `lower(text)`",
    "length": "it is called `len(value)`", "size": "it is called `len(value)`",
    "count": "it is called `len(value)`", "strip": "it is called `trim(text)`",
    "map_each": mapping, "map": mapping, "filter": mapping, "for_each": mapping,
    "default": "what to take when nothing is there: `a else b`",
    "coalesce": "what to take when nothing is there: `a else b`",
    "or": "what to take when nothing is there: `a else b`",
    "catch": "what to take when nothing is there: `a else b`",
    "secret": "a secret is `secrets.NAME`", "env": environment, "kv": "a constant is `vars.x`",
    "now": clock, "uuid_v4": "an expression has no randomness; the run's own id is `run.id`",
    "deleted": "a setting without a value is left out by itself",
    "error": "errors are no values here",
    "read": "files come in as inputs: `inputs: { script: file }`",
    "file": "files come in as inputs: `inputs: { script: file }`",
  ]

  private static let contains = "a part of a text is found by `contains(text, part)`"
  private static let concatenation = "texts are put together as they are: `${{ a }} of ${{ b }}`"
  private static let mapping =
    "a member of a list is the list of that member: `inputs.scenes.title`; one task per item is `foreach`"
}

extension TypeChecker {
  /// An output named by a path of another system, such as `steps.cut.outputs.video`; nil for anything else.
  func foreignOutput(_ expression: Expression) -> Diagnostic? {
    guard var names = expression.memberNames, names.count > 1,
      ForeignNames.outputs.contains(names[0]),
      scope.stages[names[0]] == nil
    else { return nil }
    let path = names.joined(separator: ".")
    names.removeFirst()
    let id = names.removeFirst()
    let diagnostic = Diagnostic(
      "unknown-reference", "`\(path.shortened)` is not how an output is named here",
      at: expression.range)
    guard let stage = scope.stages[id] else {
      let near = Suggestion.nearest(to: id, among: scope.stages.keys.sorted())
      return diagnostic.noting(ForeignNames.outputNote).noting(
        near.map { "there is no stage `\(id)`; did you mean `\($0)`?" }
          ?? "there is no stage `\(id)`")
    }
    let outputs = stage?.fields.map(\.name) ?? []
    if let first = names.first, !outputs.contains(first), names.count > 1 { names.removeFirst() }
    if let name = names.first, outputs.contains(name) {
      return diagnostic.suggesting(([id] + names).joined(separator: "."))
    }
    if let name = names.first,
      ["outcome", "conclusion", "status", "state", "result"].contains(name)
    {
      return diagnostic.noting(
        "a stage runs when all that it depends on went well; what may be missing is chosen by `a else b`"
      )
    }
    let known = Suggestion.list(outputs.map { "\(id).\($0)" })
    return diagnostic.noting(
      outputs.isEmpty ? "`\(id)` has no outputs" : "its outputs are \(known)")
  }
}

extension Expression {
  /// The names of a path without indices, from its root; nil for anything else.
  fileprivate var memberNames: [String]? {
    switch kind {
    case .name(let name): [name]
    case .member(let base, let name, _): base.memberNames.map { $0 + [name] }
    default: nil
    }
  }
}
