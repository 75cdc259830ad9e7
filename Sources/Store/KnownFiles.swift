import Files
import Foundation
import Pipeline

/// Digests of the user's files, so that a large input is read once and not at every run and plan.
///
/// A file counts as unchanged while its path, device, inode, size and both times, of the bytes and of the inode, are
/// what they were, to the nanosecond. Size and time of the bytes alone would not do: `touch -d`, `cp -p` and `rsync -t`
/// set that time back, but none of them can set the inode's. Two changes within one tick of the file system's clock
/// look alike, so a file is remembered only when its newest change was seconds old before it was read, as Git does it
/// for its index. What is left are writes through a memory map to a page that was dirty already, and a network file
/// system whose server's clock is behind; who has such inputs can `touch` them.
///
/// Each file has a small file of its own here. They are written without waiting for the disk: half of one does not
/// decode, and then the input is read again.
struct KnownFiles: Sendable {
  private struct Entry: Codable {
    var path: String
    var stamp: FileStamp
    var digest: Digest
  }

  private let folder: URL

  init(folder: URL) { self.folder = folder }

  func digest(of path: String, _ stamp: FileStamp) -> Digest? {
    guard let bytes = try? Data(contentsOf: place(of: path)),
      let entry = try? JSONDecoder().decode(Entry.self, from: bytes)
    else { return nil }
    return entry.path == path && entry.stamp == stamp ? entry.digest : nil
  }

  /// - Parameters:
  ///   - stamp: of the file before it was read.
  ///   - start: when that was; see `currentFileTime`.
  func remember(_ path: String, _ stamp: FileStamp, readAt start: Int, as digest: Digest) {
    guard stamp.isSettled(at: start), let after = try? FileStamp(of: path), after == stamp else {
      return
    }
    let entry = Entry(path: path, stamp: stamp, digest: digest)
    // Not being able to remember costs time later and nothing else.
    try? JSONEncoder().encode(entry).write(to: place(of: path), options: .atomic)
  }

  /// Forgets what was written down before `time`, in nanoseconds since 1970.
  func forget(before time: Int) throws {
    for name in try FileNames.list(folder.path) {
      let path = folder.appendingPathComponent(name).path
      guard try FileStamp(of: path).modified < time else { continue }
      try FileNames.remove(path)
    }
  }

  private func place(of path: String) -> URL {
    folder.appendingPathComponent(Digest(of: path.utf8).hex)
  }
}
