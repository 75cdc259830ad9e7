/// The sets of octets that HTTP's grammar is made of (RFC 9110 section 5.6).
package enum Characters {
  /// `tchar`: letters, digits and a few marks.
  @inline(__always)
  package static func isTokenOctet(_ octet: UInt8) -> Bool { tokenTable[Int(octet)] }

  /// What a field value may hold: visible characters, spaces, tabs and octets above 127.
  @inline(__always)
  package static func isFieldOctet(_ octet: UInt8) -> Bool {
    (octet >= 0x20 && octet != 0x7f) || octet == 0x09
  }

  package static func isToken(_ octets: some Collection<UInt8>) -> Bool {
    !octets.isEmpty && octets.allSatisfy(isTokenOctet)
  }

  @inline(__always)
  package static func isSpaceOrTab(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

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

  private static let tokenTable: [Bool] = {
    var table = [Bool](repeating: false, count: 256)
    let marks = Array("!#$%&'*+-.^_`|~".utf8)
    for octet in UInt8.min...UInt8.max {
      let isLetter = (octet | 0x20) >= UInt8(ascii: "a") && (octet | 0x20) <= UInt8(ascii: "z")
      let isDigit = octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9")
      table[Int(octet)] = isLetter || isDigit || marks.contains(octet)
    }
    return table
  }()
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
  package func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
    utf8.count == other.utf8.count
      && zip(utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
  }
}

extension UInt8 {
  @inline(__always)
  package var asciiLowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
  }
}
