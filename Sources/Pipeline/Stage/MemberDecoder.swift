/// Feeds `Members.init(from:)`: one keyed container whose every value is a `Field` or a `Port`.
struct MemberDecoder: Decoder {
  let values: [String: Value]
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Container<Key>(values: values))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw unsupported }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw unsupported }

  private var unsupported: DecodingError {
    .dataCorrupted(
      .init(codingPath: [], debugDescription: "only the compiler's own init(from:) can be used"))
  }

  private struct Container<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let values: [String: Value]
    let codingPath: [any CodingKey] = []
    var allKeys: [Key] { values.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { values[key.stringValue.kebabCased] != nil }
    func decodeNil(forKey key: Key) -> Bool { !contains(key) }

    func decode<Member: Decodable>(_ type: Member.Type, forKey key: Key) throws -> Member {
      let name = key.stringValue.kebabCased
      guard let declared = type as? any DeclaredMember.Type else {
        throw DecodingError.typeMismatch(
          type,
          .init(codingPath: [key], debugDescription: "`\(name)` is neither a @Field nor a @Port"))
      }
      do {
        if let member = try declared.member(decoding: values[name] ?? .null) as? Member {
          return member
        }
        throw DecodingError.typeMismatch(type, .init(codingPath: [key], debugDescription: name))
      } catch let error as ValueError {
        throw error.inside(name)
      }
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw MemberDecoder(values: [:]).unsupported }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      throw MemberDecoder(values: [:]).unsupported
    }
    func superDecoder() throws -> any Decoder { throw MemberDecoder(values: [:]).unsupported }
    func superDecoder(forKey key: Key) throws -> any Decoder {
      throw MemberDecoder(values: [:]).unsupported
    }
  }
}

extension DeclaredMember {
  /// A missing optional port stays empty rather than holding a nil.
  fileprivate static func member(decoding value: Value) throws -> any DeclaredMember {
    try Self(decoding: value)
  }
}

extension Field: Decodable {
  public init(from decoder: any Decoder) throws {
    throw DecodingError.dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: "use Members.init(values:)"))
  }
}

extension Port: Decodable {
  public init(from decoder: any Decoder) throws {
    throw DecodingError.dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: "use Members.init(values:)"))
  }
}
