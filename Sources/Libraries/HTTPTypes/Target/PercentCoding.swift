/// Percent encoding (RFC 3986 section 2.1).
public enum PercentCoding {
  /// Decodes exactly once. Nil when an escape is cut short or the bytes are no UTF-8.
  ///
  /// - Parameter plusIsSpace: as in HTML forms.
  public static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
    let octets = text.utf8
    guard
      octets.contains(where: {
        $0 == UInt8(ascii: "%") || $0 >= 0x80 || (plusIsSpace && $0 == UInt8(ascii: "+"))
      })
    else { return String(text) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(octets.count)
    var rest = octets[...]
    while let octet = rest.popFirst() {
      if octet == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(Characters.hexValue),
          let low = rest.popFirst().flatMap(Characters.hexValue)
        else { return nil }
        decoded.append(high << 4 | low)
      } else {
        decoded.append(plusIsSpace && octet == UInt8(ascii: "+") ? 0x20 : octet)
      }
    }
    return String(validating: decoded, as: UTF8.self)
  }

  /// Everything but letters, digits and `-._~` is escaped, so the result may stand in any part of a URL.
  public static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for octet in text.utf8 {
      if isUnreserved(octet) {
        encoded.append(octet)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static func isUnreserved(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
