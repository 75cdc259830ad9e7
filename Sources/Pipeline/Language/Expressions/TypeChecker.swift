/// Finds the type of an expression before anything runs, and what it names.
struct TypeChecker {
  let scope: TypeScope
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var references: [Reference] = []
  /// The names of the secrets that it uses.
  private(set) var secrets: [String] = []

  init(_ scope: TypeScope) { self.scope = scope }

  /// Nil when the type cannot be known because of a mistake, which is reported here or was before.
  mutating func type(of expression: Expression) -> ValueType? {
    switch expression.kind {
    case .literal(let value): return value.literalType
    case .name(let name): return type(ofName: name, at: expression.range)
    case .member(let base, let name, let place):
      if let foreign = foreignOutput(expression) {
        report(foreign)
        return nil
      }
      return member(name, of: base, at: place)
    case .index(let base, let index): return self.index(index, of: base)
    case .not(let operand):
      require(operand, toBe: .boolean, for: "`!`")
      return .boolean
    case .negative(let operand): return negative(operand)
    case .binary(let operation, let left, let right):
      return binary(operation, left, right, at: expression.range)
    case .orElse(let left, let right): return orElse(left, right, at: expression.range)
    case .call(let function, let arguments):
      return call(function, arguments, at: expression.range)
    case .list(let items): return list(items)
    }
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  mutating func mismatch(_ message: String, at range: SourceRange, hint: String? = nil) {
    report(Diagnostic("type-mismatch", message, at: range, hint: hint))
  }

  /// The type of something that is computed with: never a secret, which is reported.
  /// - Parameter use: what a secret cannot be, such as ``used with `==` ``.
  mutating func operand(_ expression: Expression, _ use: String) -> ValueType? {
    guard let found = type(of: expression) else { return nil }
    guard found.unwrapped == .secret else { return found }
    report(.secretLeak("a secret cannot be \(use)", at: expression.range))
    return nil
  }

  /// Reports an operand of another type.
  mutating func require(_ operand: Expression, toBe wanted: ValueType, for user: String) {
    guard let found = self.operand(operand, "used with \(user)"),
      !wanted.accepts(found) || !found.isUsable(as: wanted)
    else {
      return
    }
    mismatch("\(user) needs \(wanted), found \(found.named)", at: operand.range)
  }

  private mutating func negative(_ operand: Expression) -> ValueType? {
    guard let found = self.operand(operand, "used with `-`")?.unwrapped else { return nil }
    if found == .integer || found == .number || found == .json { return found }
    mismatch("`-` needs a number, found \(found.named)", at: operand.range)
    return nil
  }

  private mutating func list(_ items: [Expression]) -> ValueType? {
    var element: ValueType?
    var isKnown = true
    for item in items {
      guard let found = operand(item, "put into a list with other things")?.unwrapped else {
        isKnown = false
        continue
      }
      guard let soFar = element else {
        element = found
        continue
      }
      if let joined = soFar.joined(with: found) {
        element = joined
      } else {
        mismatch("a list of \(soFar) cannot hold \(found.named)", at: item.range)
        isKnown = false
      }
    }
    return isKnown ? .list(element ?? .json) : nil
  }

  private mutating func index(_ index: Expression, of base: Expression) -> ValueType? {
    require(index, toBe: .integer, for: "`[ ]`")
    guard let found = operand(base, "taken apart")?.unwrapped else { return nil }
    switch found {
    case .list(let element): return .optional(element)
    case .json: return .optional(.json)
    default:
      mismatch("only a list has items, found \(found.named)", at: base.range)
      return nil
    }
  }

  private mutating func orElse(
    _ left: Expression, _ right: Expression, at range: SourceRange
  ) -> ValueType? {
    let first = operand(left, "used with `else`")
    let second = operand(right, "used with `else`")
    guard let first, let second else { return nil }
    guard let joined = first.unwrapped.joined(with: second.unwrapped) else {
      mismatch(
        "both sides of `else` must be of one type, found \(first.unwrapped) and \(second.unwrapped)",
        at: range)
      return nil
    }
    return second.isOptional ? .optional(joined) : joined
  }
}

// MARK: - Names and members

extension TypeChecker {
  private mutating func type(ofName name: String, at range: SourceRange) -> ValueType? {
    switch name {
    case "item", "index":
      guard case .available(let item) = scope.item else {
        report(
          Diagnostic(
            "unknown-reference",
            "`\(name)` exists only in `with` and `in` of a stage with `foreach`",
            at: range))
        return nil
      }
      return name == "index" ? .integer : item
    case "inputs", "vars", "secrets", "run":
      let names = members(ofContext: name)
      let diagnostic = Diagnostic(
        "unknown-reference", "`\(name)` has no value of its own", at: range)
      report(
        names.isEmpty
          ? diagnostic
          : diagnostic.noting(
            "name one of its members: \(Suggestion.list(names.map { "\(name).\($0)" }))"))
      return nil
    default: break
    }
    guard let stage = scope.stages[name] else {
      report(unknown(name, at: range))
      return nil
    }
    guard name != scope.stage else {
      report(Diagnostic("cycle", "`\(name)` cannot use its own outputs", at: range))
      return nil
    }
    let outputs = stage?.fields.map { "\(name).\($0.name)" } ?? []
    let diagnostic = Diagnostic(
      "unknown-reference", "`\(name)` is a stage; name one of its outputs", at: range)
    report(
      outputs.count == 1
        ? diagnostic.suggesting(outputs[0])
        : outputs.isEmpty ? diagnostic : diagnostic.noting("they are \(Suggestion.list(outputs))"))
    return nil
  }

