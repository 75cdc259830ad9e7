import Foundation
import HTTPClient
import Pipeline

/// What runs may fetch, and how.
struct SourceSettings: Sendable, Hashable {
  var isEnabled = true
  /// Names of hosts, such as `example.org` and `*.example.org`; nil for all.
  var hosts: [String]?
  var ports: Set<Int> = [80, 443, 8080, 8443]
  /// May be reached on every port although they are private.
  var privateNetworks: [IPNetwork] = []
  /// Of one source, in bytes.
  var sizeLimit = 4_000_000_000
  /// For one source, with everything that is tried again.
  var timeLimit = Duration.seconds(3600)
  /// How long a server may send less than `minimumRate`.
  var stallTime = Duration.seconds(30)
  /// Bytes per second.
  var minimumRate = 1000
  /// How many sources of one run are fetched at once.
  var parallel = 4

  var rules: OutboundRules {
    OutboundRules(ports: ports, networks: privateNetworks, hosts: hosts)
  }

  var limits: HTTPLimits {
    HTTPLimits(
      stall: stallTime, minimumRate: minimumRate, total: timeLimit, maximumBytes: sizeLimit,
      redirects: 5)
  }
}

// MARK: - Reading

extension SourceSettings {
  /// The section `sources` of a configuration.
  static let fields: [FieldDescription] = [
    field(
      "enabled", .boolean, "Whether inputs may be addresses, which runs fetch.",
      default: .boolean(true)),
    field(
      "allowed_hosts", .list(.text),
      "The only hosts that are fetched from: example.org, or *.example.org for all below it; all.",
      default: .list([])),
    field(
      "ports", .list(.text), "Ports that are fetched from.",
      default: .list([.text("80"), .text("443"), .text("8080"), .text("8443")])),
    field(
      "private_networks", .list(.text),
      "Networks that are fetched from on every port although they are private, such as 10.0.0.0/8.",
      default: .list([])),
    field("max_file_size", .text, "Of one source, such as 500MB or 4GB.", default: .text("4GB")),
    field(
      "time_limit", .duration, "For one source, with all that is tried again.",
      default: .duration(.seconds(3600)), range: 1...86_400),
    field(
      "stall_time", .duration, "How long a server may send less than minimum_rate.",
      default: .duration(.seconds(30)), range: 1...3600),
    field(
      "minimum_rate", .text, "Per second, such as 1kB.", default: .text("1kB")),
    field(
      "parallel", .integer, "Sources of one run that are fetched at once.", default: .integer(4),
      range: 1...64),
  ]

  private static func field(
    _ name: String, _ type: ValueType, _ summary: String, default value: Value,
    range: ClosedRange<Double>? = nil
  ) -> FieldDescription {
    FieldDescription(name: name, summary: summary, type: type, defaultValue: value, range: range)
  }

  /// - Parameter given: what was given of the section, by name.
  init(_ given: [String: Value], _ problems: inout [Diagnostic]) {
    if case .boolean(let value)? = given["enabled"] { isEnabled = value }
    if let names = Self.texts(given["allowed_hosts"]), !names.isEmpty {
      hosts = names.map { $0.lowercased() }
      for name in names where !Self.isHostPattern(name) {
        problems.append(
          Self.problem(
            "allowed_hosts", "has `\(name)`, which is no host: give example.org or *.example.org"))
      }
    }
    if let texts = Self.texts(given["ports"]), !texts.isEmpty {
      ports = Set(texts.compactMap { Int($0) }.filter { (1...65_535).contains($0) })
      if ports.count != Set(texts).count {
        problems.append(Self.problem("ports", "are numbers from 1 to 65535"))
      }
    }
    for text in Self.texts(given["private_networks"]) ?? [] {
      if let network = IPNetwork(text) {
        privateNetworks.append(network)
      } else {
        problems.append(
          Self.problem("private_networks", "has `\(text)`; write a network like `10.0.0.0/8`"))
      }
    }
    sizeLimit = Self.bytes("max_file_size", given, &problems) ?? sizeLimit
    minimumRate = Self.bytes("minimum_rate", given, &problems) ?? minimumRate
    if case .duration(let value)? = given["time_limit"] { timeLimit = value }
    if case .duration(let value)? = given["stall_time"] { stallTime = value }
    if case .integer(let value)? = given["parallel"] { parallel = value }
  }

  /// From the variables `VIDEOCRAFT_SOURCES_…` alone: for commands that read no configuration file. Throws
  /// `LookupError` with everything that is wrong.
  static func read(environment: [String: String]) throws -> SourceSettings {
    let own = environment.filter { $0.key.hasPrefix(ConfigurationReader.prefix + "SOURCES_") }
    var reader = ConfigurationReader(environment: own)
    reader.readEnvironment()
    var problems = reader.diagnostics
    let settings = SourceSettings(reader.given["sources"] ?? [:], &problems)
    guard !problems.hasErrors else {
      throw LookupError(problems.map(\.message).joined(separator: "\n"))
    }
    return settings
  }

  private static func texts(_ value: Value?) -> [String]? {
    guard case .list(let values)? = value else { return nil }
    return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  private static func bytes(
    _ name: String, _ given: [String: Value], _ problems: inout [Diagnostic]
  ) -> Int? {
    guard case .text(let text)? = given[name] else { return nil }
    if let bytes = AmountReader.bytes(text), bytes > 0 { return bytes }
    problems.append(problem(name, "is an amount such as 500MB, not `\(text)`"))
    return nil
  }

  private static func isHostPattern(_ text: String) -> Bool {
    let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
    return !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._[]:".utf8.contains(byte)
        }
      }
  }

  private static func problem(_ name: String, _ text: String) -> Diagnostic {
    Diagnostic("type-mismatch", "`sources.\(name)` \(text)", at: nil)
  }
}
