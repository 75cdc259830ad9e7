/// Paths within a package, with `/` between folders.
enum PackagePath {
  /// How a file that is at `place` names the one at `path`.
  static func relative(_ path: String, from place: String) -> String {
    var target = path.split(separator: "/")[...]
    var folders = place.split(separator: "/").dropLast()
    while let first = folders.first, target.count > 1, target.first == first {
      folders = folders.dropFirst()
      target = target.dropFirst()
    }
    return (folders.map { _ in ".." } + target.map(String.init)).joined(separator: "/")
  }
}
