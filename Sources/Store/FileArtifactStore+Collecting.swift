import Files
import Foundation
import Pipeline
import Threads

/// A file in the artifact store.
struct StoredFile: Sendable {
  var byteCount: Int
  /// Milliseconds since 1970 when it was last put in.
  var putAt: Int
}

enum Removal: Sendable {
  /// It is not there any more, or was not there to begin with.
  case removed
  /// Somebody put it in while the collection was under way, and counts on it.
  case putAgain
}

extension FileArtifactStore {
  func storedFiles() async throws -> [Digest: StoredFile] {
    try await blocking(objects, "the list of artifacts") { _ in
      var files: [Digest: StoredFile] = [:]
      for shelf in try FileNames.list(objects.path) {
        for name in try FileNames.list(objects.appendingPathComponent(shelf).path) {
          guard let digest = Digest(hex: name) else { continue }
          files[digest] = try storedFile(digest)
        }
      }
      return files
    }
  }

  /// Nil if it has been moved away meanwhile.
  private func storedFile(_ digest: Digest) throws -> StoredFile? {
    let path = location(of: digest).path
    do {
      return StoredFile(
        byteCount: try FileStamp(of: path).byteCount,
        putAt: try FileNames.accessTime(of: path) / 1_000_000)
    } catch  where error.isMissing { return nil }
  }

  /// - Parameter time: nanoseconds since 1970; see `currentFileTime`.
  func remove(_ digests: [Digest], unlessPutSince time: Int) async throws -> [Removal] {
    try await blocking(objects, "an artifact") { _ in
      try digests.map { try remove($0, unlessPutSince: time) }
    }
  }

  private func remove(_ digest: Digest, unlessPutSince time: Int) throws -> Removal {
    let path = location(of: digest).path
    return try checked.withLock { checked in
      do {
        guard try FileNames.accessTime(of: path) < time else { return .putAgain }
        try FileNames.remove(path)
      } catch let error as FileError where error.isMissing {}
      checked[digest] = nil
      return .removed
    }
  }

  /// Removes damaged files and forgets digests of inputs, of before these times in nanoseconds since 1970.
  func sweep(damagedBefore: Int, knownBefore: Int) async throws {
    try await blocking(damaged, "the list of damaged files") { _ in
      for name in try FileNames.list(damaged.path) {
        let path = damaged.appendingPathComponent(name).path
        if try FileStamp(of: path).changed < damagedBefore { try FileNames.remove(path) }
      }
      try known.forget(before: knownBefore)
    }
  }
}
