/// `+ - * / %` on values. Nothing overflows: what cannot be represented is an error at its place.
enum Arithmetic {
  static func apply(
    _ operation: Expression.Operator, _ left: Value, _ right: Value, at range: SourceRange
  ) throws(EvaluationError) -> Outcome {
    switch (left, right) {
    case (.integer(let left), .integer(let right)):
      return .value(.integer(try integer(operation, left, right, at: range)))
    case (.duration(let left), .duration(let right)):
      return .value(try durations(operation, left, right, at: range))
    case (.duration(let duration), _):
      if let factor = right.asNumber, operation == .times || operation == .divided {
        return .value(try scale(duration, operation, by: factor, at: range))
      }
    case (_, .duration(let duration)):
      if let factor = left.asNumber, operation == .times {
        return .value(try scale(duration, operation, by: factor, at: range))
      }
    default: break
    }
    if let left = left.asNumber, let right = right.asNumber, operation != .remainder {
      return .value(try number(operation, left, right, at: range))
    }
    if operation == .plus, let left = left.asText, let right = right.asText {
      return .value(.text(try limited(left + right, at: range)))
    }
    throw EvaluationError(
      "`\(operation.rawValue)` cannot be used with \(left.kind) and \(right.kind)", at: range)
  }

  /// Refuses a text that is longer than values may be.
  static func limited(_ text: String, at range: SourceRange) throws(EvaluationError) -> String {
    guard text.utf8.count <= Evaluator.maximumTextSize else {
      throw EvaluationError(
        "this makes a text of \(text.utf8.count) bytes; at most \(Evaluator.maximumTextSize) are allowed",
        at: range)
    }
    return text
  }

  private static func integer(
    _ operation: Expression.Operator, _ left: Int, _ right: Int, at range: SourceRange
  ) throws(EvaluationError) -> Int {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .plus: result = left.addingReportingOverflow(right)
    case .minus: result = left.subtractingReportingOverflow(right)
    case .times: result = left.multipliedReportingOverflow(by: right)
    case .divided, .remainder:
      guard right != 0 else { throw EvaluationError("division by zero", at: range) }
      result =
        operation == .divided
        ? left.dividedReportingOverflow(by: right)
        : left.remainderReportingOverflow(dividingBy: right)
    default: throw EvaluationError("integers have no `\(operation.rawValue)`", at: range)
    }
    guard !result.overflow else { throw EvaluationError("the result is too large", at: range) }
    return result.partialValue
  }

  private static func number(
    _ operation: Expression.Operator, _ left: Double, _ right: Double, at range: SourceRange
  ) throws(EvaluationError) -> Value {
    if operation == .divided, right == 0 { throw EvaluationError("division by zero", at: range) }
    let result =
      switch operation {
      case .plus: left + right
      case .minus: left - right
      case .times: left * right
      default: left / right
      }
    guard result.isFinite else { throw EvaluationError("the result is too large", at: range) }
    return .number(result)
  }

  private static func durations(
    _ operation: Expression.Operator, _ left: Duration, _ right: Duration, at range: SourceRange
  ) throws(EvaluationError) -> Value {
    switch operation {
    case .plus: return .duration(try bounded(left + right, at: range))
    case .minus: return .duration(try bounded(left - right, at: range))
    case .divided:
      guard right != .zero else { throw EvaluationError("division by zero", at: range) }
      return .number(left / right)
    default:
      throw EvaluationError("`\(operation.rawValue)` cannot be used with two durations", at: range)
    }
  }

  private static func scale(
    _ duration: Duration, _ operation: Expression.Operator, by factor: Double, at range: SourceRange
  ) throws(EvaluationError) -> Value {
    if operation == .divided, factor == 0 { throw EvaluationError("division by zero", at: range) }
    let seconds = duration / .seconds(1) * (operation == .divided ? 1 / factor : factor)
    guard seconds.isFinite, abs(seconds) < 1e9 else {
      throw EvaluationError("the result is too large", at: range)
    }
    return .duration(
      try bounded(.microseconds(Int64((seconds * 1e6).rounded())), at: range))
  }

  /// Durations in pipelines are 0 s to 10 000 h.
  private static func bounded(
    _ duration: Duration, at range: SourceRange
  ) throws(EvaluationError) -> Duration {
    guard duration >= .zero else {
      throw EvaluationError("the result is a duration below zero", at: range)
    }
    guard duration <= .seconds(36_000_000) else {
      throw EvaluationError("the result is a duration of more than 10000 hours", at: range)
    }
    return duration
  }
}
