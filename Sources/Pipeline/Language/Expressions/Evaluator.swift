import Foundation

/// What an expression comes to.
enum Outcome: Sendable, Hashable {
  case value(Value)
  /// There is nothing, because of these (`stage `a` was skipped`); empty for a written `null`.
  case absent([String])
}

/// Works out checked expressions. Bounded: steps and the size of texts are limited.
struct Evaluator {
  let scope: Scope
  private var steps = 0

  /// Operations and mapped items of one expression or template.
  static let maximumSteps = 500_000
  /// Bytes of a text that an expression makes.
  static let maximumTextSize = 64 << 10

  init(_ scope: Scope) { self.scope = scope }

  mutating func evaluate(_ expression: Expression) throws(EvaluationError) -> Outcome {
    try spend(1, at: expression)
    switch expression.kind {
    case .literal(let value): return value == .null ? .absent([]) : .value(value)
    case .name(let name): return try evaluate(name: name, expression)
    case .member(let base, let name, _): return try member(name, of: base, expression)
    case .index(let base, let index): return try self.index(index, of: base, expression)
    case .not(let operand):
      return try withValue(of: operand) { value throws(EvaluationError) in
        .value(.boolean(!(try Self.boolean(value, operand))))
      }
    case .negative(let operand):
      return try withValue(of: operand) { value throws(EvaluationError) in
        try Arithmetic.apply(.minus, .integer(0), value, at: operand.range)
      }
    case .binary(let operation, let left, let right):
      return try binary(operation, left, right, expression)
    case .orElse(let left, let right):
      let first = try evaluate(left)
      guard case .absent(let reasons) = first else { return first }
      let second = try evaluate(right)
      guard case .absent(let more) = second else { return second }
      return .absent(reasons + more.filter { !reasons.contains($0) })
    case .call(let function, let arguments): return try call(function, arguments, expression)
    case .list(let items): return try list(items)
    }
  }

  mutating func spend(_ cost: Int, at expression: Expression) throws(EvaluationError) {
    steps += cost
    guard steps > Self.maximumSteps else { return }
    throw EvaluationError("this takes too long to work out", at: expression.range)
  }

  /// Hands a value on; what is absent stays absent.
  mutating func withValue(
    of expression: Expression, _ body: (Value) throws(EvaluationError) -> Outcome
  ) throws(EvaluationError) -> Outcome {
    switch try evaluate(expression) {
    case .absent(let reasons): return .absent(reasons)
    case .value(let value): return try body(value)
    }
  }

  static func boolean(_ value: Value, _ expression: Expression) throws(EvaluationError) -> Bool {
    guard case .boolean(let boolean) = value else {
      throw EvaluationError("expected boolean, found \(value.kind)", at: expression.range)
    }
    return boolean
  }

  /// Items that are absent are left out; a list of nothing but absent items is absent.
  private mutating func list(_ items: [Expression]) throws(EvaluationError) -> Outcome {
    var values: [Value] = []
    var reasons: [String] = []
    for item in items {
      switch try evaluate(item) {
      case .value(.list(let inner)): values += inner
      case .value(let value): values.append(value)
      case .absent(let why): reasons += why
      }
    }
    return values.isEmpty && !items.isEmpty && !reasons.isEmpty
      ? .absent(reasons) : .value(.list(values))
  }
}

// MARK: - Names and members

extension Evaluator {
  private func evaluate(name: String, _ expression: Expression) throws(EvaluationError) -> Outcome {
    switch name {
    case "item":
      if let item = scope.item {
        return item == .null ? .absent(["`item` is empty"]) : .value(item)
      }
    case "index":
      if let index = scope.index { return .value(.integer(index)) }
    default: break
    }
    throw EvaluationError("`\(name)` has no value here", at: expression.range)
  }

  private mutating func member(
    _ name: String, of base: Expression, _ expression: Expression
  ) throws(EvaluationError) -> Outcome {
    if case .name(let root) = base.kind, root != "item", root != "index" {
      return try member(name, ofRoot: root, expression)
    }
    switch try evaluate(base) {
    case .absent(let reasons): return .absent(reasons)
    case .value(let value): return try member(name, of: value, expression)
    }
  }

  private func member(
    _ name: String, ofRoot root: String, _ expression: Expression
  ) throws(EvaluationError) -> Outcome {
    switch (root, name) {
    case ("inputs", _): return Self.outcome(scope.inputs[name], "input `\(name)` was not given")
    case ("vars", _): return Self.outcome(scope.vars[name], "`vars.\(name)` is empty")
    case ("secrets", _): return .value(.secret(name))
    case ("run", "id"): return .value(.text(scope.runID))
    case ("run", "name"): return .value(.text(scope.runName))
    default: break
    }
    switch scope.stages[root] {
    case .completed(let outputs): return Self.outcome(outputs[name], "`\(root)` made no `\(name)`")
    case .skipped: return .absent(["stage `\(root)` was skipped"])
    case .failed: return .absent(["stage `\(root)` failed"])
    case nil: throw EvaluationError("stage `\(root)` has not ended yet", at: expression.range)
    }
  }