  private static let hyphenNote = "a name can contain `-`; to subtract, write spaces around it"

  private func members(ofContext name: String) -> [String] {
    switch name {
    case "inputs": scope.inputs.keys.sorted()
    case "vars": scope.vars.keys.sorted()
    case "secrets": scope.secrets
    default: ["id", "name"]
    }
  }

  private func unknown(_ name: String, at range: SourceRange) -> Diagnostic {
    let diagnostic = Diagnostic("unknown-reference", "there is nothing called `\(name)`", at: range)
    if scope.inputs[name] != nil { return diagnostic.suggesting("inputs.\(name)") }
    if scope.vars[name] != nil { return diagnostic.suggesting("vars.\(name)") }
    if let note = ForeignNames.notes[name] { return diagnostic.noting(note) }
    if ForeignNames.outputs.contains(name) { return diagnostic.noting(ForeignNames.outputNote) }
    if let near = Suggestion.nearest(
      to: name, among: scope.stages.keys.sorted() + TypeScope.contexts)
    {
      return diagnostic.suggesting(near)
    }
    if name.contains("-"), let first = name.split(separator: "-").first,
      scope.stages[String(first)] != nil || TypeScope.contexts.contains(String(first))
    {
      return diagnostic.noting(Self.hyphenNote)
    }
    let stages = scope.stages.keys.sorted()
    let known = Suggestion.list(TypeScope.contexts + stages)
    return diagnostic.noting("known here are \(known); a text is written in quotes: '\(name)'")
  }

  private mutating func member(
    _ name: String, of base: Expression, at place: SourceRange
  ) -> ValueType? {
    if case .name(let root) = base.kind {
      switch root {
      case "secrets": return secret(name, at: place)
      case "inputs", "vars", "run": return member(name, ofContext: root, at: place)
      case "item", "index": break
      default:
        if let stage = scope.stages[root], root != scope.stage {
          return output(name, of: root, stage, at: base.range.joined(with: place), place)
        }
      }
    }
    guard let found = operand(base, "taken apart") else { return nil }
    return member(name, of: found, at: place)
  }

