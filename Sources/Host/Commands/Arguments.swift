import Pipeline

/// The words after a command, sorted into operands and options by the command's own declaration.
///
/// By hand because Debian has no argument parser for Swift: `--name value`, `--name=value`, `-n value`, `--` ends
/// the options.
struct Arguments: Sendable {
  private(set) var operands: [String] = []
  private var values: [String: [String]] = [:]

  init(_ words: [String], for command: any Command.Type) throws {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let (spec, inline) = try Self.option(word, among: command.options + GlobalOptions.all)
      values[spec.name, default: []].append(try Self.value(of: spec, inline, &rest))
    }
    try checkCount(for: command)
  }

  /// The last value given for an option.
  func value(_ name: String) -> String? { values[name]?.last }
  func all(_ name: String) -> [String] { values[name] ?? [] }
  func has(_ name: String) -> Bool { values[name] != nil }

  private func checkCount(for command: any Command.Type) throws {
    let range = command.operandCount
    if operands.count < range.lowerBound { throw UsageError("\(command.operands) is missing") }
    if operands.count > range.upperBound {
      throw UsageError("`\(operands[range.upperBound])` is one operand too many")
    }
  }

  private static func option(
    _ word: String, among options: [OptionSpec]
  ) throws -> (OptionSpec, inline: String?) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    if let spec = options.first(where: {
      "--\($0.name)" == name || $0.short.map { "-\($0)" } == name
    }) {
      return (spec, parts.count > 1 ? String(parts[1]) : nil)
    }
    let near = Spelling.nearest(
      to: String(name.drop { $0 == "-" }), among: options.map(\.name))
    throw UsageError(
      "there is no option `\(name)`" + (near.map { "; did you mean `--\($0)`?" } ?? ""))
  }

  private static func value(
    of spec: OptionSpec, _ inline: String?, _ rest: inout ArraySlice<String>
  ) throws -> String {
    guard let placeholder = spec.value else {
      if inline != nil { throw UsageError("`--\(spec.name)` takes no value") }
      return ""
    }
    guard let value = inline ?? rest.popFirst() else {
      throw UsageError("`--\(spec.name)` needs a value: \(placeholder)")
    }
    guard spec.choices.isEmpty || spec.choices.contains(value) else {
      let near = Spelling.nearest(to: value, among: spec.choices)
      throw UsageError(
        "`--\(spec.name)` is one of \(spec.choices.joined(separator: ", ")), not `\(value)`"
          + (near.map { "; did you mean `\($0)`?" } ?? ""))
    }
    return value
  }
}
