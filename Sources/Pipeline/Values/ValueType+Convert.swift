extension ValueType {
  /// The value as this type, or why it is not.
  ///
  /// Never guesses: an integer becomes a number or text, text is read as a duration, size, colour or choice,
  /// one thing becomes a list of one. Text where a file is declared stays text: it is a path that the host
  /// will replace by a reference. Members missing from a record get their default.
  public func convert(_ value: Value) throws(ValueError) -> Value {
    switch (self, value) {
    case (.optional, .null): return .null
    case (.optional(let inner), _): return try inner.convert(value)
    case (.list(let element), .list(let values)):
      return .list(try Self.convert(values, to: element))
    case (.list(let element), _) where value != .null:
      return .list([try element.convert(value)])
    case (.map(let element), .map(let members)):
      return .map(try Self.convert(members, to: element))
    case (.record(let fields), .map(let members)):
      return .map(try Self.convert(members, to: fields))
    case (.json, _) where value.isPlain: return value
    case (.text, .text), (.integer, .integer), (.number, .number), (.boolean, .boolean),
      (.duration, .duration), (.size, .size), (.colour, .colour), (.transcript, .transcript),
      (.captions, .captions), (.bundle, .bundle), (.video, .video), (.secret, .secret):
      return value
    case (.number, .integer(let integer)): return .number(Double(integer))
    case (.text, _):
      if let text = value.asText { return .text(text) }
      throw .mismatch(expected: self, found: value)
    case (.choice, .text(let text)), (.duration, .text(let text)), (.size, .text(let text)),
      (.colour, .text(let text)):
      return try parse(scalar: text)
    case (.video, .file(let reference)): return .video(.file(reference))
    case (_, .file), (_, .video):
      if isFile { return value }
      throw .mismatch(expected: self, found: value)
    case (_, .text) where isFile: return value
    default: throw .mismatch(expected: self, found: value)
    }
  }

  private static func convert(
    _ values: [Value], to element: ValueType
  ) throws(ValueError) -> [Value] {
    var converted: [Value] = []
    converted.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      do { converted.append(try element.convert(value)) } catch { throw error.inside("[\(index)]") }
    }
    return converted
  }

  private static func convert(
    _ members: [String: Value], to element: ValueType
  ) throws(ValueError) -> [String: Value] {
    var converted: [String: Value] = [:]
    for (name, value) in members {
      do { converted[name] = try element.convert(value) } catch { throw error.inside(name) }
    }
    return converted
  }

  private static func convert(
    _ members: [String: Value], to fields: [FieldDescription]
  ) throws(ValueError) -> [String: Value] {
    if let unknown = members.keys.sorted().first(where: { name in
      !fields.contains { $0.name == name }
    }) {
      throw ValueError(
        "`\(unknown)` is not known here; known are \(fields.map { "`\($0.name)`" }.joined(separator: ", "))",
        suggestion: Spelling.nearest(to: unknown, among: fields.map(\.name)))
    }
    var converted: [String: Value] = [:]
    for field in fields {
      converted[field.name] = try field.convert(members[field.name])
    }
    return converted
  }

  /// Reads the raw text of a scalar as this type. `json` follows the YAML 1.2 core schema.
  public func parse(scalar text: String) throws(ValueError) -> Value {
    switch self {
    case .optional(let inner): return try inner.parse(scalar: text)
    case .list(let element): return .list([try element.parse(scalar: text)])
    case .text, .file, .image, .audio, .media, .video: return .text(text)
    case .integer:
      if let value = Int(text) { return .integer(value) }
    case .number:
      if let value = Double(text), value.isFinite { return .number(value) }
    case .boolean:
      if text == "true" || text == "false" { return .boolean(text == "true") }
      if let meant = Self.booleanWords[text.lowercased()] {
        throw ValueError("expected boolean, found `\(text)`", suggestion: "\(meant)")
      }
    case .duration:
      if let value = Duration(text) { return .duration(value) }
      throw ValueError(
        "expected duration such as 300ms, 4s, 2m30s or 1h, found `\(text)`",
        suggestion: Duration.meant(by: text))
    case .size:
      if let value = PixelSize(text) { return .size(value) }
      throw ValueError("expected size such as 1920x1080 or 720p, found `\(text)`")
    case .colour:
      if let value = Colour(text) { return .colour(value) }
      throw ValueError("expected colour such as #FFD700 or #000000AA, found `\(text)`")
    case .choice(let names):
      if names.contains(text) { return .text(text) }
      throw ValueError(
        "`\(text)` is not one of \(names.map { "`\($0)`" }.joined(separator: ", "))",
        suggestion: Spelling.nearest(to: text, among: names))
    case .json: return Self.coreScalar(text)
    case .map, .record, .transcript, .captions, .bundle: break
    case .secret:
      // Never with what was found: it may be the key itself.
      throw ValueError("expected the name of a secret: `${{ secrets.… }}`")
    }
    throw ValueError("expected \(self), found `\(text)`")
  }

  private static let booleanWords: [String: Bool] = [
    "yes": true, "on": true, "true": true, "y": true, "no": false, "off": false, "false": false,
    "n": false,
  ]

  /// The YAML 1.2 core schema: null, booleans, decimal integers and numbers; everything else is text.
  private static func coreScalar(_ text: String) -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .boolean(true)
    case "false", "False", "FALSE": return .boolean(false)
    default: break
    }
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard let first = digits.utf8.first, (0x30...0x39).contains(first) || first == 0x2E else {
      return .text(text)
    }
    let leadingZero =
      digits.utf8.count > 1 && first == 0x30 && digits.utf8.dropFirst().first != 0x2E
    if !leadingZero, let value = Int(text) { return .integer(value) }
    let isDecimal = digits.utf8.allSatisfy {
      (0x30...0x39).contains($0) || ".eE+-".utf8.contains($0)
    }
    if !leadingZero, isDecimal, let value = Double(text), value.isFinite { return .number(value) }
    return .text(text)
  }
}

