import CConfinement
import ChildProcess
import Foundation

/// Starts processes; on the one thread that may.
enum Spawning {
  struct Started: Sendable {
    var child: vc_confined_child
  }

  static func spawn(
    _ command: Command, _ confinement: Confinement
  ) -> Result<Started, ProcessError> {
    var child = vc_confined_child()
    var step: Int32 = 0
    let code = spawn(command, confinement, &child, &step)
    guard code == 0 else {
      let what = String(cString: vc_confined_step(step))
      return .failure(
        ProcessError(
          .cannotStart, program: command.name,
          message: "cannot be started: \(what): \(String(cString: strerror(code)))"))
    }
    return .success(Started(child: child))
  }

  private static func spawn(
    _ command: Command, _ confinement: Confinement, _ child: inout vc_confined_child,
    _ step: inout Int32
  ) -> Int32 {
    let arguments = [command.executable] + command.arguments
    let environment = command.environment.map { "\($0.key)=\($0.value)" }
    return withCStrings(arguments) { arguments in
      withCStrings(environment) { environment in
        withHeld(confinement) { held in
          command.executable.withCString { path in
            guard let directory = command.directory else {
              return vc_spawn_confined(path, arguments, environment, nil, held, &child, &step)
            }
            return vc_spawn_confined(path, arguments, environment, directory, held, &child, &step)
          }
        }
      }
    }
  }

  private static func withHeld(
    _ confinement: Confinement, _ body: (UnsafePointer<vc_confinement>) -> Int32
  ) -> Int32 {
    let support = ConfinementSupport.here
    let rules = confinement.rules ?? []
    let copies = rules.map { strdup($0.path) }
    defer { copies.forEach { free($0) } }
    let held = zip(rules, copies).map { vc_rule(path: $1, may_write: $0.mayWrite ? 1 : 0) }
    return held.withUnsafeBufferPointer { held in
      var all = vc_confinement()
      all.address_space = UInt64(confinement.memory ?? 0)
      all.file_size = UInt64(confinement.fileSize ?? 0)
      all.open_files = UInt64(confinement.openFiles)
      all.denies_network = confinement.deniesNetwork ? 1 : 0
      all.keeps_group = confinement.keepsGroup ? 1 : 0
      all.filters_calls = support.filtersCalls ? 1 : 0
      all.limits_files = confinement.rules != nil && support.landlockVersion > 0 ? 1 : 0
      all.rules = held.baseAddress
      all.rule_count = held.count
      return body(&all)
    }
  }

  /// The strings as a null-terminated array that lives as long as `body`.
  private static func withCStrings(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) -> Int32 {
    var copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { copies.forEach { free($0) } }
    return body(&copies)
  }
}
