import Foundation
import Pipeline

/// `videocraft keys`: who may call a host. A host that runs hears of changes at once.
struct KeysCommand: Command {
  static let name = "keys"
  static let summary = "Makes, lists and revokes the keys with which programs call a host."
  static let operands = "add NAME | list | revoke ID"
  static let operandCount = 1...2
  static let options = [
    OptionSpec(
      name: "scope", value: "SCOPE", summary: "what the key may do (runs:write); may be repeated",
      choices: Scope.allCases.map(\.rawValue)),
    OptionSpec(name: "expires", value: "AGE", summary: "when it ends, such as 90d"),
    OptionSpec(
      name: "in", value: "AGE", summary: "revokes after that time, so that a new key can take over"),
    ReportOptions.format,
    DataOptions.dataFolder,
  ]

  /// A key in JSON.
  private struct Answer: Encodable {
    var id: String
    var name: String
    var scopes: [Scope]
    var createdAt: Int
    var expiresAt: Int?
    /// Only when it is made.
    var key: String?

    init(_ key: APIKey, text: String? = nil) {
      id = key.id
      name = key.name
      scopes = key.scopes
      createdAt = key.createdAt
      expiresAt = key.expiresAt
      self.key = text
    }
  }

  private let arguments: Arguments
  private let verb: String
  private let file: KeyFile

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    verb = arguments.operands[0]
    file = KeyFile(
      dataFolder: Wiring.dataFolder(arguments.value(DataOptions.dataFolder.name)))
    let count = ["add": 2, "list": 1, "revoke": 2]
    guard let wanted = count[verb] else {
      let near = Spelling.nearest(to: verb, among: count.keys.sorted())
      throw UsageError(
        "`keys` is followed by add, list or revoke, not `\(verb)`"
          + (near.map { "; did you mean `\($0)`?" } ?? ""))
    }
    guard arguments.operands.count == wanted else {
      throw UsageError(
        verb == "list"
          ? "`keys list` takes nothing more"
          : "`keys \(verb)` needs a \(verb == "add" ? "name" : "key's id")")
    }
  }

  func run(_ console: Console) async throws -> ExitCode {
    switch verb {
    case "add": return try add(console)
    case "revoke": return try revoke(console)
    default: return try list(console)
    }
  }

  private func add(_ console: Console) throws -> ExitCode {
    let scopes = arguments.all("scope").compactMap(Scope.init)
    let expiresAt = try age("expires").map { Int.now + $0 }
    let (key, text) = APIKey.make(
      name: arguments.operands[1], scopes: scopes.isEmpty ? [.writeRuns] : scopes.uniqued,
      now: .now, expiresAt: expiresAt)
    try file.update { $0.append(key) }
    if arguments.wantsJSON {
      console.out(try JSONText.pretty(Answer(key, text: text)))
    } else {
      console.out(text + "\n")
      console.err(
        "key \(key.id) `\(key.name)` may \(key.scopes.map(\.summary).joined(separator: "; "))\n"
          + "This is the only time that it is shown.\n")
    }
    return .done
  }

  private func list(_ console: Console) throws -> ExitCode {
    let keys = try file.read()
    if arguments.wantsJSON {
      console.out(try JSONText.pretty(keys.map { Answer($0) }))
      return .done
    }
    if keys.isEmpty { console.err("there are no keys; `videocraft keys add NAME` makes one\n") }
    for key in keys {
      let end =
        key.expiresAt.map { $0 <= .now ? ", over" : ", until \(Timestamp.text($0))" } ?? ""
      let scopes = key.scopes.map(\.rawValue).joined(separator: " ")
      console.out("\(key.id)  \(key.name)  \(scopes)  made \(Amount.age(key.createdAt))\(end)\n")
    }
    return .done
  }

  private func revoke(_ console: Console) throws -> ExitCode {
    let id = arguments.operands[1]
    let delay = try age("in")
    let known = try file.update { keys in
      guard let place = keys.firstIndex(where: { $0.id == id }) else { return false }
      if let delay {
        keys[place].expiresAt = min(keys[place].expiresAt ?? .max, .now + delay)
      } else {
        keys.remove(at: place)
      }
      return true
    }
    guard known else {
      throw LookupError("there is no key `\(id)`; `videocraft keys list` names them")
    }
    console.err(delay == nil ? "key \(id) is revoked\n" : "key \(id) ends soon\n")
    return .done
  }

  private func age(_ option: String) throws -> Int? {
    guard let text = arguments.value(option) else { return nil }
    guard let age = AmountReader.milliseconds(text) else {
      throw UsageError("`--\(option)` is a time such as 12h or 30d, not `\(text)`")
    }
    return age
  }
}
