/// The reference page of a stage, made from its description alone.
public enum StageDocumentation {
  /// One Markdown page.
  public static func markdown(_ spec: StageSpec) -> String {
    var lines = ["# \(spec.info.name)", "", spec.info.summary, "", "Version \(spec.info.version)."]
    for (title, ports) in [("Inputs", spec.inputs), ("Outputs", spec.outputs)] {
      lines += ["", "## \(title)", ""]
      lines += ports.isEmpty ? ["None."] : portTable(ports, isInput: title == "Inputs")
    }
    lines += ["", "## Settings", ""]
    lines += spec.options.isEmpty ? ["None."] : fieldTable(spec.options)
    for (path, fields) in records(of: spec.options) {
      lines += ["", "### `\(path)`", ""] + fieldTable(fields)
    }
    if !spec.info.example.isEmpty {
      lines += ["", "## Example", "", "```yaml", spec.info.example.trimmedOfLines, "```"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for a terminal, in lines of at most 100 columns where the words allow.
  public static func terminal(_ spec: StageSpec) -> String {
    var lines = ["\(spec.info.name) \(spec.info.version)"] + wrap(spec.info.summary, indent: 2)
    for (title, fields) in [
      ("Inputs", spec.inputs), ("Outputs", spec.outputs), ("Settings", spec.options),
    ] where !fields.isEmpty {
      lines += ["", "\(title):"] + entries(fields, isPort: title != "Settings")
    }
    for (path, fields) in records(of: spec.options) {
      lines += ["", "Members of \(path):"] + entries(fields, isPort: false)
    }
    if !spec.info.example.isEmpty {
      let example = spec.info.example.trimmedOfLines.split(
        separator: "\n", omittingEmptySubsequences: false)
      lines += ["", "Example:"] + example.map { $0.isEmpty ? "" : "  \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Markdown

  private static func portTable(_ ports: [FieldDescription], isInput: Bool) -> [String] {
    ["| name | type | |", "| --- | --- | --- |"]
      + ports.map { port in
        let need = port.type.isOptional ? (isInput ? "Optional. " : "May be missing. ") : ""
        return "| `\(port.name)` | \(cell("\(port.type)")) | \(need)\(cell(port.summary)) |"
      }
  }

  private static func fieldTable(_ fields: [FieldDescription]) -> [String] {
    ["| name | type | default | |", "| --- | --- | --- | --- |"]
      + fields.map { field in
        let type = cell(limits(field).joined(separator: ", "))
        return
          "| `\(field.name)` | \(type) | \(cell(defaultText(field))) | \(cell(field.summary)) |"
      }
  }

  private static func cell(_ text: String) -> String {
    text.split(separator: "\n").joined(separator: " ")
      .split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }

  // MARK: Terminal

  private static func entries(_ fields: [FieldDescription], isPort: Bool) -> [String] {
    let width = min(24, fields.map(\.name.count).max() ?? 0)
    return fields.flatMap { field -> [String] in
      var facts = limits(field)
      if isPort {
        if field.type.isOptional { facts.append("optional") }
      } else {
        facts.append(field.isRequired ? "required" : "default \(defaultText(field))")
      }
      let padding = String(repeating: " ", count: max(0, width - field.name.count))
      return wrap(field.summary, indent: width + 4, first: "  \(field.name)\(padding)  ")
        + wrap("(\(facts.joined(separator: "; ")))", indent: width + 4)
    }
  }

  private static func wrap(_ text: String, indent: Int, first: String? = nil) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = first ?? margin
    var isEmpty = true
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !isEmpty, line.count + 1 + word.count > 100 {
        lines.append(line)
        line = margin
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

  // MARK: Facts

  /// Type, range and unit.
  private static func limits(_ field: FieldDescription) -> [String] {
    var bare = field
    bare.defaultValue = nil
    bare.type = .optional(field.type)
    return [bare.constraint]
  }

  private static func defaultText(_ field: FieldDescription) -> String {
    guard let value = field.defaultValue else { return field.isRequired ? "required" : "none" }
    switch value {
    case .list(let items):
      return items.isEmpty ? "[]" : "[\(items.map { $0.asText ?? "…" }.joined(separator: ", "))]"
    case .map(let members): return members.isEmpty ? "{}" : "{ … }"
    default: return value.asText.map { $0.isEmpty ? "\"\"" : $0 } ?? value.kind
    }
  }

  /// Records inside settings, by path such as `scenes[].caption`, in order of declaration.
  private static func records(
    of fields: [FieldDescription], behind path: String = "", depth: Int = 0
  ) -> [(path: String, fields: [FieldDescription])] {
    guard depth < 8 else { return [] }
    return fields.flatMap { field -> [(path: String, fields: [FieldDescription])] in
      var name = path.isEmpty ? field.name : "\(path).\(field.name)"
      guard let members = record(in: field.type, &name) else { return [] }
      return [(name, members)] + records(of: members, behind: name, depth: depth + 1)
    }
  }

  private static func record(in type: ValueType, _ path: inout String) -> [FieldDescription]? {
    switch type {
    case .record(let fields): return fields
    case .optional(let inner): return record(in: inner, &path)
    case .list(let element):
      path += "[]"
      return record(in: element, &path)
    case .map(let element):
      path += ".*"
      return record(in: element, &path)
    default: return nil
    }
  }
}

extension String {
  fileprivate var trimmedOfLines: String {
    var text = self[...]
    while text.first?.isNewline == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
