import Foundation

/// The keys of a data folder: a file that only its owner may read, replaced as a whole.
///
/// `videocraft keys` changes it while a host runs; the host sees that on the next request.
struct KeyFile: Sendable {
  /// What tells one version of the file from another.
  struct Stamp: Sendable, Hashable {
    var inode: UInt64
    var byteCount: Int
    var seconds: Int
    var nanoseconds: Int
  }

  let url: URL
  /// Asked for with every request, and an URL takes its time for it.
  private let path: String
  private var lock: URL { url.appendingPathExtension("lock") }
  /// Where a host puts the text of the key that it made for itself.
  let firstKey: URL

  init(dataFolder: URL) {
    url = dataFolder.appendingPathComponent("keys.json")
    path = url.path
    firstKey = dataFolder.appendingPathComponent("api-key")
  }

  /// Nil when there is no file.
  var stamp: Stamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Stamp(
      inode: UInt64(status.st_ino), byteCount: Int(status.st_size),
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
  }

  func read() throws -> [APIKey] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    do {
      return try JSONDecoder().decode([APIKey].self, from: Data(contentsOf: url))
    } catch {
      throw LookupError("the keys in `\(url.path)` cannot be read: \(error.localizedDescription)")
    }
  }

  /// Changes the keys while nobody else does.
  func update<Result>(_ change: (inout [APIKey]) throws -> Result) throws -> Result {
    let folder = url.deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = open(lock.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0, flock(file, LOCK_EX) == 0 else {
      if file >= 0 { close(file) }
      throw LookupError(
        "the keys in `\(folder.path)` cannot be changed: \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var keys = try read()
    let result = try change(&keys)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try DurableFile.write([UInt8](try encoder.encode(keys)), to: url)
    return result
  }

  /// Makes the key that a host without any begins with. Returns where its text is; nil when there are keys.
  func makeFirstKey(now: Int) throws -> URL? {
    try update { keys in
      guard keys.isEmpty else { return nil }
      let (key, text) = APIKey.make(name: "first key", scopes: [.admin], now: now)
      try DurableFile.write(Array((text + "\n").utf8), to: firstKey)
      keys.append(key)
      return firstKey
    }
  }
}
