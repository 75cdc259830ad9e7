import Files
public import Foundation
public import Pipeline
import Threads

/// Artifacts as read-only files named by their SHA-256, in 256 folders by its first two digits.
///
/// A file comes in by a rename after its bytes are on disk, so that a name never stands for half a file. Its bytes are
/// read and compared with the name when it is first opened in a process; one that differs is moved to `damaged`.
///
/// The access time of a file says when it was last put in: bytes that come in again are kept once, and whoever put
/// them in counts on them although nothing in the journal says so yet.
public struct FileArtifactStore: ArtifactStore {
  let objects: URL
  let damaged: URL
  let known: KnownFiles
  private let folder: URL
  private let incoming: URL
  /// Files whose bytes this process has seen to be right, as they were then. Held while a file gets its name or loses
  /// it, so that nobody removes what somebody just found to be there.
  let checked = Locked<[Digest: FileStamp]>([:])

  /// Opens or makes the store. What an earlier process left unfinished is removed: the caller must be the only
  /// process that uses the folder (see `DataFolder`). Throws `StageError`.
  public init(folder: URL) throws {
    self.folder = folder
    objects = folder.appendingPathComponent("objects")
    incoming = folder.appendingPathComponent("incoming")
    damaged = folder.appendingPathComponent("damaged")
    let known = folder.appendingPathComponent("known-files")
    self.known = KnownFiles(folder: known)
    do {
      try? FileManager.default.removeItem(at: incoming)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for part in [objects, incoming, damaged, known] { _ = try FileNames.makeFolder(part.path) }
    } catch {
      throw StageError(
        .configuration, "the artifact store `\(folder.path)` cannot be opened",
        cause: error.localizedDescription)
    }
  }

  public func adopt(_ url: URL, as name: String) async throws -> FileReference {
    try await blocking(url, name) { flag in
      do {
        let (digest, count) = try HashedCopy.hash(url.path, until: flag)
        try bring(url, as: digest, until: flag)
        return FileReference(digest: digest, byteCount: count, name: name)
      } catch {
        try? FileNames.remove(url.path)
        throw error
      }
    }
  }

  public func copy(_ url: URL, as name: String) async throws -> FileReference {
    try await blocking(url, name) { flag in
      let start = currentFileTime()
      let stamp = try FileStamp(of: url.path)
      if let digest = known.digest(of: url.path, stamp) {
        let reference = FileReference(digest: digest, byteCount: stamp.byteCount, name: name)
        if putAgain(reference) { return reference }
      }
      let (digest, count) = try withTemporary { temporary in
        let copied = try HashedCopy.copy(url.path, to: temporary.path, until: flag)
        try place(temporary, as: copied.0)
        return copied
      }
      known.remember(url.path, stamp, readAt: start, as: digest)
      return FileReference(digest: digest, byteCount: count, name: name)
    }
  }

  public func identify(_ url: URL, as name: String) async throws -> FileReference {
    try await blocking(url, name) { flag in
      let start = currentFileTime()
      let stamp = try FileStamp(of: url.path)
      if let digest = known.digest(of: url.path, stamp) {
        return FileReference(digest: digest, byteCount: stamp.byteCount, name: name)
      }
      let (digest, count) = try HashedCopy.hash(url.path, until: flag)
      known.remember(url.path, stamp, readAt: start, as: digest)
      return FileReference(digest: digest, byteCount: count, name: name)
    }
  }

  func location(of digest: Digest) -> URL {
    objects.appendingPathComponent(String(digest.hex.prefix(2))).appendingPathComponent(digest.hex)
  }

  /// Moves a file in, from another disk too.
  private func bring(_ url: URL, as digest: Digest, until flag: CancellationFlag) throws {
    do { try place(url, as: digest) } catch let error as FileError where error.isOnOtherDisk {
      try withTemporary { temporary in
        let (copied, _) = try HashedCopy.copy(url.path, to: temporary.path, until: flag)
        guard copied == digest else {
          throw StageError(.internal, "`\(url.lastPathComponent)` changed while it was stored")
        }
        try place(temporary, as: digest)
      }
      try FileNames.remove(url.path)
    }
  }

  private func withTemporary<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let temporary = incoming.appendingPathComponent(UUID().uuidString)
    do { return try body(temporary) } catch {
      try? FileNames.remove(temporary.path)
      throw error
    }
  }

  /// Makes the bytes durable and gives them their name; afterwards there is no file at `url`.
  private func place(_ url: URL, as digest: Digest) throws {
    let target = location(of: digest)
    if isChecked(digest) {
      try FileNames.remove(url.path)
      return
    }
    let shelf = target.deletingLastPathComponent().path
    if try FileNames.makeFolder(shelf) { try OpenFile(objects.path, .folder).synchronise() }
    let file = try OpenFile(url.path, .read)
    try file.makeReadOnly()
    try file.synchronise()
    // Over one that was there before but not looked at: if that was damaged, it no longer is.
    try checked.withLock { checked in
      try FileNames.setAccessTime(of: url.path, to: currentFileTime())
      try FileNames.rename(url.path, to: target.path)
      checked[digest] = try file.stamp()
    }
    try OpenFile(shelf, .folder).synchronise()
  }

  func blocking<Success: Sendable>(
    _ url: URL, _ name: String,
    _ work: @escaping @Sendable (CancellationFlag) throws -> Success
  ) async throws -> Success {
    let byteCount = (try? FileStamp(of: url.path))?.byteCount
    do {
      return try await withCancellationFlag { flag in
        try await BlockingThread.run("artifacts") { try work(flag) }
      }
    } catch let error as FileError {
      throw stageError(error, name, byteCount)
    }
  }

  private func stageError(_ error: FileError, _ name: String, _ byteCount: Int?) -> StageError {
    let cause = error.description
    if error.isDiskFull {
      let full = DiskSpace.fullDisk(at: folder.path, needed: byteCount)
      return StageError(
        .configuration, "\(full); `\(name)` was not stored, make room and run again", cause: cause)
    }
    if !error.path.hasPrefix(folder.path) {
      return StageError(
        error.isMissing || error.isForbidden ? .invalidInput : .internal,
        "`\(name)` cannot be read: \(error.reason)", cause: cause)
    }
    return error.isForbidden
      ? StageError(
        .configuration,
        "the artifact store `\(folder.path)` may not be written by this user; `\(name)` was not stored",
        cause: cause)
      : StageError(.internal, "`\(name)` cannot be stored: \(error.reason)", cause: cause)
  }
}
