/// Why an expression of a pipeline file has no value during a run.
public struct EvaluationError: Error, ClassifiedError, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  /// In the pipeline file.
  public var range: SourceRange
  /// The setting or port it was for, as written in YAML; nil for `if`, `foreach` and outputs.
  public var field: String?

  public init(_ message: String, at range: SourceRange, field: String? = nil) {
    self.message = message
    self.range = range
    self.field = field
  }

  public var diagnostic: Diagnostic { Diagnostic("evaluation", message, at: range) }

  public var stageError: StageError {
    StageError(.configuration, "\(message) (\(range))", field: field)
  }

  public var description: String { "\(range): \(message)" }
}
