/// Header fields in the order they were added. Several fields may have the same name.
///
/// A value holds no control character but the tab, so nothing that is put in here can begin a field or a
/// message of its own.
public struct Headers: Sendable, Hashable, ExpressibleByArrayLiteral {
  public struct Field: Sendable, Hashable {
    public let name: FieldName
    public let value: String
  }

  public private(set) var fields: [Field] = []

  public init() {}

  /// For fields in our own source; the literal's values are held to the rules for values.
  public init(arrayLiteral elements: (FieldName, StaticString)...) {
    for (name, value) in elements {
      let text = value.description
      precondition(Self.isValue(text), "a field value has no control characters")
      fields.append(Field(name: name, value: text))
    }
  }

  /// The first value of that name; nil when there is none.
  public subscript(name: FieldName) -> String? {
    for field in fields where field.name == name { return field.value }
    return nil
  }

  public func values(of name: FieldName) -> [String] {
    fields.filter { $0.name == name }.map(\.value)
  }

  public func contains(_ name: FieldName) -> Bool { self[name] != nil }

  /// The members of a comma-separated list over all fields of that name (RFC 9110 section 5.6.1); commas inside
  /// quotes separate nothing, empty members are left out.
  public func list(of name: FieldName) -> [String] {
    values(of: name).flatMap(QuotedText.members)
  }

  /// Whether a list has this member, in any case.
  public func list(of name: FieldName, contains token: String) -> Bool {
    for field in fields where field.name == name {
      if field.value.equalsIgnoringCase(token) { return true }
      if field.value.utf8.contains(UInt8(ascii: ",")),
        QuotedText.members(field.value).contains(where: { $0.equalsIgnoringCase(token) })
      {
        return true
      }
    }
    return false
  }

  /// Adds a field after those that are there. Throws when `value` has a control character in it.
  public mutating func append(_ name: FieldName, _ value: String) throws(FieldError) {
    guard Self.isValue(value) else { throw FieldError(field: name) }
    fields.append(Field(name: name, value: value))
  }

  /// Replaces all fields of that name. Throws when `value` has a control character in it.
  public mutating func set(_ name: FieldName, to value: String) throws(FieldError) {
    guard Self.isValue(value) else { throw FieldError(field: name) }
    remove(name)
    fields.append(Field(name: name, value: value))
  }

  public mutating func set(_ name: FieldName, to number: Int) {
    remove(name)
    fields.append(Field(name: name, value: String(number)))
  }

  public mutating func remove(_ name: FieldName) { fields.removeAll { $0.name == name } }

  /// `value` was held to the rules already.
  package mutating func append(_ name: FieldName, trusted value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// `value` was held to the rules already.
  package mutating func set(_ name: FieldName, trusted value: String) {
    remove(name)
    fields.append(Field(name: name, value: value))
  }

  package mutating func reserveCapacity(_ count: Int) { fields.reserveCapacity(count) }

  static func isValue(_ value: String) -> Bool {
    for octet in value.utf8 where !Characters.isFieldOctet(octet) { return false }
    return true
  }
}

/// A value that cannot be sent in a header field.
public struct FieldError: Error, Sendable, Hashable, CustomStringConvertible {
  public var field: FieldName

  public init(field: FieldName) { self.field = field }

  public var description: String {
    "the value of the field \"\(field)\" has a control character in it; leave line ends and NULs out"
  }
}
