import Glibc

/// What the operating system said about a file.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The C function that failed.
  public var function: String
  /// Its `errno`.
  public var code: Int32

  public init(function: String, code: Int32) {
    self.function = function
    self.code = code
  }

  static func last(_ function: String) -> FileError {
    FileError(function: function, code: errno)
  }

  public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
  public var isMissing: Bool { code == ENOENT }
  /// The disk could not give back what was written.
  public var isUnreadable: Bool { code == EIO }
  public var isOnOtherDisk: Bool { code == EXDEV }
  /// The folder, or the disk, may not be written or read by this user.
  public var isForbidden: Bool { code == EACCES || code == EPERM || code == EROFS }

  public var description: String { "\(function): \(String(cString: strerror(code)))" }
}
