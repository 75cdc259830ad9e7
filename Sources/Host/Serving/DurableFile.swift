import Foundation
import Glibc

/// Small files of a host that must not be lost or half there once somebody was told of them. Nobody else may read
/// them, from their first byte on.
enum DurableFile {
  /// Replaces a file as a whole; on disk when it returns. Waits for the disk.
  static func write(_ bytes: [UInt8], to url: URL) throws {
    let folder = url.deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let temporary = url.path + ".\(getpid())-\(UUID().uuidString)"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure(url) }
    defer { close(file) }
    guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0,
      rename(temporary, url.path) == 0
    else {
      let error = failure(url)
      unlink(temporary)
      throw error
    }
    let shelf = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard shelf >= 0 else { throw failure(url) }
    defer { close(shelf) }
    guard fsync(shelf) == 0 else { throw failure(url) }
  }

  private static func failure(_ url: URL) -> LookupError {
    LookupError("`\(url.path)` cannot be written: \(String(cString: strerror(errno)))")
  }
}
