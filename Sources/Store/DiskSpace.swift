import Foundation

/// Room on disks, and what to say when there is none.
enum DiskSpace {
  /// Bytes that this user may still write to the disk of a file or folder; nil when that cannot be told.
  static func free(at path: String) -> Int? {
    var info = statvfs()
    guard statvfs(path, &info) == 0 else { return nil }
    return Int(clamping: UInt64(info.f_bavail) * UInt64(info.f_frsize))
  }

  /// Such as ``the disk of `/data/artifacts` is full (12 KB free, 40.1 MB needed)``.
  static func fullDisk(at path: String, needed: Int? = nil) -> String {
    let facts = [
      free(at: path).map { "\(text($0)) free" }, needed.map { "\(text($0)) needed" },
    ].compactMap(\.self)
    let end = facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
    return "the disk of `\(path)` is full\(end)"
  }

  static func text(_ byteCount: Int) -> String {
    var amount = Double(byteCount)
    var unit = "bytes"
    for larger in ["KB", "MB", "GB", "TB"] where amount >= 1000 {
      amount /= 1000
      unit = larger
    }
    if unit == "bytes" { return "\(byteCount) bytes" }
    return String(format: amount < 10 ? "%.1f %@" : "%.0f %@", amount, unit)
  }
}
