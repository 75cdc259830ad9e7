/// What is known about one field of options or of a record, or about one port. Read once from its declaration.
public struct FieldDescription: Sendable, Hashable {
  /// As written in YAML, such as `max-duration`.
  public var name: String
  public var summary: String
  /// `.optional` where the value may be missing.
  public var type: ValueType
  /// Nil for a required field.
  public var defaultValue: Value?
  /// Inclusive, for numbers and integers, for durations in seconds, and for the length of texts and lists.
  public var range: ClosedRange<Double>?
  /// Such as `pixels` or `dB`.
  public var unit: String?

  public init(
    name: String, summary: String, type: ValueType, defaultValue: Value? = nil,
    range: ClosedRange<Double>? = nil, unit: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.type = type
    self.defaultValue = defaultValue
    self.range = range
    self.unit = unit
  }

  public var isRequired: Bool { defaultValue == nil && !type.isOptional }

  /// In a few words, for messages and tables: `integer, 8 to 300, pixels; default 42`.
  public var constraint: String {
    var parts = ["\(type)"]
    if let range { parts.append(Self.describe(range, of: type)) }
    if let unit { parts.append(unit) }
    let text = parts.joined(separator: ", ")
    if let written = defaultValue?.asText, !written.isEmpty { return "\(text); default \(written)" }
    return isRequired ? "\(text); required" : text
  }

  /// The converted value, the default for nil, or why neither will do. Bounds are checked too.
  public func convert(_ given: Value?) throws(ValueError) -> Value {
    guard let given, given != .null else {
      if let defaultValue { return defaultValue }
      if type.isOptional { return .null }
      throw ValueError("`\(name)` is required (\(type))")
    }
    do {
      let value = try type.convert(given)
      try check(value)
      return value
    } catch {
      throw error.inside(name)
    }
  }

  /// Checks a converted value against the range.
  public func check(_ value: Value) throws(ValueError) {
    guard let range, let (measure, word) = Self.measure(value), !range.contains(measure) else {
      return
    }
    let found = word.isEmpty ? "`\(value.asText ?? "")`" : "\(Int(measure)) \(word)"
    throw ValueError("expected \(Self.describe(range, of: type)), found \(found)")
  }

  private static func measure(_ value: Value) -> (Double, String)? {
    switch value {
    case .integer(let value): (Double(value), "")
    case .number(let value): (value, "")
    case .duration(let value): (MediaTime(value).seconds, "")
    case .text(let text): (Double(text.count), "characters")
    case .list(let values): (Double(values.count), "items")
    default: nil
    }
  }

  private static func describe(_ range: ClosedRange<Double>, of type: ValueType) -> String {
    func written(_ bound: Double) -> String {
      if case .duration = type.unwrapped { return MediaTime(seconds: bound).asDuration.written }
      return Value.number(bound).asText ?? ""
    }
    let count =
      switch type.unwrapped {
      case .text: " characters"
      case .list: " items"
      default: ""
      }
    if range.upperBound == .infinity { return "at least \(written(range.lowerBound))\(count)" }
    if range.lowerBound == -.infinity { return "at most \(written(range.upperBound))\(count)" }
    return "\(written(range.lowerBound)) to \(written(range.upperBound))\(count)"
  }
}
