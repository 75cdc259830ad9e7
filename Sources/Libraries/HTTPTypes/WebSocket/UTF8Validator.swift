/// Checks UTF-8 that comes in pieces (RFC 3629), and finds a mistake with the first byte that cannot be right.
struct UTF8Validator: Sendable {
  /// Bytes that a character still needs.
  private var needed = 0
  /// What the next byte may be.
  private var lowest: UInt8 = 0x80
  private var highest: UInt8 = 0xbf

  /// Whether no character is cut short.
  var isComplete: Bool { needed == 0 }

  /// False when these bytes cannot follow what came before.
  mutating func consume(_ octets: UnsafeRawBufferPointer) -> Bool {
    for octet in octets {
      if needed > 0 {
        guard octet >= lowest, octet <= highest else { return false }
        needed -= 1
        (lowest, highest) = (0x80, 0xbf)
      } else if octet >= 0x80 {
        guard begin(octet) else { return false }
      }
    }
    return true
  }

  /// Long forms, surrogates and numbers above U+10FFFF show in the first two bytes.
  private mutating func begin(_ octet: UInt8) -> Bool {
    switch octet {
    case 0xc2...0xdf: needed = 1
    case 0xe0: (needed, lowest) = (2, 0xa0)
    case 0xed: (needed, highest) = (2, 0x9f)
    case 0xe1...0xef: needed = 2
    case 0xf0: (needed, lowest) = (3, 0x90)
    case 0xf4: (needed, highest) = (3, 0x8f)
    case 0xf1...0xf3: needed = 3
    default: return false
    }
    return true
  }
}
