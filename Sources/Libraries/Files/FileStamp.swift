import Glibc

/// What a file system knows of a file without reading it. While a stamp stays the same, so do the bytes, but for the
/// reservations at `isSettled`.
public struct FileStamp: Sendable, Hashable, Codable {
  public var device: UInt64
  public var inode: UInt64
  public var byteCount: Int
  /// Nanoseconds since 1970 of the newest change of the bytes, as programs may set it.
  public var modified: Int
  /// Nanoseconds since 1970 of the newest change of bytes, name or times. Nobody can set it.
  public var changed: Int

  /// Throws `FileError`, with `isMissing` when there is no file.
  public init(of path: String) throws(FileError) {
    var info = stat()
    guard stat(path, &info) == 0 else { throw FileError.last("stat") }
    self.init(info)
  }

  init(_ info: stat) {
    device = UInt64(info.st_dev)
    inode = UInt64(info.st_ino)
    byteCount = Int(info.st_size)
    modified = info.st_mtim.nanoseconds
    changed = info.st_ctim.nanoseconds
  }

  /// Whether the newest change is so long ago that another one would show in the times. File systems count time in
  /// steps, of 4 ms for ext4 on Linux and 2 s for FAT, and two changes within a step look like one.
  ///
  /// - Parameter now: nanoseconds since 1970, when the bytes were begun to be read.
  public func isSettled(at now: Int) -> Bool {
    max(modified, changed) < now - 3_000_000_000
  }
}

extension timespec {
  var nanoseconds: Int { tv_sec * 1_000_000_000 + tv_nsec }

  init(nanoseconds: Int) {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    self.init(tv_sec: seconds, tv_nsec: rest)
  }
}

/// Nanoseconds since 1970, from the clock that file systems use.
public func currentFileTime() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return time.nanoseconds
}
