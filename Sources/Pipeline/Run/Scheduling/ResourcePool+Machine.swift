public import Foundation

extension ResourcePool {
  /// Counts what this machine has at the moment.
  ///
  /// - Parameters:
  ///   - cores: nil for all.
  ///   - scratch: a folder on the disk that scratch is on; it need not exist yet.
  public convenience init(ofThisMachineWith cores: Int?, scratch: URL) {
    self.init(
      cores: cores ?? ProcessInfo.processInfo.activeProcessorCount,
      memory: Self.usableMemory(), disk: Self.freeDisk(at: scratch))
  }

  /// Four fifths of what the kernel calls available, in bytes; nil where it does not say.
  static func usableMemory(from file: String = "/proc/meminfo") -> Int? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      let words = line.split(separator: " ")
      guard words.count == 3, words[2] == "kB", let count = Int(words[1]) else { return nil }
      return count / 5 * 4 * 1024
    }
    return nil
  }

  /// Bytes that this user may write to the disk of a folder, or of the nearest one above it that exists; nil when
  /// that cannot be found out.
  static func freeDisk(at folder: URL) -> Int? {
    var folder = folder.standardizedFileURL
    while true {
      var status = statvfs()
      if statvfs(folder.path, &status) == 0 {
        let (bytes, isTooLarge) = Int(clamping: status.f_bavail)
          .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
        return isTooLarge ? nil : bytes
      }
      guard errno == ENOENT, folder.path != "/" else { return nil }
      folder.deleteLastPathComponent()
    }
  }
}
