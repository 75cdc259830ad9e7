import Foundation
import Pipeline
import StageProtocol

/// A folder with a `plugin.json`, looked at: whether it may be trusted to be what its owner put there, and what it is.
struct PluginFolder: Sendable {
  let url: URL
  let program: PluginProgram
  /// Of all files, by what the file system says of them; another one whenever anything in it changed.
  let stamp: Digest

  private static let entryLimit = 20_000
  private static let programFolders = ["/usr/local/bin", "/usr/bin", "/bin"]

  /// Throws `PluginProblem`.
  init(_ folder: URL) throws(PluginProblem) {
    guard let real = RealPath.of(folder) else { throw PluginProblem("it cannot be looked at") }
    url = URL(fileURLWithPath: real.path, isDirectory: true)
    try Self.checkAncestors(of: real.path)
    stamp = try Self.checkContents(of: real)
    let manifest = try Self.manifest(in: url)
    var program = PluginProgram(
      id: manifest.id, version: manifest.version,
      executable: try Self.executable(manifest.command[0], in: real),
      arguments: Array(manifest.command.dropFirst()))
    program.folder = url
    program.environment = manifest.environment
    program.permissions = manifest.permissions
    program.limits = manifest.limits
    self.program = program
  }

  private static func manifest(in folder: URL) throws(PluginProblem) -> PluginManifest {
    let file = folder.appendingPathComponent(PluginManifest.fileName)
    guard let bytes = FileManager.default.contents(atPath: file.path), bytes.count <= 1 << 16,
      let text = String(validating: bytes, as: UTF8.self)
    else { throw PluginProblem("its `plugin.json` cannot be read as UTF-8 text of at most 64 KiB") }
    return try PluginManifest(text)
  }

  /// Where the program is.
  private static func executable(
    _ word: String, in folder: RealPath
  ) throws(PluginProblem) -> String {
    if word.hasPrefix("./") {
      let url = URL(fileURLWithPath: folder.path).appendingPathComponent(String(word.dropFirst(2)))
      guard let real = RealPath.of(url) else {
        throw PluginProblem("there is no program `\(word)` in its folder")
      }
      guard folder.holds(real) else {
        throw PluginProblem("its program `\(word)` leads out of its folder")
      }
      return try runnable(real.path, word)
    }
    if word.hasPrefix("/") {
      try checkAncestors(of: word)
      return try runnable(word, word)
    }
    guard !word.contains("/") else {
      throw PluginProblem(
        "its program is `./…` in its folder, an absolute path or a word, not `\(word)`")
    }
    for place in programFolders {
      let path = "\(place)/\(word)"
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    throw PluginProblem(
      "there is no program `\(word)` in \(programFolders.joined(separator: ", "))")
  }

  private static func runnable(_ path: String, _ word: String) throws(PluginProblem) -> String {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PluginProblem("its program `\(word)` is not there")
    }
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw PluginProblem("its program `\(word)` may not be run; `chmod +x` allows it")
    }
    return path
  }
}

// MARK: - Who could have changed it

extension PluginFolder {
  private static func checkAncestors(of path: String) throws(PluginProblem) {
    var url = URL(fileURLWithPath: path)
    while true {
      var status = stat()
      guard lstat(url.path, &status) == 0 else {
        throw PluginProblem("`\(url.path)` cannot be looked at")
      }
      // In a folder with the sticky bit nobody can replace what is not theirs.
      let isSticky = status.st_mode & S_ISVTX != 0 && status.st_mode & S_IFMT == S_IFDIR
      try check(status, url.path, mayBeShared: isSticky)
      if url.path == "/" { return }
      url = url.deletingLastPathComponent()
    }
  }

  private static func check(
    _ status: stat, _ path: String, mayBeShared: Bool = false
  ) throws(PluginProblem) {
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw PluginProblem(
        "`\(path)` belongs to another user (\(status.st_uid)), who could change it")
    }
    let others = status.st_mode & (S_IWGRP | S_IWOTH)
    if others != 0, !mayBeShared, status.st_mode & S_IFMT != S_IFLNK {
      throw PluginProblem("others may write to `\(path)`; `chmod go-w` ends that")
    }
  }

  /// Looks at everything in the folder.
  private static func checkContents(of folder: RealPath) throws(PluginProblem) -> Digest {
    var text = ""
    var rest = [""]
    var count = 0
    while let relative = rest.popLast() {
      let path = relative.isEmpty ? folder.path : "\(folder.path)/\(relative)"
      var status = stat()
      guard lstat(path, &status) == 0 else { throw PluginProblem("`\(path)` cannot be looked at") }
      try check(status, path)
      count += 1
      guard count <= entryLimit else {
        throw PluginProblem("it has more than \(entryLimit) files")
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        guard let real = RealPath.of(URL(fileURLWithPath: path)), folder.holds(real) else {
          throw PluginProblem("the symbolic link `\(relative)` leads out of its folder")
        }
      case S_IFDIR:
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        rest += names.sorted().map { relative.isEmpty ? $0 : "\(relative)/\($0)" }
      case S_IFREG: break
      default: throw PluginProblem("`\(relative)` is neither a file nor a folder")
      }
      // A folder's times change when Python puts its `__pycache__` aside; its files speak for it.
      guard status.st_mode & S_IFMT != S_IFDIR, !relative.contains("__pycache__") else { continue }
      text +=
        "\(relative.utf8.count):\(relative) \(status.st_mode) \(status.st_size) \(status.st_ino) "
      text += "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) "
      text += "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)\n"
    }
    return Digest(of: Array(text.utf8))
  }
}
