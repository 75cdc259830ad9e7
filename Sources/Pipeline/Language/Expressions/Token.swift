/// A word of the expression language.
struct Token: Sendable {
  enum Kind: Sendable, Hashable {
    case name(String)
    case text(String)
    case integer(Int)
    case number(Double)
    /// An operator, a bracket, a dot or a comma.
    case symbol(String)
    /// `}}`, or the end of the text.
    case end
  }

  var kind: Kind
  /// In bytes of the scalar's text.
  var offsets: Range<Int>

  /// For messages.
  var description: String {
    switch kind {
    case .name(let name): "`\(name)`"
    case .text: "a text"
    case .integer(let value): "`\(value)`"
    case .number(let value): "`\(value)`"
    case .symbol(let symbol): "`\(symbol)`"
    case .end: "the end"
    }
  }
}

/// What is wrong with the text of an expression, and where in its scalar.
struct ExpressionSyntaxError: Error {
  var message: String
  var offsets: Range<Int>
  var hint: String?
  /// The one word that was probably meant instead of what stands at `offsets`.
  var suggestion: String?
  /// What is missing before it, where that is all that is wrong.
  var insertion: String?
}

/// Cuts an expression into words, up to `}}` or the end of the text.
struct Lexer {
  let bytes: [UInt8]
  private(set) var offset: Int
  /// Whether `}}` ends the expression; otherwise it is an error.
  let isDelimited: Bool

  private static let symbols: [String] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "(", ")", "[", "]",
    ".", ",",
  ]

  init(_ bytes: [UInt8], from offset: Int, isDelimited: Bool) {
    self.bytes = bytes
    self.offset = offset
    self.isDelimited = isDelimited
  }

  mutating func next() throws(ExpressionSyntaxError) -> Token {
    while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      offset += 1
    }
    let start = offset
    guard let byte = peek() else { return Token(kind: .end, offsets: start..<start) }
    if byte == UInt8(ascii: "}") { return try closing() }
    if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return try text(quote: byte) }
    if Self.isDigit(byte) { return try number() }
    if Self.beginsName(byte) { return name() }
    for symbol in Self.symbols where bytes[start...].starts(with: symbol.utf8) {
      offset += symbol.utf8.count
      return Token(kind: .symbol(symbol), offsets: start..<offset)
    }
    throw unknown(byte)
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    offset + ahead < bytes.count ? bytes[offset + ahead] : nil
  }

  private mutating func closing() throws(ExpressionSyntaxError) -> Token {
    let start = offset
    guard isDelimited, peek(1) == UInt8(ascii: "}") else {
      throw ExpressionSyntaxError(message: "unexpected `}`", offsets: start..<(start + 1))
    }
    offset += 2
    return Token(kind: .end, offsets: start..<offset)
  }

  private func unknown(_ byte: UInt8) -> ExpressionSyntaxError {
    let place = offset..<(offset + 1)
    let character = String(UnicodeScalar(byte))
    let hint: String? =
      switch byte {
      case UInt8(ascii: "="): "equality is `==`"
      case UInt8(ascii: "&"): "and is `&&`"
      case UInt8(ascii: "|"): "or is `||`; a function is called as `upper(x)`"
      case UInt8(ascii: "?"), UInt8(ascii: ":"):
        "there is no `?:`; `a else b` takes the first that exists"
      case UInt8(ascii: "$"), UInt8(ascii: "{"): "`${{ }}` cannot stand inside an expression"
      default: nil
      }
    return ExpressionSyntaxError(
      message: "unexpected `\(character)` in an expression", offsets: place, hint: hint)
  }

  private mutating func name() -> Token {
    let start = offset
    while let byte = peek() {
      let isInnerHyphen = byte == UInt8(ascii: "-") && peek(1).map(Self.continuesName) == true
      guard Self.continuesName(byte) || isInnerHyphen else { break }
      offset += 1
    }
    return Token(
      kind: .name(String(decoding: bytes[start..<offset], as: UTF8.self)), offsets: start..<offset)
  }

  private mutating func number() throws(ExpressionSyntaxError) -> Token {
    let start = offset
    var isInteger = true
    while let byte = peek() {
      let isFraction = byte == UInt8(ascii: ".") && peek(1).map(Self.isDigit) == true
      let isExponentSign =
        (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")) && offset > start
        && bytes[offset - 1] | 0x20 == UInt8(ascii: "e")
      guard Self.continuesName(byte) || isFraction || isExponentSign else { break }
      if !Self.isDigit(byte) { isInteger = false }
      offset += 1
    }
    let written = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isInteger, let value = Int(written) {
      return Token(kind: .integer(value), offsets: start..<offset)
    }
    let isDecimal = written.utf8.allSatisfy { Self.isDigit($0) || ".eE+-".utf8.contains($0) }
    if isDecimal, let value = Double(written), value.isFinite {
      return Token(kind: .number(value), offsets: start..<offset)
    }
    throw ExpressionSyntaxError(
      message: "`\(written)` is not a number", offsets: start..<offset,
      hint: "durations, sizes and names are written as text: '\(written)'")
  }

  private mutating func text(quote: UInt8) throws(ExpressionSyntaxError) -> Token {
    let start = offset
    var content: [UInt8] = []
    offset += 1
    while let byte = peek() {
      if byte == quote {
        offset += 1
        return Token(
          kind: .text(String(decoding: content, as: UTF8.self)), offsets: start..<offset)
      }
      if byte == UInt8(ascii: "\\") {
        content.append(try escaped())
      } else {
        content.append(byte)
        offset += 1
      }
    }
    throw ExpressionSyntaxError(
      message: "a text is not closed", offsets: start..<bytes.count,
      hint: "expected \(String(UnicodeScalar(quote))) at its end")
  }

  private mutating func escaped() throws(ExpressionSyntaxError) -> UInt8 {
    let code = peek(1) ?? 0x20
    let known: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "\\"): 0x5C,
      UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22,
    ]
    guard let byte = known[code] else {
      throw ExpressionSyntaxError(
        message: "unknown escape in a text", offsets: offset..<min(offset + 2, bytes.count),
        hint: "known are \\n \\t \\\\ \\' and \\\"")
    }
    offset += 2
    return byte
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  static func beginsName(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F || byte >= 0x80
  }

  static func continuesName(_ byte: UInt8) -> Bool { beginsName(byte) || isDigit(byte) }
}
