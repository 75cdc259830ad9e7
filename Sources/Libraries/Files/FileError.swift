import Glibc

/// What the operating system said about a file.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The C function that failed.
  public var function: String
  /// Its `errno`.
  public var code: Int32
  /// The file or folder.
  public var path: String

  public init(function: String, code: Int32, path: String) {
    self.function = function
    self.code = code
    self.path = path
  }

  static func last(_ function: String, _ path: String) -> FileError {
    FileError(function: function, code: errno, path: path)
  }

  /// What the system calls the error, such as `No space left on device`.
  public var reason: String { String(cString: strerror(code)) }

  public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
  public var isMissing: Bool { code == ENOENT }
  /// The disk could not give back what was written.
  public var isUnreadable: Bool { code == EIO }
  public var isOnOtherDisk: Bool { code == EXDEV }
  /// The folder, or the disk, may not be written or read by this user.
  public var isForbidden: Bool { code == EACCES || code == EPERM || code == EROFS }

  public var description: String { "\(function) `\(path)`: \(reason)" }
}
