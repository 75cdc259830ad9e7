import Confinement
public import Foundation

/// A program that serves stages, and how it is held.
public struct PluginProgram: Sendable, Hashable {
  public var id: String
  public var version: String
  /// An absolute path.
  public var executable: String
  public var arguments: [String]
  /// Where it lies; nil for a stage of this host in a process of its own.
  public var folder: URL?
  /// Added to what every plugin gets.
  public var environment: [String: String] = [:]
  public var permissions = PluginPermissions()
  public var limits = PluginLimits()
  /// It is part of this host: it may read what the host may, use the network and start helpers in groups of their own.
  public var isOwn = false

  public init(id: String, version: String, executable: String, arguments: [String] = []) {
    self.id = id
    self.version = version
    self.executable = executable
    self.arguments = arguments
  }

  /// How messages call it.
  var title: String { isOwn ? "the process of stage `\(id)`" : "the plugin `\(id)`" }
}

/// What a plugin asks for in its `plugin.json`. An operator grants it, or does not.
public struct PluginPermissions: Sendable, Hashable, Codable {
  public var network = false
  /// Folders and files that it wants to read, as absolute paths.
  public var read: [String] = []

  public init(network: Bool = false, read: [String] = []) {
    self.network = network
    self.read = read
  }
}

/// How much a plugin may take.
public struct PluginLimits: Sendable, Hashable {
  /// Bytes of address space of each of its processes.
  public var memory = 4 << 30
  /// Bytes of one file.
  public var file = 8 << 30
  /// Bytes of all files that one process has in its scratch folder.
  public var scratch = 32 << 30
  /// How long a call may report nothing.
  public var silence = Duration.seconds(600)
  /// How long a call may take; nil for as long as it likes.
  public var time: Duration?
  /// How many processes of it run at once.
  public var processes = 8
  /// How long a cancelled call may take to stop.
  public var cancelGrace = Duration.seconds(1)
  /// Between SIGTERM and SIGKILL.
  public var killGrace = Duration.milliseconds(500)
  /// How long it may take to answer `initialize`.
  public var handshake = Duration.seconds(10)
  /// After which an unused process is let go.
  public var idle = Duration.seconds(30)

  public init() {}
}
