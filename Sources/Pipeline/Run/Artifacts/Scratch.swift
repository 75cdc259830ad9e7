import Foundation

/// A folder of an attempt's own.
struct Scratch {
  let url: URL

  /// Made empty, with the folder that it is in.
  static func make(in parent: URL, name: String) throws -> Scratch {
    let url = parent.appendingPathComponent(name, isDirectory: true)
    // Plain system calls: there is one folder per attempt, and FileManager takes ten times as long.
    if mkdir(url.path, 0o755) == 0 { return Scratch(url: url) }
    do {
      if errno == EEXIST { try FileManager.default.removeItem(at: url) }
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw StageError(
        .configuration, "the scratch folder `\(url.path)` cannot be made; is the disk full?",
        cause: error.localizedDescription)
    }
    return Scratch(url: url)
  }

  func remove() {
    if rmdir(url.path) != 0 { try? FileManager.default.removeItem(at: url) }
  }
}
