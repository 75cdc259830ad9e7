/// The sets of octets that HTTP's grammar is made of (RFC 9110 section 5.6).
package enum Characters {
  /// `tchar`: letters, digits and a few marks. One bit for each octet below 128.
  @inlinable
  package static func isTokenOctet(_ octet: UInt8) -> Bool {
    let bits: UInt64 = octet < 64 ? 0x03ff_6cfa_0000_0000 : 0x57ff_ffff_c7ff_fffe
    return octet < 128 && bits >> UInt64(octet & 63) & 1 == 1
  }

  /// What a field value may hold: visible characters, spaces, tabs and octets above 127.
  @inlinable
  package static func isFieldOctet(_ octet: UInt8) -> Bool {
    (octet >= 0x20 && octet != 0x7f) || octet == 0x09
  }

  @inlinable
  package static func isToken(_ octets: some Collection<UInt8>) -> Bool {
    for octet in octets where !isTokenOctet(octet) { return false }
    return !octets.isEmpty
  }

  @inlinable
  package static func isSpaceOrTab(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

  @inlinable
  package static func hexValue(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// A decimal number of digits only. Nil when there is anything else in it or it does not fit.
  package static func decimal(_ text: some StringProtocol) -> Int? {
    var value = 0
    guard !text.isEmpty else { return nil }
    for octet in text.utf8 {
      guard octet >= UInt8(ascii: "0"), octet <= UInt8(ascii: "9") else { return nil }
      let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.addingReportingOverflow(Int(octet - UInt8(ascii: "0")))
      if overflowed || carried { return nil }
      value = sum
    }
    return value
  }
}

extension StringProtocol {
  /// Without spaces and tabs at both ends.
  package var trimmedOfBlanks: Substring {
    var rest = Substring(self).utf8
    while let first = rest.first, Characters.isSpaceOrTab(first) { rest = rest.dropFirst() }
    while let last = rest.last, Characters.isSpaceOrTab(last) { rest = rest.dropLast() }
    return Substring(rest)
  }

  /// Equal where only the case of ASCII letters differs.
  @inlinable
  package func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
    utf8.count == other.utf8.count
      && zip(utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
  }
}

extension UInt8 {
  @inlinable
  package var asciiLowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
  }
}
