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
    try Self.run("mount", "-t", "tmpfs", "-o", "size=\(byteCount)", "none", url.path)
  }

  deinit { try? Self.run("umount", "-l", url.path) }

  func makeReadOnly(_ isReadOnly: Bool) throws {
    try Self.run("mount", "-o", isReadOnly ? "remount,ro" : "remount,rw", url.path)
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

  private static func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
  }
}
