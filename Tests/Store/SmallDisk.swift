import Foundation
import TestSupport

/// A disk of one or two megabytes in memory, gone with the last reference. Mounting needs root.
final class SmallDisk: Sendable {
  static let isAvailable = (try? SmallDisk(byteCount: 1 << 20)) != nil

  let url: URL
  private let folder: TestFolder

  init(byteCount: Int) throws {
    folder = try TestFolder()
    url = try folder.folder("small disk")
    try Self.check(mount("none", url.path, "tmpfs", 0, "size=\(byteCount)"))
  }

  deinit { umount2(url.path, Int32(MNT_DETACH)) }

  func makeReadOnly(_ isReadOnly: Bool) throws {
    let flags = MS_REMOUNT | (isReadOnly ? MS_RDONLY : 0)
    try Self.check(mount("none", url.path, "tmpfs", UInt(flags), nil))
  }

  /// Leaves about `byteCount` bytes, which `empty` gives back.
  func fill(leaving byteCount: Int) throws {
    let ballast = url.appendingPathComponent("ballast")
    try Data().write(to: ballast)
    let file = try FileHandle(forWritingTo: ballast)
    defer { try? file.close() }
    while true {
      let free = try freeBytes()
      guard free > byteCount else { return }
      try file.write(contentsOf: Data(count: min(free - byteCount, 65536)))
    }
  }

  func empty() throws {
    try FileManager.default.removeItem(at: url.appendingPathComponent("ballast"))
  }

  func freeBytes() throws -> Int {
    let facts = try FileManager.default.attributesOfFileSystem(forPath: url.path)
    return (facts[.systemFreeSize] as? NSNumber)?.intValue ?? 0
  }

  private static func check(_ result: Int32) throws {
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }
}
