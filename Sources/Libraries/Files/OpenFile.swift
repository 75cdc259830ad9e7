import CFiles
import Glibc

/// An open file or folder, closed when it goes out of scope. Its calls block, and say why they fail.
public struct OpenFile: ~Copyable {
  public enum Mode: Sendable {
    case read
    /// For writing; there must be nothing of that name yet.
    case create
    case folder
  }

  private let descriptor: Int32

  public init(_ path: String, _ mode: Mode) throws(FileError) {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .create: O_WRONLY | O_CREAT | O_EXCL
      case .folder: O_RDONLY | O_DIRECTORY
      }
    descriptor = open(path, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError.last("open") }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  public func stamp() throws(FileError) -> FileStamp {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileError.last("fstat") }
    return FileStamp(info)
  }

  /// Reads what comes next into `buffer`. Returns how many bytes it was, 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw FileError.last("read") }
    }
  }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError.last("write") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Lets the system copy up to `count` bytes, from where both files stand; file systems that can share the blocks.
  ///
  /// Returns how many bytes it was, 0 at the end, or nil when these two files cannot be copied like that.
  public func copy(to target: borrowing OpenFile, upTo count: Int) throws(FileError) -> Int? {
    while true {
      let copied = vc_copy_file_range(descriptor, target.descriptor, count)
      if copied >= 0 { return copied }
      switch errno {
      case EINTR: continue
      case EXDEV, EOPNOTSUPP, EINVAL, ENOSYS, EPERM: return nil
      default: throw FileError.last("copy_file_range")
      }
    }
  }

  public func makeReadOnly() throws(FileError) {
    guard fchmod(descriptor, 0o444) == 0 else { throw FileError.last("fchmod") }
  }

  /// Waits until what was written is on disk. Of a folder: the names in it.
  public func synchronise() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError.last("fsync") }
  }
}

/// What happens to names.
public enum FileNames {
  /// Replaces what has the name already.
  public static func rename(_ path: String, to target: String) throws(FileError) {
    guard Glibc.rename(path, target) == 0 else { throw FileError.last("rename") }
  }

  public static func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 else { throw FileError.last("unlink") }
  }

  /// When the file was last read or said to be in use, in nanoseconds since 1970.
  public static func accessTime(of path: String) throws(FileError) -> Int {
    var info = stat()
    guard stat(path, &info) == 0 else { throw FileError.last("stat") }
    return info.st_atim.nanoseconds
  }

  /// Leaves the time of the bytes' change alone.
  public static func setAccessTime(of path: String, to time: Int) throws(FileError) {
    guard vc_set_access_time(AT_FDCWD, path, timespec(nanoseconds: time)) == 0 else {
      throw FileError.last("utimensat")
    }
  }
}
