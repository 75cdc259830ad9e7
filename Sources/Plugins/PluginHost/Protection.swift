import Confinement
import Foundation

/// What holds the processes of a plugin on this machine.
public struct Protection: Sendable, Hashable {
  var confinement: Confinement
  private let support: ConfinementSupport
  private let isOwn: Bool

  /// Where programs and what they need lie on Debian.
  private static let systemPlaces = [
    "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/etc", "/opt", "/proc", "/sys",
    "/var/cache/fontconfig", "/dev/random", "/dev/urandom",
  ]
  private static let devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty"]

  /// - Parameters:
  ///   - work: the only folder that it may change.
  ///   - readable: what of the host's it may read, such as the artifact store.
  init(
    of program: PluginProgram, granted: PluginPermissions, work: URL?, readable: [URL],
    support: ConfinementSupport = .here
  ) {
    self.support = support
    isOwn = program.isOwn
    var confinement = Confinement()
    confinement.memory = program.isOwn ? nil : program.limits.memory
    confinement.fileSize = program.isOwn ? nil : program.limits.file
    confinement.deniesNetwork = !program.isOwn && !granted.network
    confinement.keepsGroup = !program.isOwn
    var rules = Self.devices.map { Confinement.Rule($0, mayWrite: true) }
    if program.isOwn {
      rules.append(.init("/"))
    } else {
      rules += Self.systemPlaces.map { Confinement.Rule($0) }
      rules += granted.read.map { Confinement.Rule($0) }
      rules += readable.map { Confinement.Rule($0.path) }
      rules.append(.init(program.executable))
    }
    if let folder = program.folder { rules.append(.init(folder.path)) }
    if let work { rules.append(.init(work.path, mayWrite: true)) }
    confinement.rules = rules
    self.confinement = confinement
  }

  /// For people: what it is kept from, and by what.
  public var description: String {
    var parts = ["process group"]
    if let memory = confinement.memory { parts.append("\(Amount.text(memory)) of memory") }
    if let size = confinement.fileSize { parts.append("files up to \(Amount.text(size))") }
    if support.landlockVersion > 0 {
      parts.append(isOwn ? "writes to its scratch folder only" : "own files only")
      if support.landlockVersion >= 6 { parts.append("no signals to others") }
    }
    let hidesNetwork = support.filtersCalls
    if confinement.deniesNetwork, hidesNetwork { parts.append("no network") }
    let means = [
      support.landlockVersion > 0 ? "Landlock \(support.landlockVersion)" : nil,
      support.filtersCalls ? "seccomp" : nil,
    ].compactMap(\.self)
    let end =
      means.isEmpty
      ? " (this kernel has neither Landlock nor seccomp: files and network are open to it)"
      : " (\(means.joined(separator: ", ")))"
    return parts.joined(separator: ", ") + end
  }
}
