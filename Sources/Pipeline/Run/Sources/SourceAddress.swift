import Foundation

/// The address of a file that is to be fetched, as somebody wrote it.
///
/// It may hold what nobody else should see: a signature in its query, a password. What is shown is `description`.
public struct SourceAddress: Sendable, Hashable, CustomStringConvertible {
  /// As it was given.
  public let text: String
  /// In lower case, such as `https`.
  public let scheme: String
  private let authority: Substring
  private let path: Substring
  private let hasQuery: Bool

  /// Nil for what does not begin with a scheme and `://`, such as a path or the name of an upload.
  public init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
      let first = text.utf8.first, Self.isLetter(first),
      text[..<colon].utf8.allSatisfy({ Self.isLetter($0) || "0123456789+-.".utf8.contains($0) })
    else { return nil }
    self.text = text
    scheme = text[..<colon].lowercased()
    let rest = text[text.index(colon, offsetBy: 3)...]
    let end = rest.firstIndex { "/?#\\".contains($0) } ?? rest.endIndex
    let owner = rest[..<end]
    authority = owner.lastIndex(of: "@").map { owner[owner.index(after: $0)...] } ?? owner
    let place = rest[end...].prefix { $0 != "?" && $0 != "#" }
    path = place
    hasQuery = rest[place.endIndex...].first == "?"
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  /// For people, logs and errors: without user name, password, fragment and the text of a query, and not too long.
  public var description: String {
    let shown =
      "\(scheme)://\(authority.prefix(100))\(path.prefix(160))"
      + (path.count > 160 ? "…" : "") + (hasQuery ? "?…" : "")
    return String(shown.map { $0.isNewline || $0.isControl ? "�" : $0 })
  }

  /// What the file may be called: the last part of the path, without what could be taken for more than a name.
  public var fileName: String {
    let last = path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
    let plain = last.removingPercentEncoding ?? last
    let kept = plain.filter { !$0.isControl && !$0.isNewline && $0 != "/" && $0 != "\\" }
    let name = String(kept.suffix(100))
    return name.isEmpty || name.allSatisfy({ $0 == "." }) ? "source" : name
  }
}

extension Character {
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
  }
}

/// An address where a file is wanted.
struct WantedSource: Sendable, Hashable {
  var address: SourceAddress
  var type: ValueType
  /// Such as `scenes[2].image`.
  var place: String
  /// The run cannot come to its end without it. False for settings of a stage that may not run.
  var isNeeded: Bool
}

extension Value {
  /// Every address that stands at the place of a file.
  func sources(as type: ValueType, at place: String, isNeeded: Bool) -> [WantedSource] {
    guard type.holdsFiles else { return [] }
    switch (type.unwrapped, self) {
    case (let type, .text(let text)) where type.isFile:
      guard let address = SourceAddress(text) else { return [] }
      return [WantedSource(address: address, type: type, place: place, isNeeded: isNeeded)]
    case (.list(let element), .list(let values)):
      return values.enumerated().flatMap {
        $1.sources(as: element, at: "\(place)[\($0)]", isNeeded: isNeeded)
      }
    case (.map(let element), .map(let members)):
      return members.sorted { $0.key < $1.key }.flatMap {
        $1.sources(as: element, at: "\(place).\($0)", isNeeded: isNeeded)
      }
    case (.record(let fields), .map(let members)):
      return fields.flatMap { field in
        members[field.name]?.sources(
          as: field.type, at: "\(place).\(field.name)", isNeeded: isNeeded) ?? []
      }
    default: return []
    }
  }

  /// With every address in it as it may be shown to others.
  public var showingNoSecretAddresses: Value {
    switch self {
    case .text(let text):
      guard let address = SourceAddress(text), ["http", "https"].contains(address.scheme) else {
        return self
      }
      return .text(address.description)
    case .list(let values): return .list(values.map(\.showingNoSecretAddresses))
    case .map(let members): return .map(members.mapValues(\.showingNoSecretAddresses))
    default: return self
    }
  }
}

extension PipelineGraph {
  /// The addresses that are known before anything runs, each at every place where it stands: those in inputs, then
  /// those in settings.
  ///
  /// - Parameter inputs: as given, or with files in the store.
  func sources(
    of stages: [StageNode], inputs values: [String: Value], runID: String = ""
  ) -> [WantedSource] {
    let given = inputs.flatMap { input in
      values[input.name]?.sources(as: input.type, at: input.name, isNeeded: true) ?? []
    }
    let scope = Scope(inputs: values, vars: vars, runID: runID, runName: name)
    // Stages come after those that they depend on.
    var certain: Set<String> = []
    var found = given
    for stage in stages {
      let isCertain =
        stage.condition == nil && !stage.isForeach && !stage.continuesOnError
        && stage.dependencies.allSatisfy(certain.contains)
      if isCertain { certain.insert(stage.id) }
      found += stage.sources(in: scope, isNeeded: isCertain)
    }
    return found
  }
}

extension StageNode {
  /// What cannot be worked out yet is left out: it is found when the stage is ready.
  fileprivate func sources(in scope: Scope, isNeeded: Bool) -> [WantedSource] {
    let fields = spec.options.map { ($0.name, $0.type, settings[$0.name]) }
    let ports = spec.inputs.map { ($0.name, $0.type, connections[$0.name]) }
    return (fields + ports).flatMap { name, type, template -> [WantedSource] in
      guard let template, type.holdsFiles, template.names.isStatic,
        case .value(let value)? = try? template.evaluate(in: scope)
      else { return [] }
      return value.sources(as: type, at: "\(id).\(name)", isNeeded: isNeeded)
    }
  }
}
