extension TypeChecker {
  mutating func binary(
    _ operation: Expression.Operator, _ left: Expression, _ right: Expression,
    at range: SourceRange
  ) -> ValueType? {
    switch operation {
    case .and, .or:
      require(left, toBe: .boolean, for: "`\(operation.rawValue)`")
      require(right, toBe: .boolean, for: "`\(operation.rawValue)`")
      return .boolean
    case .equal, .unequal:
      compare(operation, left, right, at: range, isComparable: ValueType.areEquatable)
      return .boolean
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      compare(operation, left, right, at: range, isComparable: ValueType.areOrdered)
      return .boolean
    case .plus, .minus, .times, .divided, .remainder:
      return arithmetic(operation, left, right, at: range)
    }
  }

  private mutating func compare(
    _ operation: Expression.Operator, _ left: Expression, _ right: Expression,
    at range: SourceRange, isComparable: (ValueType, ValueType) -> Bool
  ) {
    let use = "used with `\(operation.rawValue)`"
    let first = operand(left, use)?.unwrapped
    let second = operand(right, use)?.unwrapped
    let isEquality = operation == .equal || operation == .unequal
    if isEquality, left.isNull || right.isNull { return }
    guard let first, let second else { return }
    guard isComparable(first, second) else {
      mismatch(
        "`\(operation.rawValue)` cannot compare \(first.named) with \(second.named)", at: range)
      return
    }
    check(right, against: first)
    check(left, against: second)
  }

  /// A literal text that is compared with a choice, a duration or the like must be one.
  private mutating func check(_ literal: Expression, against type: ValueType) {
    guard case .literal(.text(let text)) = literal.kind, type != .text, type != .json else {
      return
    }
    do {
      _ = try type.parse(scalar: text)
    } catch {
      report(
        Diagnostic("wrong-value", error.message, at: literal.range)
          .suggesting(error.suggestion.map { "'\($0)'" }))
    }
  }

  private mutating func arithmetic(
    _ operation: Expression.Operator, _ left: Expression, _ right: Expression,
    at range: SourceRange
  ) -> ValueType? {
    let use = "used with `\(operation.rawValue)`"
    let first = operand(left, use)?.unwrapped
    let second = operand(right, use)?.unwrapped
    guard let first, let second else { return nil }
    if let result = ValueType.result(of: operation, first, second) { return result }
    mismatch(
      "`\(operation.rawValue)` cannot be used with \(first.named) and \(second.named)", at: range)
    return nil
  }
}

extension Expression {
  var isNull: Bool {
    if case .literal(.null) = kind { true } else { false }
  }
}

extension Value {
  /// Of what can be written in an expression, and of a constant of `vars`.
  var literalType: ValueType {
    switch self {
    case .text: .text
    case .integer: .integer
    case .number: .number
    case .boolean: .boolean
    case .null: .optional(.json)
    default: .json
    }
  }
}

extension ValueType {
  /// For messages: `text`, `a list of text`, `a map`.
  var named: String {
    switch self {
    case .optional(let inner): inner.named
    case .list(let element): "a list of \(element)"
    case .choice(let names): "one of \(Suggestion.list(names))"
    default: "\(self)"
    }
  }

  private var isNumeric: Bool { self == .integer || self == .number }

  /// What reads like one word: it can be part of a text.
  var isTextLike: Bool {
    switch self {
    case .optional(let inner): inner.isTextLike
    case .text, .integer, .number, .boolean, .duration, .size, .colour, .choice, .json: true
    default: false
    }
  }

  /// Operators want the thing itself: no list of one, no text for a number.
  func isUsable(as wanted: ValueType) -> Bool {
    let found = unwrapped
    return found == .json || found == wanted || wanted == .text && found.isTextLike
      || wanted == .number && found == .integer
  }

  static func areEquatable(_ left: ValueType, _ right: ValueType) -> Bool {
    guard left.isPlain, right.isPlain else { return false }
    return left.accepts(right) || right.accepts(left)
  }

  static func areOrdered(_ left: ValueType, _ right: ValueType) -> Bool {
    switch (left, right) {
    case (.json, _), (_, .json): left.isPlain && right.isPlain
    case (.text, .text), (.duration, .duration), (.duration, .text), (.text, .duration): true
    default: left.isNumeric && right.isNumeric
    }
  }

  /// Nil where the operator makes no sense. Two integers give an integer, division rounds towards
  /// zero.
  static func result(
    of operation: Expression.Operator, _ left: ValueType, _ right: ValueType
  ) -> ValueType? {
    if left == .json || right == .json {
      return left.isTextLike && right.isTextLike ? .json : nil
    }
    if left.isNumeric, right.isNumeric {
      if operation == .remainder { return left == .integer && right == .integer ? .integer : nil }
      return left == .integer && right == .integer ? .integer : .number
    }
    switch (operation, left, right) {
    case (.plus, .duration, .duration), (.minus, .duration, .duration): return .duration
    case (.times, .duration, _), (.divided, .duration, _):
      if right.isNumeric { return .duration }
      return operation == .divided && right == .duration ? .number : nil
    case (.times, _, .duration): return left.isNumeric ? .duration : nil
    case (.plus, _, _):
      let isText = left == .text || right == .text
      return isText && left.isTextLike && right.isTextLike ? .text : nil
    default: return nil
    }
  }

  /// The type that holds both; nil when there is none.
  func joined(with other: ValueType) -> ValueType? {
    if self == other { return self }
    switch (self, other) {
    case (.list(let left), .list(let right)): return left.joined(with: right).map { .list($0) }
    case (.map(let left), .map(let right)): return left.joined(with: right).map { .map($0) }
    case (.list(let element), _) where !other.isList:
      return element.joined(with: other).map { .list($0) }
    case (_, .list(let element)) where !isList: return joined(with: element).map { .list($0) }
    default: break
    }
    let general = [ValueType.json, .file, .media, .text, .number]
    for type in general
    where (self == type || other == type) && type.accepts(self) && type.accepts(other) {
      return type
    }
    if isFile, other.isFile { return [.image, .audio, .video].contains(self) ? .media : .file }
    return isTextLike && other.isTextLike ? .text : nil
  }

  private var isList: Bool {
    if case .list = self { true } else { false }
  }
}
