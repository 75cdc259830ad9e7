public import Pipeline

/// Turns what a plugin says about a stage into what a host works with, or says what is wrong with it.
public struct DescriptionChecker {
  /// The settings and ports of a stage, checked.
  public struct Checked: Sendable {
    public var info: StageInfo
    public var options: [FieldDescription]
    public var inputs: [FieldDescription]
    public var outputs: [FieldDescription]
  }

  private static let depthLimit = 8
  private static let fieldLimit = 200

  private let stage: String

  /// Throws `ProtocolError`, saying what is wrong and where.
  public static func check(_ form: StageDescription) throws(ProtocolError) -> Checked {
    try checkName(form.name, "the name of a stage")
    let checker = DescriptionChecker(stage: form.name)
    try checker.checkInfo(form)
    return Checked(
      info: form.info, options: try checker.fields(form.options, "options", hasDefaults: true),
      inputs: try checker.fields(form.inputs, "inputs", hasDefaults: false),
      outputs: try checker.fields(form.outputs, "outputs", hasDefaults: false))
  }

  /// Whether it may be the name of a stage, a setting, a port or a plugin.
  public static func isName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard let first = bytes.first, (0x61...0x7A).contains(first), bytes.count <= 60 else {
      return false
    }
    return bytes.last != 0x2D
      && bytes.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
      }
  }

  private static func checkName(_ name: String, _ what: String) throws(ProtocolError) {
    guard isName(name) else {
      throw ProtocolError(
        "`\(name.prefix(80))` cannot be \(what): lower-case letters, digits and `-`, a letter first"
      )
    }
  }

  private func wrong(_ message: String) -> ProtocolError {
    ProtocolError("stage `\(stage)`: \(message)")
  }

  private func checkInfo(_ form: StageDescription) throws(ProtocolError) {
    if form.summary.isEmpty { throw wrong("it needs a `summary`") }
    let parts = form.version.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ UInt32($0) != nil }) else {
      throw wrong("its `version` is three numbers such as 1.0.0, not `\(form.version.prefix(40))`")
    }
    guard (1...1_000_000_000).contains(form.cacheVersion) else {
      throw wrong("its `cacheVersion` is a number from 1 on")
    }
    if let memory = form.memoryBytes, !(0...1 << 44).contains(memory) {
      throw wrong("its `memoryBytes` cannot be \(memory)")
    }
    for (name, number) in [
      ("scratchPerInputByte", form.scratchPerInputByte), ("weight", form.weight),
    ] {
      if let number, !(0...1e6).contains(number) {
        throw wrong("its `\(name)` cannot be \(number)")
      }
    }
  }

  private func fields(
    _ forms: [FieldForm], _ place: String, hasDefaults: Bool, depth: Int = 0
  ) throws(ProtocolError) -> [FieldDescription] {
    if forms.count > Self.fieldLimit { throw wrong("`\(place)` has more than \(Self.fieldLimit)") }
    var seen: Set<String> = []
    var fields: [FieldDescription] = []
    for form in forms {
      try Self.checkName(form.name, "a name in `\(place)` of stage `\(stage)`")
      guard seen.insert(form.name).inserted else {
        throw wrong("`\(place)` has `\(form.name)` twice")
      }
      fields.append(
        try field(form, "\(place).\(form.name)", hasDefault: hasDefaults, depth: depth))
    }
    return fields
  }

  private func field(
    _ form: FieldForm, _ place: String, hasDefault: Bool, depth: Int
  ) throws(ProtocolError) -> FieldDescription {
    if form.summary.isEmpty { throw wrong("`\(place)` needs a `summary`") }
    let type = try type(form.type, place, depth: depth)
    var field = FieldDescription(name: form.name, summary: form.summary, type: type)
    field.unit = form.unit
    if form.minimum != nil || form.maximum != nil {
      let (low, high) = (form.minimum ?? -.infinity, form.maximum ?? .infinity)
      guard low <= high else { throw wrong("`\(place)`: `minimum` is above `maximum`") }
      field.range = low...high
    }
    guard let value = form.default, value != .null else { return field }
    guard hasDefault else { throw wrong("`\(place)`: a port has no `default`") }
    do throws(ValueError) {
      field.defaultValue = try field.convert(value.asWritten(for: type))
    } catch {
      throw wrong("`\(place)`: its `default` does not fit: \(error)")
    }
    return field
  }

  private func type(
    _ form: TypeForm, _ place: String, depth: Int
  ) throws(ProtocolError) -> ValueType {
    if depth > Self.depthLimit { throw wrong("`\(place)` is nested too deeply") }
    switch form {
    case .plain(let word):
      if let type = TypeForm.plain[word] { return type }
      let near = Spelling.nearest(to: word, among: TypeForm.plain.keys.sorted())
      throw wrong(
        "`\(place)`: there is no type `\(word.prefix(40))`"
          + (near.map { "; did you mean `\($0)`?" } ?? ""))
    case .list(let element): return .list(try type(element, place, depth: depth + 1))
    case .map(let element): return .map(try type(element, place, depth: depth + 1))
    case .optional(let inner): return .optional(try type(inner, place, depth: depth + 1))
    case .choice(let names):
      guard !names.isEmpty, Set(names).count == names.count, names.allSatisfy({ !$0.isEmpty })
      else { throw wrong("`\(place)`: a choice is between different words") }
      return .choice(names)
    case .record(let fields):
      return .record(try self.fields(fields, place, hasDefaults: true, depth: depth + 1))
    }
  }
}

extension Value {
  /// A default may be written as authors write it: `"4s"` for a duration.
  fileprivate func asWritten(for type: ValueType) -> Value {
    if case .text(let text) = self, let value = try? type.parse(scalar: text) { return value }
    return self
  }
}
