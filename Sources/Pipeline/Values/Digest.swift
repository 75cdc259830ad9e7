import Crypto
public import Foundation

/// A SHA-256 digest, the name by which results and files are known.
public struct Digest: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  public let hex: String

  /// Nil unless `hex` is 64 lower-case hexadecimal digits.
  public init?(hex: String) {
    guard hex.utf8.count == 64, hex.utf8.allSatisfy(Self.isHexDigit) else { return nil }
    self.hex = hex
  }

  /// The name for 32 bytes that a hasher produced.
  public init(bytes: [UInt8]) {
    precondition(bytes.count == 32, "a SHA-256 digest has 32 bytes")
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    hex = String(decoding: text, as: UTF8.self)
  }

  public init(of bytes: some Sequence<UInt8>) { self.init(bytes: SHA256.hash(bytes)) }

  /// The digest of a value's canonical JSON: sorted keys, no white space, so that equal values have equal digests.
  public init(canonical value: some Encodable) throws {
    self.init(of: try CanonicalJSON.encode(value))
  }

  public var description: String { hex }
  /// The first 12 digits, for people.
  public var short: String { String(hex.prefix(12)) }

  public static func < (left: Digest, right: Digest) -> Bool { left.hex < right.hex }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}

extension Digest: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let digest = Digest(hex: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not a SHA-256 digest")
      )
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}

/// JSON in the one form that digests are taken of.
public enum CanonicalJSON {
  /// Set while encoding, so that what does not make two values different (a file's name) is left out.
  static let isCanonical: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "videocraft.canonical") else {
      preconditionFailure("a key with a name is always a key")
    }
    return key
  }()

  public static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.userInfo[isCanonical] = true
    return try encoder.encode(value)
  }
}
