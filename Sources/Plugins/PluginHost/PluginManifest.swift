import Foundation
public import Pipeline
import StageProtocol

/// What stands in a `plugin.json`.
public struct PluginManifest: Sendable, Hashable {
  public static let fileName = "plugin.json"

  public var id: String
  public var version: String
  /// The program and its arguments. `./…` lies in the plugin's folder; a word alone is looked for in the usual folders
  /// of programs.
  public var command: [String]
  public var permissions = PluginPermissions()
  public var limits = PluginLimits()
  public var environment: [String: String] = [:]

  /// Everything that a `plugin.json` may say.
  public static let fields: [FieldDescription] = [
    field("id", .text, "What the plugin is called: lower-case letters, digits and `-`."),
    field("version", .text, "Three numbers, such as 1.0.0."),
    field("command", .list(.text), "The program and its arguments.", range: 1...64),
    field("summary", .optional(.text), "What it is for, for people."),
    field(
      "permissions", .optional(.record(permissionFields)),
      "What it needs beyond its own folder; the operator decides."),
    field("limits", .optional(.record(limitFields)), "How much it may take."),
    field(
      "environment", .optional(.map(.text)), "Variables that its processes get, besides a few."),
  ]

  private static let permissionFields = [
    field("network", .optional(.boolean), "Whether it uses the network."),
    field("read", .optional(.list(.text)), "Absolute paths that it reads."),
  ]

  private static let limitFields = [
    field("memory", .optional(.text), "Address space of a process (4GB)."),
    field("file", .optional(.text), "One file that it writes (8GB)."),
    field("scratch", .optional(.text), "All that a process has in its scratch folder (32GB)."),
    field(
      "silence", .optional(.duration), "How long a call may report nothing (10m).",
      range: 1...86_400),
    field(
      "time", .optional(.duration), "How long a call may take (as long as it likes).",
      range: 1...864_000),
    field("processes", .optional(.integer), "Processes at once (8).", range: 1...64),
  ]

  private static func field(
    _ name: String, _ type: ValueType, _ summary: String, range: ClosedRange<Double>? = nil
  ) -> FieldDescription {
    FieldDescription(name: name, summary: summary, type: type, range: range)
  }
}

extension PluginManifest {
  /// Throws `PluginProblem` with everything that is wrong.
  public init(_ text: String) throws(PluginProblem) {
    let reading = SettingsFile.read(
      text, file: Self.fileName, as: Self.fields, owner: "`plugin.json`")
    let errors = reading.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else {
      let texts = errors.map { error in
        (error.range.map { "line \($0.start.line): " } ?? "") + error.message
      }
      throw PluginProblem("its `plugin.json` is wrong: \(texts.joined(separator: "; "))")
    }
    guard case .text(let id)? = reading.values["id"],
      case .text(let version)? = reading.values["version"],
      case .list(let command)? = reading.values["command"]
    else { throw PluginProblem("its `plugin.json` is empty") }
    self.id = id
    self.version = version
    self.command = command.compactMap(\.asText)
    guard DescriptionChecker.isName(id) else {
      throw PluginProblem(
        "its `plugin.json` is wrong: `\(id)` cannot be an `id`: lower-case letters, digits and `-`")
    }
    readPermissions(reading.values["permissions"])
    try readLimits(reading.values["limits"])
    if case .map(let variables)? = reading.values["environment"] {
      environment = variables.compactMapValues(\.asText)
    }
    if let name = environment.keys.first(where: { $0.hasPrefix("LD_") || $0.contains("=") }) {
      throw PluginProblem("its `plugin.json` is wrong: `environment` cannot set `\(name)`")
    }
  }

  private mutating func readPermissions(_ value: Value?) {
    guard case .map(let members)? = value else { return }
    permissions.network = members["network"] == .boolean(true)
    if case .list(let paths)? = members["read"] { permissions.read = paths.compactMap(\.asText) }
  }

  private mutating func readLimits(_ value: Value?) throws(PluginProblem) {
    guard case .map(let members)? = value else { return }
    for (name, path) in [
      ("memory", \PluginLimits.memory), ("file", \.file), ("scratch", \.scratch),
    ] {
      guard case .text(let text)? = members[name] else { continue }
      guard let bytes = Amount.bytes(text) else {
        throw PluginProblem(
          "its `plugin.json` is wrong: `limits.\(name)` is an amount such as 500MB or 4GB, not `\(text)`"
        )
      }
      limits[keyPath: path] = bytes
    }
    if case .duration(let silence)? = members["silence"] { limits.silence = silence }
    if case .duration(let time)? = members["time"] { limits.time = time }
    if case .integer(let count)? = members["processes"] { limits.processes = count }
  }
}

/// Why a plugin cannot be used, for who looks after the host.
public struct PluginProblem: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

/// Amounts of bytes as people write them.
enum Amount {
  /// `500MB`, `4GB`, `4GiB`, `1048576`; nil for anything else, and for less than 1 MB or more than 16 TB.
  static func bytes(_ text: String) -> Int? {
    let units: [(String, Double)] = [
      ("KIB", 1024), ("MIB", 1_048_576), ("GIB", 1_073_741_824), ("TIB", 1_099_511_627_776),
      ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ]
    let upper = text.uppercased().filter { $0 != " " }
    let unit = units.first { upper.hasSuffix($0.0) }
    guard let number = Double(upper.dropLast(unit?.0.count ?? 0)), number.isFinite else {
      return nil
    }
    let bytes = number * (unit?.1 ?? 1)
    return (1e6...16e12).contains(bytes) ? Int(bytes) : nil
  }

  static func text(_ bytes: Int) -> String {
    for (name, size) in [("GB", 1 << 30), ("MB", 1 << 20)] where bytes >= size {
      let amount = Double(bytes) / Double(size)
      return amount == amount.rounded()
        ? "\(Int(amount)) \(name)" : String(format: "%.1f \(name)", amount)
    }
    return "\(bytes) bytes"
  }
}
