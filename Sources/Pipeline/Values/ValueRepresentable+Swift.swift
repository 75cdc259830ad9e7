extension String: ValueRepresentable {
  public static let valueType = ValueType.text
  public init(value: Value) throws(ValueError) {
    guard case .text(let text) = value else { throw .mismatch(expected: .text, found: value) }
    self = text
  }
  public var value: Value { .text(self) }
}

extension Int: ValueRepresentable {
  public static let valueType = ValueType.integer
  public init(value: Value) throws(ValueError) {
    guard case .integer(let integer) = value else {
      throw .mismatch(expected: .integer, found: value)
    }
    self = integer
  }
  public var value: Value { .integer(self) }
}

extension Double: ValueRepresentable {
  public static let valueType = ValueType.number
  public init(value: Value) throws(ValueError) {
    switch value {
    case .number(let number): self = number
    case .integer(let integer): self = Double(integer)
    default: throw .mismatch(expected: .number, found: value)
    }
  }
  public var value: Value { .number(self) }
}

extension Bool: ValueRepresentable {
  public static let valueType = ValueType.boolean
  public init(value: Value) throws(ValueError) {
    guard case .boolean(let boolean) = value else {
      throw .mismatch(expected: .boolean, found: value)
    }
    self = boolean
  }
  public var value: Value { .boolean(self) }
}

extension Duration: ValueRepresentable {
  public static let valueType = ValueType.duration
  public init(value: Value) throws(ValueError) {
    guard case .duration(let duration) = value else {
      throw .mismatch(expected: .duration, found: value)
    }
    self = duration
  }
  public var value: Value { .duration(self) }
}

extension PixelSize: ValueRepresentable {
  public static let valueType = ValueType.size
  public init(value: Value) throws(ValueError) {
    guard case .size(let size) = value else { throw .mismatch(expected: .size, found: value) }
    self = size
  }
  public var value: Value { .size(self) }
}

extension Colour: ValueRepresentable {
  public static let valueType = ValueType.colour
  public init(value: Value) throws(ValueError) {
    guard case .colour(let colour) = value else { throw .mismatch(expected: .colour, found: value) }
    self = colour
  }
  public var value: Value { .colour(self) }
}

extension Video: ValueRepresentable {
  public static let valueType = ValueType.video
  public init(value: Value) throws(ValueError) {
    switch value {
    case .video(let video): self = video
    case .file(let reference): self = .file(reference)
    default: throw .mismatch(expected: .video, found: value)
    }
  }
  public var value: Value { .video(self) }
}

extension Transcript: ValueRepresentable {
  public static let valueType = ValueType.transcript
  public init(value: Value) throws(ValueError) {
    guard case .transcript(let transcript) = value else {
      throw .mismatch(expected: .transcript, found: value)
    }
    self = transcript
  }
  public var value: Value { .transcript(self) }
}

extension Captions: ValueRepresentable {
  public static let valueType = ValueType.captions
  public init(value: Value) throws(ValueError) {
    guard case .captions(let captions) = value else {
      throw .mismatch(expected: .captions, found: value)
    }
    self = captions
  }
  public var value: Value { .captions(self) }
}

extension FileBundle: ValueRepresentable {
  public static let valueType = ValueType.bundle
  public init(value: Value) throws(ValueError) {
    guard case .bundle(let bundle) = value else { throw .mismatch(expected: .bundle, found: value) }
    self = bundle
  }
  public var value: Value { .bundle(self) }
}

/// Anything that JSON can say, for fields whose form is the user's own.
extension Value: ValueRepresentable {
  public static let valueType = ValueType.json
  public init(value: Value) { self = value }
  public var value: Value { self }
}

extension Optional: ValueRepresentable where Wrapped: ValueRepresentable {
  public static var valueType: ValueType { .optional(Wrapped.valueType) }
  public init(value: Value) throws(ValueError) {
    if case .null = value { self = nil } else { self = try Wrapped(value: value) }
  }
  public var value: Value { self?.value ?? .null }
}

extension Array: ValueRepresentable where Element: ValueRepresentable {
  public static var valueType: ValueType { .list(Element.valueType) }
  public init(value: Value) throws(ValueError) {
    guard case .list(let values) = value else {
      throw .mismatch(expected: Self.valueType, found: value)
    }
    self = []
    reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      do { append(try Element(value: value)) } catch { throw error.inside("[\(index)]") }
    }
  }
  public var value: Value { .list(map(\.value)) }
}

/// A choice of names: a `String` enumeration whose raw values are what pipeline authors write.
public protocol FieldChoice: ValueRepresentable, RawRepresentable, CaseIterable, Codable
where RawValue == String {
  /// A few words for each name, for `docs`; may leave names out.
  static var summaries: [String: String] { get }
}

extension FieldChoice {
  public static var summaries: [String: String] { [:] }
  public static var valueType: ValueType { .choice(allCases.map(\.rawValue)) }
  public init(value: Value) throws(ValueError) {
    guard case .text(let text) = value, let choice = Self(rawValue: text) else {
      throw .mismatch(expected: Self.valueType, found: value)
    }
    self = choice
  }
  public var value: Value { .text(rawValue) }
}