  private mutating func member(
    _ name: String, ofContext context: String, at place: SourceRange
  ) -> ValueType? {
    let names = members(ofContext: context)
    guard names.contains(name) else {
      let kind = ["inputs": "input", "vars": "variable"][context] ?? "member of `run`"
      var diagnostic = Diagnostic("unknown-reference", "there is no \(kind) `\(name)`", at: place)
      if let near = Suggestion.nearest(to: name, among: names) {
        diagnostic = diagnostic.suggesting(near)
      } else if names.contains(where: { name.hasPrefix("\($0)-") }) {
        diagnostic = diagnostic.noting(Self.hyphenNote)
      } else if names.isEmpty {
        diagnostic = diagnostic.noting("this pipeline declares no `\(context)`")
      } else {
        diagnostic = diagnostic.noting("declared are \(Suggestion.list(names))")
      }
      report(diagnostic)
      return nil
    }
    switch context {
    case "inputs":
      references.append(Reference(target: .input(name), range: place))
      return scope.inputs[name] ?? nil
    case "vars": return scope.vars[name] ?? nil
    default: return .text
    }
  }

  private mutating func secret(_ name: String, at place: SourceRange) -> ValueType? {
    secrets.append(name)
    if scope.secrets.contains(name) { return .secret }
    var diagnostic = Diagnostic(
      "unknown-secret", "this pipeline declares no secret `\(name)`", at: place)
    if let near = Suggestion.nearest(to: name, among: scope.secrets) {
      diagnostic = diagnostic.suggesting(near)
    } else {
      diagnostic.hint =
        "declare it: `secrets: [\((scope.secrets + [name]).joined(separator: ", "))]`"
      diagnostic.fix = scope.secretsFix?.adding(name)
    }
    report(diagnostic)
    return nil
  }

  private mutating func output(
    _ name: String, of id: String, _ stage: TypeScope.StageOutputs?, at range: SourceRange,
    _ place: SourceRange
  ) -> ValueType? {
    if let owner = scope.wholeRun {
      report(
        Diagnostic(
          "unknown-reference",
          "\(owner) is worked out for the run as a whole; it cannot use `\(id).\(name)`",
          at: range
        ).noting("it sees `inputs`, `vars` and `run`"))
      return nil
    }
    references.append(Reference(target: .output(stage: id, name: name), range: range))
    guard let stage else { return nil }
    if let type = stage.types[name] { return type }
    let names = stage.fields.map(\.name)
    let diagnostic = Diagnostic("unknown-port", "stage `\(id)` has no output `\(name)`", at: place)
    let near = Suggestion.nearest(to: name, among: names)
    if let near {
      report(diagnostic.suggesting(near, detail: stage.types[near]?.named))
    } else {
      report(
        diagnostic.noting(
          names.isEmpty ? "it has no outputs" : "its outputs are \(Suggestion.list(names))"))
    }
    return nil
  }

  /// A member of a list maps over it.
  private mutating func member(
    _ name: String, of type: ValueType, at place: SourceRange
  ) -> ValueType? {
    switch type {
    case .optional(let inner):
      return member(name, of: inner, at: place).map { .optional($0.unwrapped) }
    case .list(let element): return member(name, of: element, at: place).map { .list($0) }
    case .json: return .optional(.json)
    case .map(let element): return .optional(element.unwrapped)
    case .record(let fields):
      if let field = fields.first(where: { $0.name == name }) { return field.type }
      let names = fields.map(\.name)
      let diagnostic = Diagnostic(
        "unknown-reference", "there is no member `\(name)` here", at: place)
      let near = Suggestion.nearest(to: name, among: names)
      report(
        near != nil
          ? diagnostic.suggesting(near) : diagnostic.noting("known are \(Suggestion.list(names))"))
      return nil
    default:
      report(Diagnostic("type-mismatch", "\(type.named) has no members", at: place))
      return nil
    }
  }
}
