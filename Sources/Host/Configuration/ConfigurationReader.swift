import Foundation
import Pipeline

/// Reads a configuration from a file and the environment, which beats the file, which beats the defaults.
struct ConfigurationReader: Sendable {
  static let prefix = "VIDEOCRAFT_"
  /// Looked for in this order when none is named.
  static let usualPlaces = ["config.yaml", "config/config.yaml", "/etc/videocraft/config.yaml"]

  var environment: [String: String]

  /// What is given for each section and setting, and the problems.
  private(set) var given: [String: [String: Value]] = [:]
  private(set) var diagnostics: [Diagnostic] = []
  /// What diagnostics are about, by name.
  private(set) var texts: [String?: String] = [:]

  /// Variables that are for a program beside the host, and only look like settings of it.
  private static let otherVariables: Set = ["VIDEOCRAFT_SPEECH_MODEL"]

  init(environment: [String: String]) { self.environment = environment }

  /// - Parameter path: nil for the first of the usual places where there is a file.
  mutating func read(file path: String?) throws {
    let found = path ?? Self.usualPlaces.first { FileManager.default.fileExists(atPath: $0) }
    guard let found else { return }
    guard let bytes = FileManager.default.contents(atPath: found),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw UsageError("the configuration `\(found)` cannot be read as UTF-8 text") }
    read(text, file: found)
  }

  mutating func read(_ text: String, file: String) {
    texts[file] = text
    let reading = SettingsFile.read(
      text, file: file, as: ConfigurationFields.sections, owner: "the configuration")
    var found: [String: [String: Value]] = [:]
    for (section, value) in reading.values {
      guard case .map(let members) = value else { continue }
      // A record has its defaults filled in; only what was written counts here.
      let written = reading.texts[section].map { Self.keys(in: $0, of: section) } ?? []
      found[section] = members.filter { written.contains($0.key) && $0.value != .null }
    }
    diagnostics += reading.diagnostics.filter { !$0.isAboutNothing }.map(Self.explained)
    fillIn(&found)
    take(found)
  }

  /// What is given later beats what was given before, whichever name it has.
  private mutating func take(_ found: [String: [String: Value]]) {
    var found = found
    for alias in ConfigurationFields.aliases {
      guard let value = found[alias.section]?.removeValue(forKey: alias.name) else { continue }
      let (section, name) = alias.of
      if let other = found[section]?[name], other != value {
        diagnostics.append(
          Diagnostic(
            "contradiction",
            "`\(section).\(name)` and `\(alias.section).\(alias.name)` mean the same and differ; give one",
            at: nil))
      }
      found[section, default: [:]][name] = value
    }
    for (section, members) in found {
      given[section, default: [:]].merge(members) { $1 }
    }
  }

  /// Puts variables in the place of `${NAME}` in texts.
  private mutating func fillIn(_ found: inout [String: [String: Value]]) {
    for section in ConfigurationFields.sections {
      for field in section.members {
        guard case .text(let text)? = found[section.name]?[field.name], text.contains("${") else {
          continue
        }
        found[section.name]?[field.name] = filled(text, of: "\(section.name).\(field.name)", field)
      }
    }
  }

  private mutating func filled(_ text: String, of setting: String, _ field: FieldDescription)
    -> Value?
  {
    var result = ""
    var rest = text[...]
    while let start = rest.range(of: "${") {
      guard let end = rest.range(of: "}", range: start.upperBound..<rest.endIndex) else { break }
      let name = String(rest[start.upperBound..<end.lowerBound])
      guard let value = environment[name] else {
        diagnostics.append(
          Diagnostic(
            "unknown-variable",
            "`\(setting)` names the variable `\(name.prefix(80))`, which is not set; set it, or leave "
              + "the setting out", at: nil))
        return nil
      }
      result += rest[..<start.lowerBound] + value
      rest = rest[end.upperBound...]
    }
    do {
      return try field.convert(.text(result + rest))
    } catch {
      diagnostics.append(Diagnostic("type-mismatch", "`\(setting)`: \(error)", at: nil))
      return nil
    }
  }

  /// The settings that a section's text has.
  private static func keys(in text: String, of section: String) -> Set<String> {
    let fields = ConfigurationFields.sections.first { $0.name == section }?.members ?? []
    return Set(SettingsFile.read(text, as: fields, owner: section).values.keys)
  }

  /// Says of settings that exist elsewhere what to do here.
  private static func explained(_ diagnostic: Diagnostic) -> Diagnostic {
    guard diagnostic.code == "unknown-field" else { return diagnostic }
    for (path, advice) in ConfigurationFields.absent {
      let parts = path.split(separator: ".")
      let name = parts.last ?? ""
      let owner = parts.count > 1 ? "`\(parts[0])`" : "the configuration"
      guard diagnostic.message == "`\(name)` is not a setting of \(owner)" else { continue }
      return Diagnostic(
        "unsupported-setting", "this host has no setting `\(path)`: \(advice)",
        at: diagnostic.range)
    }
    return diagnostic
  }

  /// Reads every variable that is named after a setting, and refuses those that nearly are.
  mutating func readEnvironment() {
    var found: [String: [String: Value]] = [:]
    for section in ConfigurationFields.sections {
      let beginning = Self.prefix + section.name.uppercased() + "_"
      for name in environment.keys.sorted()
      where name.hasPrefix(beginning) && !Self.otherVariables.contains(name) {
        let key = name.dropFirst(beginning.count).lowercased()
        read(
          environment[name] ?? "", of: name, key: key, in: section,
          into: &found[section.name, default: [:]])
      }
    }
    take(found)
    refuseAbsentSections()
  }

  private mutating func refuseAbsentSections() {
    for (section, advice) in ConfigurationFields.absent where !section.contains(".") {
      let beginning = Self.prefix + section.uppercased() + "_"
      for name in environment.keys.sorted() where name.hasPrefix(beginning) {
        let message = "`\(name)`: this host has no such setting: \(advice)"
        diagnostics.append(Diagnostic("unsupported-setting", message, at: nil))
      }
    }
  }

  private mutating func read(
    _ text: String, of variable: String, key: String, in section: FieldDescription,
    into members: inout [String: Value]
  ) {
    if let record = section.members.first(where: {
      key.hasPrefix($0.name + "_") && !$0.members.isEmpty
    }) {
      // Such as `VIDEOCRAFT_SERVER_TLS_KEY`.
      var inner = (members[record.name] ?? given[section.name]?[record.name])?.members ?? [:]
      let rest = String(key.dropFirst(record.name.count + 1))
      read(text, of: variable, key: rest, in: record, into: &inner)
      if !inner.isEmpty { members[record.name] = .map(inner) }
      return
    }
    guard let field = section.members.first(where: { $0.name == key }) else {
      if let advice = ConfigurationFields.absent["\(section.name).\(key)"] {
        let message = "`\(variable)`: this host has no such setting: \(advice)"
        diagnostics.append(Diagnostic("unsupported-setting", message, at: nil))
        return
      }
      let near = Spelling.nearest(to: key, among: section.members.map(\.name))
      let hint = near.map { "; did you mean `\(Self.variable(section.name, $0))`?" } ?? ""
      diagnostics.append(
        Diagnostic("unknown-field", "`\(variable)` is no setting of this host\(hint)", at: nil))
      return
    }
    let written = "\(key): \(Self.written(text, as: field.type.unwrapped))"
    texts["$\(variable)"] = written
    let reading = SettingsFile.read(
      written, file: "$\(variable)", as: [field], owner: "`\(section.name)`")
    diagnostics += reading.diagnostics.filter { $0.code != "missing-field" }
    if let value = reading.values[key] { members[key] = value }
  }

  static func variable(_ section: String, _ key: String) -> String {
    "\(prefix)\(section.uppercased())_\(key.uppercased())"
  }

  /// A variable's text as it would stand in a file.
  private static func written(_ text: String, as type: ValueType) -> String {
    switch type {
    case .text, .choice, .colour: return quoted(text)
    case .list:
      let items = text.split(separator: ",").map {
        quoted($0.trimmingCharacters(in: .whitespaces))
      }
      return "[\(items.joined(separator: ", "))]"
    default: return text.filter { !$0.isNewline }
    }
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "''").filter { !$0.isNewline } + "'"
  }
}

extension Diagnostic {
  /// A file in which nothing stands says nothing.
  fileprivate var isAboutNothing: Bool { code == "empty-file" }
}

extension Value {
  fileprivate var members: [String: Value]? {
    if case .map(let members) = self { members } else { nil }
  }
}
