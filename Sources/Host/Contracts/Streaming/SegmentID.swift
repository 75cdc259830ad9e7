import Pipeline

/// How a file of a package is called towards players: its path in the package as one part of a URL that needs no
/// escapes. The same path always has the same name, and no two have the same.
///
/// A slash is `~`, and what might have no place in a URL is `!` with two hexadecimal digits: `720p/segment 1.ts` is
/// `720p~segment!201.ts`.
enum SegmentID {
  static func make(of path: String) -> String {
    var id = ""
    for octet in path.utf8 {
      if octet == UInt8(ascii: "/") {
        id += "~"
      } else if isPlain(octet) {
        id.unicodeScalars.append(Unicode.Scalar(octet))
      } else {
        id += "!" + RandomText.hex([octet])
      }
    }
    return id
  }

  /// The path that is called so. Nil for what `make` never gives.
  static func path(of id: String) -> String? {
    var octets: [UInt8] = []
    var rest = Array(id.utf8)[...]
    while let octet = rest.popFirst() {
      if octet == UInt8(ascii: "~") {
        octets.append(UInt8(ascii: "/"))
        continue
      }
      guard octet == UInt8(ascii: "!") else {
        octets.append(octet)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
      octets.append(value)
      rest = rest.dropFirst(2)
    }
    guard let path = String(validating: octets, as: UTF8.self), make(of: path) == id else {
      return nil
    }
    return path
  }

  private static func isPlain(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension FileBundle {
  /// Whether a file of the package is a playlist.
  static func isPlaylist(_ path: String) -> Bool { path.hasSuffix(".m3u8") }
}
