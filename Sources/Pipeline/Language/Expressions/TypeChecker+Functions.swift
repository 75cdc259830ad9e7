extension TypeChecker {
  mutating func call(
    _ function: Expression.Function, _ arguments: [Expression], at range: SourceRange
  ) -> ValueType? {
    let types = arguments.map { operand($0, "given to `\(function.rawValue)`")?.unwrapped }
    guard function.argumentCount.contains(arguments.count) else {
      report(
        Diagnostic(
          "type-mismatch", "`\(function.rawValue)` is called as `\(function.usage)`", at: range))
      return function.fixedResult
    }
    switch function {
    case .len: expect(types[0], arguments[0], function, "a text, list or map") { $0.hasLength }
    case .lower, .upper, .trim, .split:
      for (type, argument) in zip(types, arguments) {
        expect(type, argument, function, "text") { $0.isTextLike }
      }
    case .join:
      expect(types[0], arguments[0], function, "a list of texts") { $0.element?.isTextLike == true }
      if arguments.count > 1 { expect(types[1], arguments[1], function, "text") { $0.isTextLike } }
    case .contains: contains(types, arguments)
    case .basename:
      expect(types[0], arguments[0], function, "a file or text") { $0.isTextLike || $0.isFile }
      if arguments.count > 1 { expect(types[1], arguments[1], function, "text") { $0.isTextLike } }
    case .json: expect(types[0], arguments[0], function, "plain values") { $0.isPlain }
    case .min, .max, .sum: return aggregate(function, types, arguments)
    }
    return function.fixedResult
  }

  private mutating func expect(
    _ type: ValueType?, _ argument: Expression, _ function: Expression.Function, _ wanted: String,
    _ isRight: (ValueType) -> Bool
  ) {
    guard let type, !isRight(type) else { return }
    mismatch("`\(function.rawValue)` needs \(wanted), found \(type.named)", at: argument.range)
  }

  private mutating func contains(_ types: [ValueType?], _ arguments: [Expression]) {
    guard let first = types[0], let second = types[1] else { return }
    if case .list(let element) = first {
      guard !ValueType.areEquatable(element.unwrapped, second) else { return }
      mismatch("a list of \(element) cannot contain \(second.named)", at: arguments[1].range)
    } else {
      expect(first, arguments[0], .contains, "a list or text") { $0.isTextLike }
      expect(second, arguments[1], .contains, "text") { $0.isTextLike }
    }
  }

  private mutating func aggregate(
    _ function: Expression.Function, _ types: [ValueType?], _ arguments: [Expression]
  ) -> ValueType? {
    var result: ValueType?
    for (type, argument) in zip(types, arguments) {
      guard let type else { return nil }
      let element = type.element?.unwrapped ?? type
      guard [.integer, .number, .duration, .json].contains(element) else {
        mismatch(
          "`\(function.rawValue)` needs numbers or durations, found \(type.named)",
          at: argument.range)
        return nil
      }
      guard let soFar = result else {
        result = element
        continue
      }
      guard let joined = soFar == element ? element : ValueType.result(of: .plus, soFar, element)
      else {
        mismatch("`\(function.rawValue)` cannot mix \(soFar) and \(element)", at: argument.range)
        return nil
      }
      result = joined
    }
    return result.map { arguments.count == 1 ? .optional($0) : $0 }
  }
}

extension ValueType {
  /// Of a list, and of `json`, which may be one.
  var element: ValueType? {
    switch self {
    case .list(let element): element
    case .json: .json
    default: nil
    }
  }

  fileprivate var hasLength: Bool {
    switch self {
    case .text, .choice, .list, .map, .record, .json: true
    default: false
    }
  }
}

extension Expression.Function {
  var argumentCount: ClosedRange<Int> {
    switch self {
    case .len, .lower, .upper, .trim, .json: 1...1
    case .join, .basename: 1...2
    case .split, .contains: 2...2
    case .min, .max, .sum: 1...50
    }
  }

  /// How it is called, for messages and documentation.
  var usage: String {
    switch self {
    case .len: "len(text or list or map)"
    case .join: "join(list, separator)"
    case .split: "split(text, separator)"
    case .lower: "lower(text)"
    case .upper: "upper(text)"
    case .trim: "trim(text)"
    case .contains: "contains(list or text, what)"
    case .basename: "basename(file or text, ending)"
    case .min: "min(list) or min(a, b, …)"
    case .max: "max(list) or max(a, b, …)"
    case .sum: "sum(list) or sum(a, b, …)"
    case .json: "json(value)"
    }
  }

  /// Nil where it depends on the arguments.
  fileprivate var fixedResult: ValueType? {
    switch self {
    case .len: .integer
    case .lower, .upper, .trim, .join, .basename, .json: .text
    case .split: .list(.text)
    case .contains: .boolean
    case .min, .max, .sum: nil
    }
  }
}
