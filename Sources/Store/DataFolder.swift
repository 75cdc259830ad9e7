public import Foundation

/// The folder in which a host keeps everything. One process owns it at a time.
public final class DataFolder: Sendable {
  public let url: URL
  private let lock: Int32

  /// Makes the folder if needed, locks it and removes what attempts of an earlier process left in `scratch`. The lock
  /// ends with the process, however it ends.
  public init(_ url: URL) throws(DataFolderError) {
    self.url = url
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw DataFolderError(
        "the data folder `\(url.path)` cannot be made: \(error.localizedDescription)")
    }
    let path = url.appendingPathComponent("lock").path
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw DataFolderError(
        "the data folder `\(url.path)` cannot be used: \(String(cString: strerror(errno)))")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let owner = Self.owner(in: file).map { "process \($0)" } ?? "another process"
      close(file)
      throw DataFolderError(
        """
        the data folder `\(url.path)` is in use by \(owner) of videocraft; wait for it, or give this one \
        a folder of its own with --data-dir
        """)
    }
    lock = file
    Self.signIn(file)
    try? FileManager.default.removeItem(at: scratch)
  }

  deinit { close(lock) }

  public var database: URL { url.appendingPathComponent("videocraft.sqlite") }
  public var artifacts: URL { url.appendingPathComponent("artifacts") }
  /// Folders of running attempts; emptied at start.
  public var scratch: URL { url.appendingPathComponent("scratch") }

  /// Only for people: on a full disk the lock holds without a number in it.
  private static func signIn(_ file: Int32) {
    let text = "\(ProcessInfo.processInfo.processIdentifier)\n"
    guard ftruncate(file, 0) == 0 else { return }
    _ = pwrite(file, text, text.utf8.count, 0)
  }

  private static func owner(in file: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

public struct DataFolderError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String
  init(_ description: String) { self.description = description }
}
