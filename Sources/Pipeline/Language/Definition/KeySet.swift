/// The keys of one kind of map in a pipeline file, and what to say about others.
struct KeySet: Sendable {
  /// For messages: `a stage`.
  var owner: String
  var names: [String]
  /// Part of the language but not of this version.
  var unsupported: Set<String> = []
  /// Other systems' words, and the key that is meant.
  var synonyms: [String: String] = [:]
  /// Other systems' words that have no key here, and what to do instead.
  var advice: [String: String] = [:]
  /// Whether `x-…` is ignored.
  var allowsExtensions = false

  /// Nil for a key that is known or ignored.
  func diagnostic(for entry: Node.Entry) -> Diagnostic? {
    let name = entry.name
    if names.contains(name) || allowsExtensions && name.hasPrefix("x-") { return nil }
    if unsupported.contains(name) {
      return Diagnostic(
        "unsupported", "`\(name)` is not supported by this version", at: entry.key.range)
    }
    let diagnostic = Diagnostic(
      "unknown-key", "`\(name.shortened)` is not a key of \(owner)", at: entry.key.range)
    if name == "<<" {
      return diagnostic.noting(
        "merge keys are not used here; give the whole value by alias: `key: *anchor`")
    }
    if let meant = synonyms[name] { return diagnostic.suggesting(meant) }
    if let advice = advice[name] { return diagnostic.noting(advice) }
    if let near = Suggestion.nearest(to: name, among: names) { return diagnostic.suggesting(near) }
    if let near = Suggestion.nearest(to: name, among: advice.keys.sorted()),
      let advice = advice[near]
    {
      return diagnostic.noting(advice)
    }
    return diagnostic.noting("known are \(Suggestion.list(names))")
  }
}

extension KeySet {
  /// Whether a key that is missing was written in another way, which is reported with that.
  func isMeant(_ missing: String, by written: some Sequence<String>) -> Bool {
    written.contains { name in
      guard !names.contains(name) else { return false }
      return synonyms[name] == missing || Suggestion.nearest(to: name, among: names) == missing
        || missing == "uses" && ["run", "script", "command", "cmd"].contains(name)
    }
  }
}

extension KeySet {
  static let pipeline = KeySet(
    owner: "a pipeline",
    names: [
      "version", "name", "description", "inputs", "vars", "labels", "defaults", "stages", "outputs",
    ],
    unsupported: ["secrets", "hooks", "limits", "concurrency", "priority"],
    synonyms: [
      "id": "name", "title": "name", "params": "inputs", "parameters": "inputs", "args": "inputs",
      "arguments": "inputs", "env": "vars", "variables": "vars", "constants": "vars",
      "steps": "stages", "tasks": "stages", "jobs": "stages", "pipeline": "stages",
      "nodes": "stages", "results": "outputs", "tags": "labels", "summary": "description",
    ],
    advice: [
      "runs-on": "a pipeline runs on the host that is asked to run it; the key can go",
      "on": "a pipeline has no triggers; a run is started with its inputs",
      "triggers": "a pipeline has no triggers; a run is started with its inputs",
      "namespace": "pipelines are known by `name` alone; the key can go",
    ],
    allowsExtensions: true)

  static let stage = KeySet(
    owner: "a stage",
    names: [
      "uses", "in", "with", "needs", "if", "foreach", "retry", "timeout", "on-error", "description",
    ],
    unsupported: ["limits", "concurrency", "priority", "cache", "deadline", "stall", "isolation"],
    synonyms: [
      "type": "uses", "module": "uses", "plugin": "uses", "action": "uses", "kind": "uses",
      "stage": "uses", "use": "uses", "params": "with", "parameters": "with", "config": "with",
      "options": "with", "settings": "with", "args": "with", "properties": "with", "input": "in",
      "inputs": "in", "from": "in", "depends_on": "needs", "depends-on": "needs",
      "dependsOn": "needs", "dependencies": "needs", "after": "needs", "requires": "needs",
      "when": "if", "condition": "if", "unless": "if", "for-each": "foreach", "for_each": "foreach",
      "forEach": "foreach", "each": "foreach", "loop": "foreach", "items": "foreach",
      "retries": "retry", "attempts": "retry", "summary": "description", "on_error": "on-error",
      "onError": "on-error",
    ],
    advice: [
      "run": "a stage uses a module (`uses: burn`); commands cannot be run from a pipeline",
      "script": "a stage uses a module (`uses: burn`); commands cannot be run from a pipeline",
      "command": "a stage uses a module (`uses: burn`); commands cannot be run from a pipeline",
      "cmd": "a stage uses a module (`uses: burn`); commands cannot be run from a pipeline",
      "runs-on": "a pipeline runs on the host that is asked to run it; the key can go",
      "env": "a stage sees no environment; its settings stand under `with`",
      "strategy": "one task per item of a list: `foreach: inputs.scenes`",
      "matrix": "one task per item of a list: `foreach: inputs.scenes`",
      "timeout-minutes": "write `timeout` with a unit, such as `timeout: 30m`",
      "continue-on-error": "write `on-error: continue`",
      "allow_failure": "write `on-error: continue`",
      "id": "a stage's id is its key under `stages`",
      "name": "a stage's id is its key under `stages`; `description` says more",
      "outputs":
        "a stage's outputs are fixed by its module; name them where they are used: `id.output`",
    ])

  static let input = KeySet(
    owner: "an input",
    names: ["type", "default", "optional", "min", "max", "description", "values"],
    synonyms: [
      "kind": "type", "options": "values", "choices": "values", "enum": "values",
      "minimum": "min", "maximum": "max", "help": "description", "summary": "description",
      "defaults": "default", "value": "default",
    ],
    advice: [
      "required": "every input is required unless it says `optional: true` or has a `default`"
    ])

  static let defaults = KeySet(
    owner: "`defaults`", names: ["retry", "timeout", "uses"],
    unsupported: ["limits", "cache", "deadline", "stall", "isolation", "concurrency", "priority"])

  static let defaultsOfStage = KeySet(
    owner: "the defaults of a stage", names: ["with"],
    synonyms: ["options": "with", "settings": "with", "params": "with"])
}
