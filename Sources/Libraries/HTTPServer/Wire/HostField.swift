import HTTPTypes

/// The `Host` field: a name or an address, perhaps with a port (RFC 9110 section 7.2).
enum HostField {
  static func isValid(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= 300 else { return false }
    if text.utf8.first == UInt8(ascii: "[") {
      guard let end = text.firstIndex(of: "]"),
        IPAddress(String(text[text.index(after: text.startIndex)..<end])) != nil
      else { return false }
      return isPort(text[text.index(after: end)...])
    }
    let end = text.utf8.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
    for octet in text.utf8[..<end] where !isNameOctet(octet) { return false }
    return end > text.startIndex && isPort(text[end...])
  }

  /// Nothing, or a colon and a number.
  private static func isPort(_ text: Substring) -> Bool {
    guard let colon = text.utf8.first else { return true }
    guard colon == UInt8(ascii: ":"), text.utf8.count <= 6 else { return false }
    let digits = text.dropFirst()
    return Characters.decimal(digits).map { $0 <= 65_535 } ?? false
  }

  private static func isNameOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
