/// A parsed expression. Total and without side effects: it always ends, with a value or with
/// nothing.
struct Expression: Sendable {
  indirect enum Kind: Sendable {
    /// `.null`, text, numbers and booleans.
    case literal(Value)
    /// A context (`inputs`), a stage, `item` or `index`.
    case name(String)
    case member(Expression, String, at: SourceRange)
    case index(Expression, Expression)
    case not(Expression)
    case negative(Expression)
    case binary(Operator, Expression, Expression)
    /// The first that exists.
    case orElse(Expression, Expression)
    case call(Function, [Expression])
    /// Written as a YAML list of expressions.
    case list([Expression])
  }

  enum Operator: String, Sendable, CaseIterable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divided = "/"
    case remainder = "%"
  }

  enum Function: String, Sendable, CaseIterable {
    case len, join, split, lower, upper, trim, contains, basename, min, max, sum, json
  }

  var kind: Kind
  var range: SourceRange

  /// Whether `secrets` is named anywhere in it.
  var mentionsSecrets: Bool {
    switch kind {
    case .literal: false
    case .name(let name): name == "secrets"
    case .member(let base, _, _), .not(let base), .negative(let base): base.mentionsSecrets
    case .index(let left, let right), .binary(_, let left, let right), .orElse(let left, let right):
      left.mentionsSecrets || right.mentionsSecrets
    case .call(_, let items), .list(let items): items.contains(where: \.mentionsSecrets)
    }
  }

  /// A path as written, such as `inputs.scenes[0]`, for messages; `this` for anything else.
  var path: String? {
    switch kind {
    case .name(let name): name
    case .member(let base, let name, _): base.path.map { "\($0).\(name)" }
    case .index(let base, let index):
      if case .literal(.integer(let number)) = index.kind {
        base.path.map { "\($0)[\(number)]" }
      } else {
        base.path.map { "\($0)[…]" }
      }
    default: nil
    }
  }
}
