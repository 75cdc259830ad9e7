import Crypto
import Foundation

/// Makes the texts by which a page shows that it could read an answer of this host, and knows its own again.
///
/// A token is 32 bytes and their HMAC-SHA256, in hexadecimal digits. The first six bytes are the moment at which it
/// expires, the others are random: nothing has to be remembered, so tokens take no memory and outlive a restart.
struct CSRFTokens: Sendable {
  enum Problem: Error, Sendable, Hashable {
    /// It is not 128 hexadecimal digits.
    case malformed
    /// It was not made with this secret.
    case forged
    case expired
  }

  static let digitCount = 128
  /// Seconds.
  static let usualLifetime = 3600
  private static let momentByteCount = 6

  private let secret: [UInt8]
  /// Seconds.
  let lifetime: Int
  private let now: @Sendable () -> Int

  init(
    secret: String, lifetime: Int = usualLifetime, now: @escaping @Sendable () -> Int = { .now }
  ) {
    self.secret = Array(secret.utf8)
    self.lifetime = lifetime
    self.now = now
  }

  func make() -> String {
    let expiry = UInt64(clamping: now() + lifetime * 1000)
    var bytes = (0..<Self.momentByteCount).reversed().map { UInt8(expiry >> ($0 * 8) & 0xFF) }
    var generator = SystemRandomNumberGenerator()
    while bytes.count < 32 { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
    return RandomText.hex(bytes) + RandomText.hex(HMACSHA256.code(of: bytes, key: secret))
  }

  func check(_ token: String) throws(Problem) {
    guard token.utf8.count == Self.digitCount, let bytes = Self.bytes(token) else {
      throw .malformed
    }
    let message = Array(bytes.prefix(32))
    let code = RandomText.hex(HMACSHA256.code(of: message, key: secret))
    guard ConstantTime.equals(code, RandomText.hex(Array(bytes.suffix(32)))) else {
      throw .forged
    }
    let expiry = message.prefix(Self.momentByteCount).reduce(0) { $0 << 8 | Int($1) }
    guard now() < expiry else { throw .expired }
  }

  private static func bytes(_ digits: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in digits.utf8 {
      guard let value = value(of: digit) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// The secret of a host to which none was given: made once, and kept so that tokens outlive a restart.
enum CSRFSecret {
  /// Only its owner may read the file.
  static func kept(in dataFolder: URL) throws -> String {
    let url = dataFolder.appendingPathComponent("csrf-secret")
    if let bytes = try? Data(contentsOf: url) {
      let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
      if text.utf8.count == 64 { return text }
    }
    let secret = RandomText.hex(byteCount: 32)
    try DurableFile.write(Array((secret + "\n").utf8), to: url)
    return secret
  }
}
