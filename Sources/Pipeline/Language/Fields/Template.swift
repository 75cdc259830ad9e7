import Foundation

/// A value of a declared type with holes where expressions stand.
struct Template: Sendable {
  indirect enum Content: Sendable {
    /// Converted and checked.
    case literal(Value)
    case expression(Expression)
    case mixed([Interpolation.Part])
    case list([Template])
    case map([String: Template])
    case record([FieldDescription], [String: Template])
  }

  var content: Content
  /// What it must become.
  var type: ValueType
  var range: SourceRange
  /// Bounds to check; nil for items of lists and maps.
  var field: FieldDescription?
  /// The folder that a text in a file's place is relative to; nil to leave it as it is.
  var folder: String?

  /// The converted value when nothing in it is computed; nil otherwise.
  var literalValue: Value? {
    switch content {
    case .literal(let value): return value
    case .expression, .mixed: return nil
    case .list(let items):
      let values = items.compactMap(\.literalValue)
      return values.count == items.count ? .list(values) : nil
    case .map(let members):
      let values = members.compactMapValues(\.literalValue)
      return values.count == members.count ? .map(values) : nil
    case .record(let fields, let members):
      var values = members.compactMapValues(\.literalValue)
      guard values.count == members.count else { return nil }
      for field in fields where values[field.name] == nil {
        values[field.name] = field.defaultValue ?? .null
      }
      return .map(values)
    }
  }

  /// The value in a run, converted to `type` and within its bounds.
  func evaluate(in scope: Scope) throws(EvaluationError) -> Outcome {
    var evaluator = Evaluator(scope)
    return try evaluate(&evaluator)
  }

  private func evaluate(_ evaluator: inout Evaluator) throws(EvaluationError) -> Outcome {
    switch content {
    case .literal(let value): return value == .null ? .absent([]) : .value(value)
    case .expression(let expression):
      let outcome = try evaluator.evaluate(expression)
      guard case .value(let value) = outcome else { return outcome }
      return .value(try converted(value))
    case .mixed(let parts): return try text(parts, &evaluator)
    case .list(let items): return try list(items, &evaluator)
    case .map(let members):
      var values: [String: Value] = [:]
      for (name, member) in members {
        switch try member.evaluate(&evaluator) {
        case .value(let value): values[name] = value
        case .absent(let reasons): if reasons.isEmpty { values[name] = .null }
        }
      }
      return .value(try converted(.map(values)))
    case .record(let fields, let members): return try record(fields, members, &evaluator)
    }
  }

  /// Absent items are left out, a written `null` stays; where all are absent, so is the list.
  private func list(_ items: [Template], _ evaluator: inout Evaluator) throws(EvaluationError)
    -> Outcome
  {
    var values: [Value] = []
    var reasons: [String] = []
    for item in items {
      switch try item.evaluate(&evaluator) {
      case .value(let value): values.append(value)
      case .absent([]): values.append(.null)
      case .absent(let why): reasons += why
      }
    }
    if values.isEmpty, !reasons.isEmpty { return .absent(reasons) }
    return .value(try converted(.list(values)))
  }

  private func record(
    _ fields: [FieldDescription], _ members: [String: Template], _ evaluator: inout Evaluator
  ) throws(EvaluationError) -> Outcome {
    var values: [String: Value] = [:]
    for field in fields {
      guard let member = members[field.name] else { continue }
      switch try member.evaluate(&evaluator) {
      case .value(let value): values[field.name] = value
      case .absent(let reasons):
        if field.isRequired { return .absent(reasons) }
      }
    }
    return .value(try converted(.map(values)))
  }

  /// A part without a value makes the whole text absent.
  private func text(
    _ parts: [Interpolation.Part], _ evaluator: inout Evaluator
  ) throws(EvaluationError) -> Outcome {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .expression(let expression):
        switch try evaluator.evaluate(expression) {
        case .absent(let reasons): return .absent(reasons)
        case .value(let value):
          guard let written = value.asText else {
            throw EvaluationError("\(value.kind) cannot be part of a text", at: expression.range)
          }
          text += written
        }
      }
      text = try Arithmetic.limited(text, at: range)
    }
    return .value(try converted(Self.resolve(.text(text), as: type, in: folder)))
  }

  private func converted(_ value: Value) throws(EvaluationError) -> Value {
    do {
      let converted = try type.convert(value)
      try field?.check(converted)
      return converted
    } catch {
      throw EvaluationError(error.description, at: range)
    }
  }

  /// A relative path in a file's place, made absolute. A text with a scheme (`https://…`) stays.
  static func resolve(_ value: Value, as type: ValueType, in folder: String?) -> Value {
    guard let folder, type.isFile, case .text(let path) = value, !path.isEmpty,
      !path.hasPrefix("/"), path.firstRange(of: "://") == nil
    else { return value }
    return .text(
      URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
        .standardizedFileURL.path)
  }
}
