import Pipeline

/// Checks that a text is JSON (RFC 8259) before it is read as the YAML that JSON nearly is, and finds where in it
/// something stands.
///
/// Nothing is built, so that it costs little however large or deep the text is.
struct StrictJSON {
  /// Levels of arrays and objects.
  static let depthLimit = 100

  struct Problem: Error {
    var message: String
    /// In bytes.
    var offset: Int
  }

  private let bytes: [UInt8]
  private var place = 0
  /// The same JSON in which each character beyond the first plane is written as itself: YAML knows no surrogates.
  private var output: [UInt8] = []
  private var path: [String] = []
  /// Offsets in `output` whose paths are wanted, the greatest first.
  private var wanted: [Int]
  private var paths: [Int: String] = [:]
  private var last = ""

  private init(_ bytes: [UInt8], wanted: [Int] = []) {
    self.bytes = bytes
    self.wanted = wanted.sorted(by: >)
  }

  /// A text that YAML reads as the same.
  static func normalised(_ bytes: [UInt8]) throws(Problem) -> String {
    var scanner = StrictJSON(bytes)
    try scanner.document()
    return String(decoding: scanner.output, as: UTF8.self)
  }

  /// The paths, such as `scenes[2].image`, of what stands at these offsets of a text.
  static func paths(at offsets: [Int], in text: String) -> [Int: String] {
    var scanner = StrictJSON(Array(text.utf8), wanted: offsets)
    guard (try? scanner.document()) != nil else { return [:] }
    while let offset = scanner.wanted.popLast() { scanner.paths[offset] = scanner.last }
    return scanner.paths
  }

  private mutating func document() throws(Problem) {
    try value(depth: 0)
    skipSpace()
    if place < bytes.count { throw problem("there is something behind the end of the JSON") }
  }

  private mutating func value(depth: Int) throws(Problem) {
    skipSpace()
    guard place < bytes.count else { throw problem("the JSON ends too early") }
    note()
    switch bytes[place] {
    case UInt8(ascii: "{"): try object(depth: depth + 1)
    case UInt8(ascii: "["): try array(depth: depth + 1)
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    default: throw problem("no JSON value begins like this")
    }
  }

  private mutating func object(depth: Int) throws(Problem) {
    guard depth <= Self.depthLimit else { throw tooDeep() }
    take()
    skipSpace()
    if next == UInt8(ascii: "}") { return take() }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw problem("a name in quotes is missing") }
      path.append("")
      let start = output.count
      path[path.count - 1] = try string()
      note(at: start)
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw problem("a colon is missing") }
      take()
      try value(depth: depth)
      path.removeLast()
      skipSpace()
      if next == UInt8(ascii: "}") { return take() }
      guard next == UInt8(ascii: ",") else { throw problem("a comma or `}` is missing") }
      take()
    }
  }

  private mutating func array(depth: Int) throws(Problem) {
    guard depth <= Self.depthLimit else { throw tooDeep() }
    take()
    skipSpace()
    if next == UInt8(ascii: "]") { return take() }
    var index = 0
    while true {
      path.append("[\(index)]")
      try value(depth: depth)
      path.removeLast()
      index += 1
      skipSpace()
      if next == UInt8(ascii: "]") { return take() }
      guard next == UInt8(ascii: ",") else { throw problem("a comma or `]` is missing") }
      take()
    }
  }

  /// Returns what stands between the quotes, escapes left as they are.
  private mutating func string() throws(Problem) -> String {
    let start = output.count + 1
    take()
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        let text = String(decoding: output[start...], as: UTF8.self)
        take()
        return text
      case UInt8(ascii: "\\"): try escape()
      case 0..<0x20: throw problem("a control character in a text is written as an escape")
      default: take()
      }
    }
    throw problem("a text has no end")
  }

  private mutating func escape() throws(Problem) {
    guard place + 1 < bytes.count else { throw problem("a text has no end") }
    guard bytes[place + 1] == UInt8(ascii: "u") else {
      guard "\"\\/bfnrt".utf8.contains(bytes[place + 1]) else {
        throw problem("there is no such escape")
      }
      take()
      return take()
    }
    let unit = try codeUnit(at: place)
    guard (0xD800...0xDFFF).contains(unit) else {
      for _ in 0..<6 { take() }
      return
    }
    guard unit < 0xDC00, place + 7 < bytes.count, bytes[place + 6] == UInt8(ascii: "\\"),
      bytes[place + 7] == UInt8(ascii: "u")
    else { throw problem("a surrogate stands alone") }
    let low = try codeUnit(at: place + 6)
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { throw problem("a surrogate stands alone") }
    output += Array(String(Character(scalar)).utf8)
    place += 12
  }

  private func codeUnit(at start: Int) throws(Problem) -> UInt32 {
    guard start + 6 <= bytes.count,
      bytes[(start + 2)..<(start + 6)].allSatisfy(Self.isHexDigit),
      let unit = UInt32(
        String(decoding: bytes[(start + 2)..<(start + 6)], as: UTF8.self), radix: 16)
    else { throw problem("`\\u` is followed by four hexadecimal digits") }
    return unit
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    Character(Unicode.Scalar(byte)).isHexDigit && byte < 0x80
  }

  private mutating func word(_ word: StaticString) throws(Problem) {
    let letters = Array(word.description.utf8)
    guard bytes[place...].starts(with: letters) else {
      throw problem("no JSON value begins like this")
    }
    for _ in letters { take() }
  }

  private mutating func number() throws(Problem) {
    if next == UInt8(ascii: "-") { take() }
    if next == UInt8(ascii: "0") { take() } else { try digits() }
    if next == UInt8(ascii: ".") {
      take()
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      take()
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { take() }
      try digits()
    }
  }

  private mutating func digits() throws(Problem) {
    guard let first = next, Self.isDigit(first) else { throw problem("a digit is missing") }
    while let byte = next, Self.isDigit(byte) { take() }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func take() {
    output.append(bytes[place])
    place += 1
  }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { take() }
  }

  private mutating func note() { note(at: output.count) }

  /// Something begins here.
  private mutating func note(at offset: Int) {
    while let first = wanted.last, first < offset {
      paths[first] = last
      wanted.removeLast()
    }
    if !wanted.isEmpty { last = path.joinedAsPath }
  }

  private func problem(_ message: String) -> Problem { Problem(message: message, offset: place) }

  private func tooDeep() -> Problem {
    problem("arrays and objects are nested more than \(Self.depthLimit) levels deep")
  }
}
