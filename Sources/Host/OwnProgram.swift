import Foundation

/// The program `videocraft` of this process, for starting it again.
enum OwnProgram {
  static let name = "videocraft"

  /// Nil when it cannot be found: this process is something else, such as a test, and has none beside it.
  static let path: String? = {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let places = [own, CommandLine.arguments.first].compactMap(\.self)
    for place in places {
      let url = URL(fileURLWithPath: place)
      let program =
        url.lastPathComponent == name
        ? url.path : url.deletingLastPathComponent().appendingPathComponent(name).path
      if FileManager.default.isExecutableFile(atPath: program) { return program }
    }
    return nil
  }()
}
