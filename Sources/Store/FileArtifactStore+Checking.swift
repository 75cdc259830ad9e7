import Files
public import Foundation
public import Pipeline
import Threads

extension FileArtifactStore {
  public func open(_ reference: FileReference) async throws -> URL {
    let url = location(of: reference.digest)
    guard let stamp = try? FileStamp(of: url.path) else { throw ArtifactDamaged(reference, .gone) }
    if checked.withLock({ $0[reference.digest]?.hasSameBytes(as: stamp) == true }) { return url }
    try await blocking(url, reference.name) { flag in try check(reference, stamp, until: flag) }
    return url
  }

  public func look(at reference: FileReference) async throws -> URL {
    guard await contains(reference) else { throw ArtifactDamaged(reference, .gone) }
    return location(of: reference.digest)
  }

  public func contains(_ reference: FileReference) async -> Bool {
    (try? FileStamp(of: location(of: reference.digest).path))?.byteCount == reference.byteCount
  }

  /// Reads the file's bytes; moves it away when they are not what its name says.
  private func check(
    _ reference: FileReference, _ stamp: FileStamp, until flag: CancellationFlag
  ) throws {
    let path = location(of: reference.digest).path
    do {
      let (digest, _) = try HashedCopy.hash(path, until: flag)
      guard digest == reference.digest else {
        moveAway(reference.digest, stamp)
        throw ArtifactDamaged(reference, .altered)
      }
      checked.withLock { $0[reference.digest] = stamp }
    } catch let error as FileError where error.isUnreadable {
      moveAway(reference.digest, stamp)
      throw ArtifactDamaged(reference, .altered)
    } catch let error as FileError where error.isMissing {
      throw ArtifactDamaged(reference, .gone)
    }
  }

  /// Unless good bytes have come in under the name meanwhile.
  private func moveAway(_ digest: Digest, _ stamp: FileStamp) {
    let path = location(of: digest).path
    checked.withLock { checked in
      guard let now = try? FileStamp(of: path), now.hasSameBytes(as: stamp) else { return }
      checked[digest] = nil
      // If the disk cannot even do that, new bytes replace the file when they come: it is not among the checked.
      try? FileNames.rename(path, to: damaged.appendingPathComponent(digest.hex).path)
    }
  }

  /// Whether the bytes are there for sure. Then they count as put in just now.
  func isChecked(_ digest: Digest) -> Bool {
    let path = location(of: digest).path
    return checked.withLock { checked in
      guard let stamp = try? FileStamp(of: path), checked[digest]?.hasSameBytes(as: stamp) == true
      else { return false }
      return (try? FileNames.setAccessTime(of: path, to: currentFileTime())) != nil
    }
  }

  /// Whether a file of that size is there. Then it counts as put in just now.
  func putAgain(_ reference: FileReference) -> Bool {
    let path = location(of: reference.digest).path
    return checked.withLock { _ in
      guard (try? FileStamp(of: path))?.byteCount == reference.byteCount else { return false }
      return (try? FileNames.setAccessTime(of: path, to: currentFileTime())) != nil
    }
  }
}
