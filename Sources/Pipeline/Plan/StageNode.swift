/// One stage of a checked pipeline.
///
/// For a task the engine asks, in this order: `decision(in:)` (or `isEnabled`), `items(in:)`, then,
/// for each item with `Scope.item` and `Scope.index` set, `inputs(in:)` and `options(in:)`. Every
/// stage that it depends on must have ended and be in the scope.
public struct StageNode: Sendable {
  public let id: String
  public let spec: StageSpec
  /// Ids of the stages that must end before this one begins, in order of mention.
  public let dependencies: [String]
  /// One task per item; each output is a list with one value per item.
  public let isForeach: Bool
  /// Nil: a failed task is not tried again.
  public let retry: RetryPolicy?
  /// Of one attempt; nil without one.
  public let timeout: Duration?
  /// The run goes on when this fails (`StageResult.failed`).
  public let continuesOnError: Bool
  public let summary: String?
  /// The stage's id in the pipeline file.
  public let location: SourceRange
  /// Of all attempts with the waits between them; nil without one.
  public var deadline: Duration? = nil
  /// The longest time without a word from an attempt; nil without one.
  public var stall: Duration? = nil
  public var cache = CacheMode.auto
  public var limits: [NamedLimit] = []

  let condition: Expression?
  let foreach: Expression?
  let settings: [String: Template]
  let connections: [String: Template]
  let links: [StageLink]

  /// The most items that a `foreach` can have.
  public static let maximumItemCount = 10_000
}

/// Why a stage waits for another, or for an input.
struct StageLink: Sendable, Hashable {
  enum Source: Sendable, Hashable {
    case input(String)
    case output(stage: String, name: String)
    case order(stage: String)
  }

  var source: Source
  /// The port that it feeds; nil for settings, conditions and `needs`.
  var port: String?
  var range: SourceRange
}

/// Whether a stage has work to do.
public enum StageDecision: Sendable, Hashable {
  case run
  /// - Parameter because: phrases such as ``stage `cut` was skipped`` and `` `if` is false``.
  case skip(because: [String])
}

/// What flows into the ports of a task.
public enum ResolvedInputs: Sendable, Hashable {
  /// Converted; optional ports that got nothing are left out.
  case ready([String: Value])
  /// A required port, or a required setting (`port` is then its name), got nothing.
  /// - Parameter because: phrases such as ``stage `cut` was skipped``.
  case skipped(port: String, because: [String])
}

extension StageNode {
  /// Decides by `if`, and by the list of `foreach`: a stage whose list comes from skipped stages is
  /// skipped.
  public func decision(in scope: Scope) throws(EvaluationError) -> StageDecision {
    if let condition {
      var evaluator = Evaluator(scope)
      switch try evaluator.evaluate(condition) {
      case .value(.boolean(true)): break
      case .value(.boolean(false)): return .skip(because: ["`if` is false"])
      case .value(let value):
        throw EvaluationError("`if` is boolean, found \(value.kind)", at: condition.range)
      case .absent(let reasons):
        return .skip(because: reasons.isEmpty ? ["`if` is null"] : reasons)
      }
    }
    if let foreach {
      var evaluator = Evaluator(scope)
      if case .absent(let reasons) = try evaluator.evaluate(foreach) {
        return .skip(because: reasons.isEmpty ? ["`foreach` is null"] : reasons)
      }
    }
    return .run
  }

  /// `decision(in:)` without the reasons.
  public func isEnabled(in scope: Scope) throws(EvaluationError) -> Bool {
    try decision(in: scope) == .run
  }

  /// The items of a `foreach`, in order; nil for a stage without one.
  public func items(in scope: Scope) throws(EvaluationError) -> [Value]? {
    guard let foreach else { return nil }
    var evaluator = Evaluator(scope)
    switch try evaluator.evaluate(foreach) {
    case .absent: return []
    case .value(.list(let items)):
      guard items.count <= Self.maximumItemCount else {
        throw EvaluationError(
          "`foreach` has \(items.count) items; at most \(Self.maximumItemCount) are allowed",
          at: foreach.range)
      }
      return items
    case .value(let value):
      throw EvaluationError("`foreach` takes a list, found \(value.kind)", at: foreach.range)
    }
  }

  /// The settings of a task: converted, within their bounds, defaults filled in; those without a
  /// value are left out.
  public func options(in scope: Scope) throws(EvaluationError) -> [String: Value] {
    var values: [String: Value] = [:]
    var isComputed = false
    for field in spec.options {
      if let template = settings[field.name] {
        isComputed = isComputed || template.literalValue == nil
        switch try outcome(of: template, for: field.name, in: scope) {
        case .value(let value): values[field.name] = value
        case .absent(let reasons):
          if field.isRequired {
            throw EvaluationError(
              "`\(field.name)` has no value: \(reasons.joined(separator: ", "))",
              at: template.range,
              field: field.name)
          }
        }
      }
      if values[field.name] == nil, let value = field.defaultValue { values[field.name] = value }
    }
    if isComputed { try validate(values) }
    return values
  }

  private func validate(_ values: [String: Value]) throws(EvaluationError) {
    guard let problem = spec.validateUnresolved(values).first else { return }
    throw EvaluationError(
      problem.message, at: settings[problem.field]?.range ?? location, field: problem.field)
  }

  /// What flows into the ports of a task.
  public func inputs(in scope: Scope) throws(EvaluationError) -> ResolvedInputs {
    var values: [String: Value] = [:]
    for port in spec.inputs {
      guard let template = connections[port.name] else { continue }
      switch try outcome(of: template, for: port.name, in: scope) {
      case .value(let value): values[port.name] = value
      case .absent(let reasons):
        if port.isRequired { return .skipped(port: port.name, because: reasons) }
      }
    }
    for field in spec.options where field.isRequired {
      guard let template = settings[field.name], template.literalValue == nil else { continue }
      if case .absent(let reasons) = try outcome(of: template, for: field.name, in: scope) {
        return .skipped(port: field.name, because: reasons)
      }
    }
    return .ready(values)
  }

  private func outcome(
    of template: Template, for name: String, in scope: Scope
  ) throws(EvaluationError) -> Outcome {
    do {
      return try template.evaluate(in: scope)
    } catch {
      var named = error
      named.field = name
      throw named
    }
  }
}
