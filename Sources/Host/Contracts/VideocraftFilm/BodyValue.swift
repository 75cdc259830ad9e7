/// JSON as it was written: members in their order, and those that are named twice.
indirect enum BodyValue: Sendable, Hashable {
  struct Member: Sendable, Hashable {
    var name: String
    var value: BodyValue
  }

  case null
  case boolean(Bool)
  case number(Double)
  case text(String)
  case array([BodyValue])
  case object([Member])

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .number: "a number"
    case .text: "a text"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// - Parameter json: has passed `StrictJSON`, and so is well-formed and not nested too deeply.
  init(parsing json: String) {
    var parser = BodyParser(json)
    self = parser.value()
  }
}

/// Reads JSON that is known to be well-formed. What is not ends early, as null.
private struct BodyParser {
  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func value() -> BodyValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return object()
    case UInt8(ascii: "["): return array()
    case UInt8(ascii: "\""): return .text(text())
    case UInt8(ascii: "t"):
      place += 4
      return .boolean(true)
    case UInt8(ascii: "f"):
      place += 5
      return .boolean(false)
    case UInt8(ascii: "n"), nil:
      place += 4
      return .null
    default: return number()
    }
  }

  private mutating func object() -> BodyValue {
    var members: [BodyValue.Member] = []
    place += 1
    skipSpace()
    while let byte = next, byte != UInt8(ascii: "}") {
      let name = text()
      skipSpace()
      place += 1
      members.append(BodyValue.Member(name: name, value: value()))
      skipSeparator()
    }
    place += 1
    return .object(members)
  }

  private mutating func array() -> BodyValue {
    var items: [BodyValue] = []
    place += 1
    skipSpace()
    while let byte = next, byte != UInt8(ascii: "]") {
      items.append(value())
      skipSeparator()
    }
    place += 1
    return .array(items)
  }

  private mutating func skipSeparator() {
    skipSpace()
    if next == UInt8(ascii: ",") { place += 1 }
    skipSpace()
  }

  /// Begins at its quote. Escapes are of the first plane only: `StrictJSON` has written out all others.
  private mutating func text() -> String {
    var content: [UInt8] = []
    place += 1
    while let byte = next, byte != UInt8(ascii: "\"") {
      place += 1
      guard byte == UInt8(ascii: "\\"), let escape = next else {
        content.append(byte)
        continue
      }
      place += 1
      switch escape {
      case UInt8(ascii: "b"): content.append(0x08)
      case UInt8(ascii: "f"): content.append(0x0C)
      case UInt8(ascii: "n"): content.append(0x0A)
      case UInt8(ascii: "r"): content.append(0x0D)
      case UInt8(ascii: "t"): content.append(0x09)
      case UInt8(ascii: "u"): content += codeUnit()
      default: content.append(escape)
      }
    }
    place += 1
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func codeUnit() -> [UInt8] {
    let end = min(place + 4, bytes.count)
    let digits = String(decoding: bytes[min(place, end)..<end], as: UTF8.self)
    place = end
    let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func number() -> BodyValue {
    let start = place
    while let byte = next, "+-.0123456789eE".utf8.contains(byte) { place += 1 }
    guard place > start else {
      place = bytes.count
      return .null
    }
    return .number(Double(String(decoding: bytes[start..<place], as: UTF8.self)) ?? .infinity)
  }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }
}