  private static func outcome(_ value: Value?, _ reason: String) -> Outcome {
    if let value, value != .null { .value(value) } else { .absent([reason]) }
  }

  private mutating func member(
    _ name: String, of value: Value, _ expression: Expression
  ) throws(EvaluationError) -> Outcome {
    try spend(1, at: expression)
    switch value {
    case .map(let members):
      return Self.outcome(members[name], "`\(expression.path ?? name)` is not there")
    case .list(let items):
      var mapped: [Value] = []
      mapped.reserveCapacity(items.count)
      for item in items {
        if case .value(let found) = try member(name, of: item, expression) {
          mapped.append(found)
        } else {
          mapped.append(.null)
        }
      }
      return .value(.list(mapped))
    case .null: return .absent(["`\(expression.path ?? name)` is not there"])
    default:
      throw EvaluationError("\(value.kind) has no member `\(name)`", at: expression.range)
    }
  }

  private mutating func index(
    _ index: Expression, of base: Expression, _ expression: Expression
  ) throws(EvaluationError) -> Outcome {
    let position = try evaluate(index)
    return try withValue(of: base) { value throws(EvaluationError) in
      guard case .value(let position) = position else { return position }
      guard case .list(let items) = value else {
        throw EvaluationError("only a list has items, found \(value.kind)", at: base.range)
      }
      guard case .integer(let number) = position else {
        throw EvaluationError("expected integer, found \(position.kind)", at: index.range)
      }
      guard number >= -items.count, number < items.count else {
        return .absent(["`\(base.path ?? "the list")` has \(items.count) items, no [\(number)]"])
      }
      return Self.outcome(
        items[number < 0 ? items.count + number : number],
        "`\(base.path ?? "list")[\(number)]` is empty")
    }
  }
}

// MARK: - Operators

extension Evaluator {
  private mutating func binary(
    _ operation: Expression.Operator, _ left: Expression, _ right: Expression,
    _ expression: Expression
  ) throws(EvaluationError) -> Outcome {
    let first = try evaluate(left)
    switch operation {
    case .and, .or:
      guard case .value(let value) = first else { return first }
      let isTrue = try Self.boolean(value, left)
      if isTrue == (operation == .or) { return first }
      return try withValue(of: right) { value throws(EvaluationError) in
        .value(.boolean(try Self.boolean(value, right)))
      }
    case .equal, .unequal:
      return try equality(operation, left, right, first)
    default: break
    }
    guard case .value(let one) = first else { return first }
    return try withValue(of: right) { other throws(EvaluationError) in
      if let isOrdered = Comparison.holds(operation, one, other) {
        return .value(.boolean(isOrdered))
      }
      return try Arithmetic.apply(operation, one, other, at: expression.range)
    }
  }
}

extension Evaluator {
  /// Compared with a written `null`, what is absent is equal; otherwise it makes the comparison
  /// absent.
  private mutating func equality(
    _ operation: Expression.Operator, _ left: Expression, _ right: Expression, _ first: Outcome
  ) throws(EvaluationError) -> Outcome {
    let second = try evaluate(right)
    let isEqual: Bool
    switch (first, second) {
    case (.value(let one), .value(let other)): isEqual = Comparison.areEqual(one, other)
    case (.absent, .absent) where left.isNull || right.isNull: isEqual = true
    case (.absent, .value) where left.isNull, (.value, .absent) where right.isNull: isEqual = false
    case (.absent, _): return first
    case (_, .absent): return second
    }
    return .value(.boolean(isEqual == (operation == .equal)))
  }
}

/// Equality and order of values.
enum Comparison {
  /// A text equals what is written like it.
  static func areEqual(_ left: Value, _ right: Value) -> Bool {
    if left == right { return true }
    if let left = left.asNumber, let right = right.asNumber { return left == right }
    switch (left, right) {
    case (.text(let text), .duration(let value)), (.duration(let value), .text(let text)):
      return Duration(text) == value
    case (.text(let text), .size(let value)), (.size(let value), .text(let text)):
      return PixelSize(text) == value
    case (.text(let text), .colour(let value)), (.colour(let value), .text(let text)):
      return Colour(text) == value
    case (.text, _), (_, .text):
      return left.asText != nil && left.asText == right.asText
    case (.list(let left), .list(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
    default: return false
    }
  }

  /// Nil when `operation` is no comparison or the values have no order.
  static func holds(_ operation: Expression.Operator, _ left: Value, _ right: Value) -> Bool? {
    switch operation {
    case .less: isLess(left, right)
    case .greater: isLess(right, left)
    case .lessOrEqual: isLess(right, left).map { !$0 }
    case .greaterOrEqual: isLess(left, right).map { !$0 }
    default: nil
    }
  }

  private static func isLess(_ left: Value, _ right: Value) -> Bool? {
    if let left = left.asNumber, let right = right.asNumber { return left < right }
    switch (left, right) {
    case (.duration(let left), .duration(let right)): return left < right
    case (.duration(let left), .text(let right)): return Duration(right).map { left < $0 }
    case (.text(let left), .duration(let right)): return Duration(left).map { $0 < right }
    case (.text(let left), .text(let right)): return left < right
    default: return nil
    }
  }
}

extension Value {
  var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
