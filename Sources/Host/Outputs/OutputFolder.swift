import Foundation

/// The folder that outputs go to. What appears in it under a name is complete: it is made under a hidden name beside
/// its place and moved there in one step.
struct OutputFolder: Sendable {
  let url: URL

  /// Makes the folder, and removes what processes left in it that were killed while they wrote.
  func prepare() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    removeRemains()
  }

  func path(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// Makes something and puts it in the place of `target`, which is in this folder or below it. What was there before
  /// is complete until then, too: a folder is moved away before it is removed.
  func replace(_ target: URL, _ make: (URL) throws -> Void) throws {
    let new = temporary()
    do {
      try make(new)
      if isFolder(target) || isFolder(new) {
        let old = temporary()
        if FileManager.default.fileExists(atPath: target.path) { try move(target, to: old) }
        try move(new, to: target)
        try? FileManager.default.removeItem(at: old)
      } else {
        try move(new, to: target)
      }
    } catch {
      try? FileManager.default.removeItem(at: new)
      throw error
    }
  }

  func replace(_ target: URL, with text: String) throws {
    try replace(target) { try Data(text.utf8).write(to: $0) }
  }

  func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Replaces a file in one step.
  private func move(_ url: URL, to target: URL) throws {
    guard rename(url.path, target.path) == 0 else {
      throw CocoaError(
        .fileWriteUnknown,
        userInfo: [
          NSLocalizedDescriptionKey:
            "`\(target.lastPathComponent)`: \(String(cString: strerror(errno)))"
        ])
    }
  }

  private static let temporaryPrefix = ".videocraft-"

  /// A name that nobody uses and that tells whose it is.
  private func temporary() -> URL {
    url.appendingPathComponent("\(Self.temporaryPrefix)\(getpid())-\(UUID().uuidString)")
  }

  private func removeRemains() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for name in names where name.hasPrefix(Self.temporaryPrefix) {
      let owner = name.dropFirst(Self.temporaryPrefix.count).prefix { $0.isNumber }
      guard let id = Int32(owner), id != getpid(), kill(id, 0) != 0, errno == ESRCH else {
        continue
      }
      try? FileManager.default.removeItem(at: url.appendingPathComponent(name))
    }
  }
}
