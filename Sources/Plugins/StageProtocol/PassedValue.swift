public import Foundation
public import Pipeline

/// A value on its way: itself, a file of JSON where it is large, or a file that a plugin just made.
///
/// In JSON it is a `Value`, or `{"$spill": PATH}`, or `{"$file": {"path": PATH, "name": NAME}}`. Lists and maps may hold
/// files that were just made.
public indirect enum PassedValue: Sendable, Hashable {
  /// A file in the scratch folder.
  public struct Made: Sendable, Hashable, Codable {
    /// Absolute, or relative to the scratch folder.
    public var path: String
    /// What it is to be called; nil for the path's last part.
    public var name: String?
    /// What the plugin holds its digest to be.
    public var digest: String?

    public init(path: String, name: String? = nil, digest: String? = nil) {
      self.path = path
      self.name = name
      self.digest = digest
    }
  }

  case value(Value)
  case spilled(path: String)
  case made(Made)
  case list([PassedValue])
  case map([String: PassedValue])
}

extension PassedValue: Codable {
  private enum Tag: String, CodingKey {
    case file = "$file"
    case spill = "$spill"
  }

  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private enum MadeKeys: String, CodingKey { case path }

  public init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Name.self) {
      self = try Self.members(of: container, decoder)
    } else if (try? decoder.unkeyedContainer()) != nil {
      let items = try decoder.singleValueContainer().decode([PassedValue].self)
      let values = items.compactMap(\.plain)
      self = values.count == items.count ? .value(.list(values)) : .list(items)
    } else {
      self = .value(try Value(from: decoder))
    }
  }

  private static func members(
    of container: KeyedDecodingContainer<Name>, _ decoder: any Decoder
  ) throws -> PassedValue {
    let names = container.allKeys.map(\.stringValue)
    if names == [Tag.spill.rawValue] {
      let tagged = try decoder.container(keyedBy: Tag.self)
      return .spilled(path: try tagged.decode(String.self, forKey: .spill))
    }
    if names == [Tag.file.rawValue] {
      let tagged = try decoder.container(keyedBy: Tag.self)
      let inner = try tagged.nestedContainer(keyedBy: MadeKeys.self, forKey: .file)
      if inner.contains(.path) { return .made(try tagged.decode(Made.self, forKey: .file)) }
    }
    if names.contains(where: { $0.hasPrefix("$") }) { return .value(try Value(from: decoder)) }
    let members = try decoder.singleValueContainer().decode([String: PassedValue].self)
    let values = members.compactMapValues(\.plain)
    return values.count == members.count ? .value(.map(values)) : .map(members)
  }

  private var plain: Value? { if case .value(let value) = self { value } else { nil } }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .value(let value): try value.encode(to: encoder)
    case .spilled(let path):
      var container = encoder.container(keyedBy: Tag.self)
      try container.encode(path, forKey: .spill)
    case .made(let made):
      var container = encoder.container(keyedBy: Tag.self)
      try container.encode(made, forKey: .file)
    case .list(let items):
      var container = encoder.singleValueContainer()
      try container.encode(items)
    case .map(let members):
      var container = encoder.singleValueContainer()
      try container.encode(members)
    }
  }
}

// MARK: - Large values

extension PassedValue {
  /// The value, in a new file of `folder` where it is large.
  public init(_ value: Value, spillingInto folder: URL) throws {
    guard value.mayBeLarge else {
      self = .value(value)
      return
    }
    let bytes = try WireCoder.encode(value)
    guard bytes.count > Wire.inlineLimit else {
      self = .value(value)
      return
    }
    guard bytes.count <= Wire.spillLimit else {
      throw StageError(
        .invalidInput,
        "a value of \(bytes.count) bytes is more than the \(Wire.spillLimit) that go to or from a plugin"
      )
    }
    let url = folder.appendingPathComponent("value-\(UUID().uuidString).json")
    try Data(bytes).write(to: url)
    self = .spilled(path: url.path)
  }

  /// Reads a large value. `place` checks where it is and gives its path.
  public static func spilled(at path: String) throws -> Value {
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? .max
    guard size <= Wire.spillLimit else {
      throw ProtocolError("a value of \(size) bytes is more than the \(Wire.spillLimit) allowed")
    }
    return try WireCoder.decode(
      Value.self, from: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
  }
}

extension Value {
  /// Without encoding it: whether its JSON can be longer than what goes into a line.
  fileprivate var mayBeLarge: Bool {
    var rest = Wire.inlineLimit / 8
    return !fits(in: &rest)
  }

  private func fits(in rest: inout Int) -> Bool {
    rest -= 1
    switch self {
    case .null, .integer, .number, .boolean, .duration, .size, .colour, .secret: break
    case .file: rest -= 40
    case .text(let text): rest -= text.utf8.count
    case .list(let items): for item in items where rest > 0 { _ = item.fits(in: &rest) }
    case .map(let members):
      for (name, member) in members where rest > 0 {
        rest -= name.utf8.count
        _ = member.fits(in: &rest)
      }
    case .video(.file): rest -= 40
    // Whether they are large is seen when they are encoded.
    case .video(.timeline), .transcript, .captions, .bundle: rest = 0
    }
    return rest > 0
  }
}
