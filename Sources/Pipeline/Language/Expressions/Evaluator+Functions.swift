import Foundation

extension Evaluator {
  /// Nothing in an argument makes the result nothing.
  mutating func call(
    _ function: Expression.Function, _ arguments: [Expression], _ expression: Expression
  ) throws(EvaluationError) -> Outcome {
    var values: [Value] = []
    for argument in arguments {
      switch try evaluate(argument) {
      case .absent(let reasons): return .absent(reasons)
      case .value(let value): values.append(value)
      }
    }
    guard let first = values.first, function.argumentCount.contains(values.count) else {
      throw EvaluationError(
        "`\(function.rawValue)` is called as `\(function.usage)`", at: expression.range)
    }
    let call = FunctionCall(
      function: function, arguments: arguments, values: values, range: expression.range)
    if case .list(let items) = first { try spend(items.count, at: expression) }
    switch function {
    case .len: return .value(.integer(try call.length()))
    case .join: return .value(.text(try call.join()))
    case .split: return .value(.list(try call.split()))
    case .lower: return .value(.text(try call.text(0).lowercased()))
    case .upper: return .value(.text(try call.text(0).uppercased()))
    case .trim:
      return .value(.text(try call.text(0).trimmingCharacters(in: .whitespacesAndNewlines)))
    case .contains: return .value(.boolean(try call.contains()))
    case .basename: return .value(.text(try call.basename()))
    case .min, .max, .sum: return try call.aggregate()
    case .json: return .value(.text(try call.json()))
    }
  }
}

/// A function with the values of its arguments.
private struct FunctionCall {
  let function: Expression.Function
  let arguments: [Expression]
  let values: [Value]
  let range: SourceRange

  func text(_ index: Int) throws(EvaluationError) -> String {
    if let text = values[index].asText { return text }
    throw wrong(index, "text")
  }

  private func wrong(_ index: Int, _ wanted: String) -> EvaluationError {
    EvaluationError(
      "`\(function.rawValue)` needs \(wanted), found \(values[index].kind)",
      at: arguments[index].range)
  }

  func length() throws(EvaluationError) -> Int {
    switch values[0] {
    case .text(let text): return text.count
    case .list(let items): return items.count
    case .map(let members): return members.count
    default: throw wrong(0, "a text, list or map")
    }
  }

  func join() throws(EvaluationError) -> String {
    guard case .list(let items) = values[0] else { throw wrong(0, "a list of texts") }
    let separator = values.count > 1 ? try text(1) : ""
    var joined = ""
    for (index, item) in items.enumerated() {
      guard let text = item.asText else {
        throw EvaluationError(
          "`join` needs a list of texts; [\(index)] is \(item.kind)", at: arguments[0].range)
      }
      if index > 0 { joined += separator }
      joined += text
      if joined.utf8.count > Evaluator.maximumTextSize { break }
    }
    return try Arithmetic.limited(joined, at: range)
  }

  /// An empty separator gives the text itself, as one item.
  func split() throws(EvaluationError) -> [Value] {
    let whole = try text(0)
    let separator = try text(1)
    return separator.isEmpty
      ? [.text(whole)] : whole.components(separatedBy: separator).map(Value.text)
  }

  func contains() throws(EvaluationError) -> Bool {
    if case .list(let items) = values[0] {
      return items.contains { Comparison.areEqual($0, values[1]) }
    }
    let part = try text(1)
    let whole = try text(0)
    return part.isEmpty || whole.contains(part)
  }

  /// What follows the last `/`, without a given ending.
  func basename() throws(EvaluationError) -> String {
    let whole: String =
      switch values[0] {
      case .file(let reference), .video(.file(let reference)): reference.name
      default: try text(0)
      }
    let name = whole.split(separator: "/").last.map(String.init) ?? ""
    guard values.count > 1 else { return name }
    let ending = try text(1)
    return name.hasSuffix(ending) && name.count > ending.count
      ? String(name.dropLast(ending.count)) : name
  }

  func json() throws(EvaluationError) -> String {
    guard values[0].isPlain,
      let data = try? CanonicalJSON.encode(PlainJSON(value: values[0].asJSON))
    else {
      throw wrong(0, "plain values")
    }
    return try Arithmetic.limited(String(decoding: data, as: UTF8.self), at: range)
  }

  func aggregate() throws(EvaluationError) -> Outcome {
    var items: [Value] = []
    for value in values {
      if case .list(let inner) = value { items += inner } else { items.append(value) }
    }
    // Not even a sum has a value then: 0 of what would be a guess.
    guard var result = items.first else { return .absent(["the list is empty"]) }
    if result.asNumber == nil, result.asDuration == nil { throw wrong(0, "numbers or durations") }
    for item in items.dropFirst() {
      if function == .sum {
        let sum = try Arithmetic.apply(.plus, result, item, at: range)
        if case .value(let value) = sum { result = value }
        continue
      }
      let operation = function == .min ? Expression.Operator.less : .greater
      guard let isBetter = Comparison.holds(operation, item, result) else {
        throw EvaluationError(
          "`\(function.rawValue)` cannot compare \(item.kind) with \(result.kind)", at: range)
      }
      if isBetter { result = item }
    }
    return .value(result)
  }
}

extension Value {
  fileprivate var asDuration: Duration? {
    if case .duration(let duration) = self { duration } else { nil }
  }

  /// Durations, sizes and colours as they are written, for JSON that people read.
  var asJSON: Value {
    switch self {
    case .duration, .size, .colour: asText.map(Value.text) ?? .null
    case .list(let values): .list(values.map(\.asJSON))
    case .map(let members): .map(members.mapValues(\.asJSON))
    default: self
    }
  }
}
