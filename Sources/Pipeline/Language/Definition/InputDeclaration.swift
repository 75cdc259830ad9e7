/// An input of a pipeline: declared in its file, given with each run.
public struct InputDeclaration: Sendable, Hashable {
  public var name: String
  /// `.optional` where it may be left out without a default.
  public var type: ValueType
  /// Converted; nil without one. A relative path is made absolute against the folder of the
  /// pipeline file.
  public var defaultValue: Value?
  /// As in `FieldDescription`.
  public var range: ClosedRange<Double>?
  public var summary: String
  /// Its name in the pipeline file.
  public var location: SourceRange

  public init(
    name: String, type: ValueType, defaultValue: Value? = nil, range: ClosedRange<Double>? = nil,
    summary: String = "", location: SourceRange
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.range = range
    self.summary = summary
    self.location = location
  }

  /// True when a run cannot start without it.
  public var isRequired: Bool { field.isRequired }

  /// The same, as what decodes and checks values.
  public var field: FieldDescription {
    FieldDescription(
      name: name, summary: summary, type: type, defaultValue: defaultValue, range: range)
  }
}
