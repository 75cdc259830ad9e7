import CSockets
public import HTTPTypes

#if canImport(Glibc)
  import Glibc
#endif

/// A regular file that is open for reading, until the last reference to it is gone.
public final class StoredFile: FileContent {
  public let descriptor: Int32
  public let byteCount: Int
  /// When it was last written, and a tag that changes when it is written or replaced.
  public let validators: Validators

  private init(owning descriptor: Int32, byteCount: Int, validators: Validators) {
    self.descriptor = descriptor
    self.byteCount = byteCount
    self.validators = validators
  }

  deinit { close(descriptor) }

  /// Throws 404 when there is no regular file, and what the system says otherwise.
  public static func open(_ path: String, on pool: FilePool) async throws -> StoredFile {
    try await pool.run { try open(path) }
  }

  private static func open(_ path: String) throws -> StoredFile {
    var byteCount: Int64 = 0
    var seconds: Int64 = 0
    var nanoseconds: Int64 = 0
    var inode: UInt64 = 0
    let descriptor = vc_open_file(path, &byteCount, &seconds, &nanoseconds, &inode)
    guard descriptor >= 0 else {
      switch -descriptor {
      case ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG:
        throw HTTPError(.notFound, "there is no such file")
      default:
        throw ServerError(
          code: -descriptor, "open \"\(path)\": \(String(cString: strerror(-descriptor)))")
      }
    }
    vc_will_need(descriptor, 0, min(byteCount, 1 << 20))
    let tag = [
      UInt64(bitPattern: seconds), UInt64(bitPattern: nanoseconds),
      UInt64(bitPattern: byteCount), inode,
    ]
    .map { String($0, radix: 36) }.joined(separator: "-")
    let validators = Validators(eTag: ETag(tag), lastModified: HTTPDate(seconds: seconds))
    return StoredFile(owning: descriptor, byteCount: Int(byteCount), validators: validators)
  }
}
