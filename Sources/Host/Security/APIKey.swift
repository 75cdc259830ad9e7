import Crypto
import Foundation

/// A key as it is kept: its text is told once, when it is made, and only its digest is written down.
///
/// A digest without salt and stretching is enough, because the text is 256 random bits and not chosen by people.
struct APIKey: Sendable, Hashable, Codable {
  /// Names the key, and is no secret.
  var id: String
  /// What people call it.
  var name: String
  /// The SHA-256 of the text in hexadecimal digits.
  var hash: String
  var scopes: [Scope]
  /// Milliseconds since 1970.
  var createdAt: Int
  /// Milliseconds since 1970 from when on it is refused; nil for never.
  var expiresAt: Int?

  private static let prefix = "vck"

  /// A new key, and its text.
  static func make(
    name: String, scopes: [Scope], now: Int, expiresAt: Int? = nil
  ) -> (key: APIKey, text: String) {
    let id = RandomText.hex(byteCount: 6)
    let text = "\(prefix)_\(id)_\(RandomText.hex(byteCount: 32))"
    let key = APIKey(
      id: id, name: name, hash: hash(of: text), scopes: scopes, createdAt: now,
      expiresAt: expiresAt)
    return (key, text)
  }

  static func hash(of text: String) -> String { RandomText.hex(SHA256.hash(text.utf8)) }

  /// The id that a text names; nil for one that was not made here.
  static func id(in text: String) -> String? {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0] == prefix ? String(parts[1]) : nil
  }

  func isValid(at now: Int) -> Bool { expiresAt.map { now < $0 } ?? true }
}

/// Random bytes, written.
enum RandomText {
  /// From the system's generator, which is fit for keys.
  static func hex(byteCount: Int) -> String {
    // Asking the system costs as much for eight bytes as for one.
    var generator = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    while bytes.count < byteCount {
      withUnsafeBytes(of: generator.next()) { bytes += $0.prefix(byteCount - bytes.count) }
    }
    return hex(bytes)
  }

  static func hex(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      for (index, byte) in bytes.enumerated() {
        text[2 * index] = digit(byte >> 4)
        text[2 * index + 1] = digit(byte & 15)
      }
      return 2 * bytes.count
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
  }
}

enum ConstantTime {
  /// Takes as long wherever two texts of the same length differ.
  static func equals(_ one: String, _ other: String) -> Bool {
    guard one.utf8.count == other.utf8.count else { return false }
    var difference: UInt8 = 0
    var rest = other.utf8.makeIterator()
    for octet in one.utf8 { difference |= octet ^ (rest.next() ?? 0) }
    return difference == 0
  }
}
