import Pipeline

/// Reads objects of a body by the fields that are declared for them, and collects everything that is wrong.
struct BodyReader {
  /// An object of which every scalar member has been checked.
  struct Object {
    var path: [String]
    /// Of declared scalar types, converted and within bounds.
    var values: [String: Value] = [:]
    /// Of every member that is declared and not null, whether right or wrong.
    var members: [String: BodyValue] = [:]

    func path(_ name: String) -> [String] { path + [name] }

    func text(_ name: String) -> String? {
      if case .text(let text)? = values[name] { text } else { nil }
    }

    func integer(_ name: String) -> Int? {
      if case .integer(let integer)? = values[name] { integer } else { nil }
    }

    func number(_ name: String) -> Double? {
      if case .number(let number)? = values[name] { number } else { nil }
    }

    func boolean(_ name: String) -> Bool? {
      if case .boolean(let boolean)? = values[name] { boolean } else { nil }
    }

    func colour(_ name: String) -> Colour? {
      if case .colour(let colour)? = values[name] { colour } else { nil }
    }
  }

  private(set) var problems: [DiagnosticReport] = []

  /// How many problems are told; there may be one for every member of a large body.
  static let limit = 200

  mutating func problem(
    _ code: String, _ message: String, at path: [String], expected: String? = nil,
    suggestion: String? = nil
  ) {
    guard problems.count < Self.limit else { return }
    var diagnostic = Diagnostic(code, message, at: nil)
    diagnostic.expected = expected
    diagnostic.suggestion = suggestion
    diagnostic.hint = suggestion.map { "did you mean `\($0)`?" }
    problems.append(DiagnosticReport(diagnostic, path: path.joinedAsPath))
  }

  // MARK: Objects

  /// Nil for what is no object.
  ///
  /// - Parameters:
  ///   - owner: what has the fields, such as `a scene`.
  ///   - elsewhere: where a field that is not among these belongs; nil when nowhere.
  mutating func object(
    _ value: BodyValue, _ fields: [FieldDescription], owner: String, at path: [String],
    elsewhere: (String) -> String? = { _ in nil }
  ) -> Object? {
    guard case .object(let members) = value else {
      problem("type-mismatch", "\(owner) is an object, found \(value.kind)", at: path)
      return nil
    }
    var object = Object(path: path)
    var seen: Set<String> = []
    for member in members {
      let place = object.path(Self.shown(member.name))
      guard let field = fields.first(where: { $0.name == member.name }) else {
        unknown(member.name, fields, owner, at: place, elsewhere)
        continue
      }
      guard seen.insert(member.name).inserted else {
        problem("duplicate-key", "`\(member.name)` is given twice", at: place)
        continue
      }
      guard member.value != .null else { continue }
      object.members[member.name] = member.value
      object.values[member.name] = scalar(member.value, as: field, at: place)
    }
    for field in fields where field.isRequired && object.members[field.name] == nil {
      problem(
        "missing-field", "\(owner) needs `\(field.name)`", at: object.path(field.name),
        expected: field.constraint)
    }
    return object
  }

  private mutating func unknown(
    _ name: String, _ fields: [FieldDescription], _ owner: String, at path: [String],
    _ elsewhere: (String) -> String?
  ) {
    let near = Spelling.nearest(to: name, among: fields.map(\.name))
    let message = "\(owner) has no `\(Self.shown(name))`"
    if let near {
      problem("unknown-field", "\(message); did you mean `\(near)`?", at: path, suggestion: near)
    } else if let place = elsewhere(name) {
      problem("unknown-field", "\(message); it belongs to \(place)", at: path)
    } else {
      problem("unknown-field", message, at: path)
    }
  }

  /// A name of a client's as messages repeat it: short, and without what a terminal could act upon.
  private static func shown(_ name: String) -> String {
    let kept = name.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
    return String(String(String.UnicodeScalarView(kept)).prefix(80))
  }

  /// The items of an array; nil for what is none. Too few or too many are a problem, and are read all the same.
  mutating func items(
    _ value: BodyValue?, _ field: FieldDescription, at path: [String]
  ) -> [BodyValue]? {
    guard let value else { return nil }
    guard case .array(let items) = value else {
      problem("type-mismatch", "`\(field.name)` is an array, found \(value.kind)", at: path)
      return nil
    }
    if let range = field.range, !range.contains(Double(items.count)) {
      let bounds = "\(Int(range.lowerBound)) to \(Int(range.upperBound))"
      problem(
        "out-of-range", "`\(field.name)` has \(bounds) items, found \(items.count)", at: path,
        expected: "\(bounds) items")
    }
    return items
  }

  // MARK: Scalars

  /// Nil for what is wrong, and for fields that are objects or arrays.
  private mutating func scalar(
    _ value: BodyValue, as field: FieldDescription, at path: [String]
  ) -> Value? {
    let type = field.type.unwrapped
    let converted: Value
    switch (type, value) {
    case (.json, _), (.list, _): return nil
    case (.boolean, .boolean(let boolean)): return .boolean(boolean)
    case (.number, .number(let number)) where number.isFinite: converted = .number(number)
    case (.integer, .number(let number)):
      guard number == number.rounded(), abs(number) < 1e15 else {
        mismatch(field, found: "a number with a fraction", at: path)
        return nil
      }
      converted = .integer(Int(number))
    case (.text, .text(let text)):
      guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
        problem("bad-text", "`\(field.name)` has a control character in it", at: path)
        return nil
      }
      converted = .text(text)
    case (.choice(let names), .text(let text)):
      guard names.contains(text) else {
        unknownChoice(text, names, field, at: path)
        return nil
      }
      return .text(text)
    case (.colour, .text(let text)):
      guard text.hasPrefix("#"), let colour = Colour(text) else {
        problem(
          "type-mismatch",
          "`\(field.name)`: expected a colour such as #FFD700 or #000000AA, found `\(Self.shown(text))`",
          at: path, expected: field.constraint)
        return nil
      }
      return .colour(colour)
    default:
      mismatch(field, found: value.kind, at: path)
      return nil
    }
    do throws(ValueError) {
      try field.check(converted)
      return converted
    } catch {
      problem(
        "out-of-range", "`\(field.name)`: \(error.message)", at: path, expected: field.constraint)
      return nil
    }
  }

  private mutating func mismatch(_ field: FieldDescription, found: String, at path: [String]) {
    let wanted =
      switch field.type.unwrapped {
      case .integer: "a whole number"
      case .number: "a number"
      case .boolean: "true or false"
      default: "a text"
      }
    problem(
      "type-mismatch", "`\(field.name)`: expected \(wanted), found \(found)", at: path,
      expected: field.constraint)
  }

  private mutating func unknownChoice(
    _ text: String, _ names: [String], _ field: FieldDescription, at path: [String]
  ) {
    let near = Spelling.nearest(to: text, among: names)
    let list = names.map { "`\($0)`" }.joined(separator: ", ")
    problem(
      "type-mismatch", "`\(field.name)`: `\(Self.shown(text))` is not one of \(list)", at: path,
      expected: field.constraint, suggestion: near)
  }
}
