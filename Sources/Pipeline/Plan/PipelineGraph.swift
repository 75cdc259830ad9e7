/// A pipeline that has been checked from end to end: what runs, in which order, with what.
///
/// An immutable value; the same definition and stages give the same graph on every machine.
public struct PipelineGraph: Sendable {
  public let name: String
  public let summary: String?
  /// As the user named it; nil for a text from elsewhere.
  public let file: String?
  /// In the order of the file.
  public let inputs: [InputDeclaration]
  /// In topological order; those that do not depend on each other stay in the order of the file.
  public let stages: [StageNode]
  /// In the order of the file.
  public let outputs: [OutputDeclaration]
  /// Constants, for `Scope.vars`.
  public let vars: [String: Value]
  public let labels: [String: String]
  /// The names of the secrets that it may use.
  public var secrets: [String] = []
  /// -100 to 100; higher goes first.
  public var priority = 0
  /// Nil when runs of it do not exclude each other.
  public var concurrency: ConcurrencyRule? = nil
  public var hooks: [HookDeclaration] = []

  public subscript(stage id: String) -> StageNode? { stages.first { $0.id == id } }
}

/// Something that a pipeline gives back.
public struct OutputDeclaration: Sendable {
  public let name: String
  /// `.optional` where it may be missing by declaration; what comes from a stage may also be
  /// skipped.
  public let type: ValueType
  /// Its name in the pipeline file.
  public let location: SourceRange
  let expression: Expression
  let references: [Reference]

  /// The stages it is made from, in order of mention.
  public var dependencies: [String] { references.stageIDs }

  /// The stage's output that it is, unchanged; nil for anything that is made of several things or changed.
  public var source: (stage: String, output: String)? {
    guard case .member(let base, let output, _) = expression.kind,
      case .name(let stage) = base.kind, references.stageIDs == [stage]
    else { return nil }
    return (stage, output)
  }

  /// Nil when everything it is made from was skipped, failed or not given.
  public func value(in scope: Scope) throws(EvaluationError) -> Value? {
    var evaluator = Evaluator(scope)
    guard case .value(let value) = try evaluator.evaluate(expression) else { return nil }
    return value
  }
}

extension [Reference] {
  /// Each stage once, in order of mention.
  var stageIDs: [String] {
    reduce(into: []) { ids, reference in
      if case .output(let stage, _) = reference.target, !ids.contains(stage) { ids.append(stage) }
    }
  }

  var inputNames: [String] {
    compactMap { reference in
      if case .input(let name) = reference.target { name } else { nil }
    }
  }
}
