import Crypto
public import Foundation
public import Pipeline
import Threads

/// Artifacts as read-only files named by their SHA-256, in 256 folders by its first two digits.
///
/// A file comes in by a rename after its bytes are on disk, so that a name never stands for half a file.
public struct FileArtifactStore: ArtifactStore {
  private let objects: URL
  private let incoming: URL

  /// Opens or makes the store. What an earlier process left unfinished is removed: the caller must be the only
  /// process that uses the folder (see `DataFolder`).
  public init(folder: URL) throws {
    objects = folder.appendingPathComponent("objects")
    incoming = folder.appendingPathComponent("incoming")
    try? FileManager.default.removeItem(at: incoming)
    try FileManager.default.createDirectory(at: objects, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(at: incoming, withIntermediateDirectories: true)
  }

  public func adopt(_ url: URL, as name: String) async throws -> FileReference {
    try await blocking(name) { flag in
      let (digest, count) = try FileCopy.hash(url, until: flag)
      try place(url, as: digest)
      return FileReference(digest: digest, byteCount: count, name: name)
    }
  }

  public func copy(_ url: URL, as name: String) async throws -> FileReference {
    try await blocking(name) { flag in
      let temporary = incoming.appendingPathComponent(UUID().uuidString)
      do {
        let (digest, count) = try FileCopy.copy(url, to: temporary, until: flag)
        try place(temporary, as: digest)
        return FileReference(digest: digest, byteCount: count, name: name)
      } catch {
        try? FileManager.default.removeItem(at: temporary)
        throw error
      }
    }
  }

  public func open(_ reference: FileReference) async throws -> URL {
    let url = location(of: reference.digest)
    guard FileManager.default.isReadableFile(atPath: url.path) else {
      throw ArtifactDamaged(reference, .gone)
    }
    return url
  }

  public func contains(_ reference: FileReference) async -> Bool {
    FileManager.default.fileExists(atPath: location(of: reference.digest).path)
  }

  public func identify(_ url: URL, as name: String) async throws -> FileReference {
    try await blocking(name) { flag in
      let (digest, count) = try FileCopy.hash(url, until: flag)
      return FileReference(digest: digest, byteCount: count, name: name)
    }
  }

  private func location(of digest: Digest) -> URL {
    objects.appendingPathComponent(String(digest.hex.prefix(2))).appendingPathComponent(digest.hex)
  }

  /// Makes the bytes durable and gives them their name; afterwards there is no file at `url`.
  private func place(_ url: URL, as digest: Digest) throws {
    let target = location(of: digest)
    if FileManager.default.fileExists(atPath: target.path) {
      try FileManager.default.removeItem(at: url)
      return
    }
    let folder = target.deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileCopy.makeDurable(url)
    try FileCopy.rename(url, to: target)
    try FileCopy.synchronise(folder)
  }

  private func blocking(
    _ name: String, _ work: @escaping @Sendable (CancellationFlag) throws -> FileReference
  ) async throws -> FileReference {
    do {
      return try await withCancellationFlag { flag in
        try await BlockingThread.run("artifacts") { try work(flag) }
      }
    } catch let error as FileFailure {
      throw StageError(
        error.isDiskFull ? .configuration : .internal,
        error.isDiskFull
          ? "the disk of the artifact store is full; `\(name)` was not stored"
          : "`\(name)` cannot be stored", cause: error.description)
    }
  }
}
