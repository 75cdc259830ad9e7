/// A struct whose stored properties are all `@Field` or all `@Port`. Reflection reads the declaration, and the
/// `Decodable` conformance that the compiler writes fills it.
public protocol Members: Decodable, Sendable {
  init()
}

/// The settings of a stage.
public protocol StageOptions: Members {
  /// Rules that span fields; each problem becomes a diagnostic at the field's own line.
  func validate(_ problems: inout OptionProblems)
}

extension StageOptions {
  public func validate(_ problems: inout OptionProblems) {}
}

/// The inputs or the outputs of a stage.
public protocol Ports: Members {}

/// A value with named members, for lists of things such as scenes.
public protocol FieldRecord: Members, ValueRepresentable {}

public struct NoOptions: StageOptions {
  public init() {}
}

public struct NoPorts: Ports {
  public init() {}
}

/// Problems that `validate` found, by field.
public struct OptionProblems: Sendable {
  public private(set) var found: [(field: String, message: String)] = []

  public init() {}

  /// - Parameter field: as written in YAML.
  public mutating func add(_ field: String, _ message: String) { found.append((field, message)) }
}

extension Members {
  /// Every member with its name, type, default and bounds, in order of declaration.
  public static var descriptions: [FieldDescription] {
    members(of: Self()).map { $0.member.describe(as: $0.name) }
  }

  /// Fills a new instance. `values` must be converted; members that are missing get their default.
  public init(values: [String: Value]) throws(ValueError) {
    try self.init(values: values, declared: Self.descriptions)
  }

  /// The same for who has read the declaration already, which takes reflection.
  init(values: [String: Value], declared: [FieldDescription]) throws(ValueError) {
    var complete: [String: Value] = [:]
    for description in declared {
      complete[description.name] = values[description.name] ?? description.defaultValue ?? .null
    }
    do {
      self = try Self(from: MemberDecoder(values: complete))
    } catch let error as ValueError {
      throw error
    } catch {
      throw ValueError("\(Self.self) has a property that is neither a @Field nor a @Port: \(error)")
    }
  }

  /// What the members hold; those without a value are left out.
  public var values: [String: Value] {
    Self.members(of: self).reduce(into: [:]) { values, entry in
      if let value = entry.member.memberValue, value != .null { values[entry.name] = value }
    }
  }

  private static func members(of instance: Self) -> [(name: String, member: any DeclaredMember)] {
    Mirror(reflecting: instance).children.compactMap { child in
      guard let label = child.label, let member = child.value as? any DeclaredMember else {
        return nil
      }
      return (label.dropFirst(label.hasPrefix("_") ? 1 : 0).kebabCased, member)
    }
  }
}

extension FieldRecord {
  public static var valueType: ValueType { .record(descriptions) }

  public init(value: Value) throws(ValueError) {
    guard case .map(let members) = value else {
      throw .mismatch(expected: Self.valueType, found: value)
    }
    try self.init(values: members)
  }

  public var value: Value { .map(values) }

  public static func == (left: Self, right: Self) -> Bool { left.values == right.values }
  public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension StringProtocol {
  /// `maxDuration` as `max-duration`.
  var kebabCased: String {
    reduce(into: "") { text, character in
      if character.isUppercase {
        text += "-" + character.lowercased()
      } else {
        text.append(character)
      }
    }
  }
}