extension Value {
  public var isPlain: Bool {
    switch self {
    case .null, .text, .integer, .number, .boolean, .duration, .size, .colour: true
    case .list(let values): values.allSatisfy(\.isPlain)
    case .map(let members): members.values.allSatisfy(\.isPlain)
    case .file, .video, .transcript, .captions, .bundle, .secret: false
    }
  }

  /// Text, number, boolean, duration, size and colour as they are written; nil for everything else.
  public var asText: String? {
    switch self {
    case .text(let value): value
    case .integer(let value): "\(value)"
    case .number(let value):
      value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    case .boolean(let value): "\(value)"
    case .duration(let value): value.written
    case .size(let value): value.description
    case .colour(let value): value.description
    default: nil
    }
  }
}

extension Duration {
  /// Reads `300ms`, `4s`, `1.5s`, `2m30s`, `1h`, largest unit first; nil for anything else or beyond 10 000 h.
  public init?(_ text: String) {
    let units: [(String, Double)] = [("h", 3600), ("ms", 0.001), ("m", 60), ("s", 1), ("us", 1e-6)]
    var rest = text[...]
    var seconds = 0.0
    var previous = Double.infinity
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      let name = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
      guard let number = Double(digits), let unit = units.first(where: { $0.0 == name })?.1,
        unit < previous
      else { return nil }
      seconds += number * unit
      previous = unit
      rest = rest.dropFirst(digits.count + name.count)
    }
    guard previous.isFinite, seconds <= 36_000_000 else { return nil }
    self = .microseconds(Int64((seconds * 1e6).rounded()))
  }

  /// Shortest form that `init(_:)` reads back: `300ms`, `4s`, `2m30s`.
  public var written: String {
    let (wholeSeconds, attoseconds) = components
    let microseconds = wholeSeconds * 1_000_000 + attoseconds / 1_000_000_000_000
    if microseconds == 0 { return "0s" }
    let parts: [(Int64, String)] = [
      (microseconds / 3_600_000_000, "h"), (microseconds / 60_000_000 % 60, "m"),
      (microseconds / 1_000_000 % 60, "s"), (microseconds / 1000 % 1000, "ms"),
      (microseconds % 1000, "us"),
    ]
    return parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
  }
}
