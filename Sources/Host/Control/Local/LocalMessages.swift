import Foundation
import Pipeline

/// What commands and the host that has their data folder say to each other over its socket.
enum LocalMessages {
  static let path = "/api/v1/local"

  /// Where the host of a data folder listens.
  static func socket(in dataFolder: URL) -> URL { dataFolder.appendingPathComponent("host.sock") }

  /// Who listens.
  struct Greeting: Sendable, Codable {
    var version: String
    var process: Int32
  }

  /// What a command wants to have worked on.
  enum Order: Sendable, Codable {
    /// A new run, as a command read it.
    case begin(RunRecord)
    /// The same again.
    case retry(run: String, from: String?, outputFolder: String)
    /// Goes on with an interrupted one.
    case resume(run: String)
  }

  struct Collection: Sendable, Codable {
    var policy: CollectionPolicy
    var isDryRun: Bool
  }

  /// The names of server-sent events beside those of the run itself.
  enum Name {
    static let accepted = "local.accepted"
    static let result = "local.result"
    static let failure = "local.failure"
  }
}
