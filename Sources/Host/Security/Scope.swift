/// What the owner of a key may do.
enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
  case readRuns = "runs:read"
  case writeRuns = "runs:write"
  /// Send pipelines of its own. They name what the host reads and where it sends messages: only for people one trusts.
  case definePipelines = "pipelines:define"
  case admin

  var summary: String {
    switch self {
    case .readRuns: "look at runs, their events and outputs"
    case .writeRuns: "upload files, begin, cancel and retry runs of the host's pipelines"
    case .definePipelines: "begin runs of pipelines that come with the request"
    case .admin: "everything"
    }
  }
}

/// Who calls.
struct Caller: Sendable, Hashable {
  /// Of the key; a word of its own for a caller without one.
  var id: String
  var scopes: Set<Scope>

  /// Somebody on this machine, of a host that asks for no keys.
  static let local = Caller(id: "local", scopes: [.admin])

  func may(_ scope: Scope) -> Bool {
    if scopes.contains(.admin) || scopes.contains(scope) { return true }
    return scope == .readRuns && scopes.contains(.writeRuns)
  }
}
