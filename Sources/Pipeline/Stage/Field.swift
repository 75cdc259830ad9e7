/// A setting of a stage, or a member of a record: declared once, and with that decoded, checked and documented.
///
///     @Field("Text size.", in: 8...300, unit: "pixels") public var size = 42
///
/// The property's name in kebab case is what authors write; its initial value is the default. Without one, an
/// optional property may be missing and any other one is required.
@propertyWrapper
public struct Field<Wrapped: ValueRepresentable>: Sendable, Hashable {
  private var stored: Wrapped?
  let summary: String
  let range: ClosedRange<Double>?
  let unit: String?

  /// - Parameter range: inclusive; of the number, of a duration in seconds, or of the length of a text or list.
  public init(
    wrappedValue: Wrapped, _ summary: String, in range: ClosedRange<Double>? = nil,
    unit: String? = nil
  ) {
    stored = wrappedValue
    self.summary = summary
    self.range = range
    self.unit = unit
  }

  public init(_ summary: String, in range: ClosedRange<Double>? = nil, unit: String? = nil) {
    stored = nil
    self.summary = summary
    self.range = range
    self.unit = unit
  }

  /// Reading a required field that was never given a value is a mistake in the stage.
  public var wrappedValue: Wrapped {
    get { stored ?? absent(Wrapped.self, summary) }
    set { stored = newValue }
  }

  public static func == (left: Self, right: Self) -> Bool { left.stored == right.stored }
  public func hash(into hasher: inout Hasher) { hasher.combine(stored) }
}

/// Nil for an optional type.
private func absent<Wrapped: ValueRepresentable>(_ type: Wrapped.Type, _ summary: String) -> Wrapped
{
  if type.valueType.isOptional, let none = try? Wrapped(value: .null) { return none }
  preconditionFailure("the member described as `\(summary)` was read before it had a value")
}

/// An input or output of a stage.
///
///     @Port("Timed words.") public var transcript: Transcript?
///
/// An optional port may stay unconnected; an output that is nil is taken as not there. Foundation has a `Port` too:
/// keep ports in a file that does not import it, or write `public import struct Pipeline.Port` as well.
@propertyWrapper
public struct Port<Wrapped: ValueRepresentable>: Sendable, Hashable {
  private var stored: Wrapped?
  let summary: String

  public init(_ summary: String) {
    stored = nil
    self.summary = summary
  }

  public init(wrappedValue: Wrapped, _ summary: String) {
    stored = wrappedValue
    self.summary = summary
  }

  /// Reading a port that was never given a value is a mistake in the stage, except for an optional port: nil.
  public var wrappedValue: Wrapped {
    get { stored ?? absent(Wrapped.self, summary) }
    set { stored = newValue }
  }

  public static func == (left: Self, right: Self) -> Bool { left.stored == right.stored }
  public func hash(into hasher: inout Hasher) { hasher.combine(stored) }
}

/// What reflection sees of a `Field` or `Port`, whatever its type.
protocol DeclaredMember {
  func describe(as name: String) -> FieldDescription
  /// Nil when the member has no value.
  var memberValue: Value? { get }
  init(decoding value: Value) throws(ValueError)
}

extension Field: DeclaredMember {
  func describe(as name: String) -> FieldDescription {
    FieldDescription(
      name: name, summary: summary, type: Wrapped.valueType,
      defaultValue: stored?.value == .null ? nil : stored?.value, range: range, unit: unit)
  }

  var memberValue: Value? { stored?.value }

  init(decoding value: Value) throws(ValueError) {
    self.init(wrappedValue: try Wrapped(value: value), "")
  }
}

extension Port: DeclaredMember {
  func describe(as name: String) -> FieldDescription {
    FieldDescription(name: name, summary: summary, type: Wrapped.valueType)
  }

  var memberValue: Value? { stored?.value }

  init(decoding value: Value) throws(ValueError) {
    self.init(wrappedValue: try Wrapped(value: value), "")
  }
}
