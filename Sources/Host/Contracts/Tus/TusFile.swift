import Foundation
import Glibc
import Pipeline

/// The bytes of an upload. Every call waits for the disk.
final class TusFile: Sendable {
  private let descriptor: Int32

  private init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  static func create(_ url: URL) throws(StageError) -> TusFile {
    let descriptor = Glibc.open(url.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw UploadShelf.failure(errno) }
    return TusFile(owning: descriptor)
  }

  /// Nil when there is none.
  ///
  /// - Parameter access: `O_RDWR`, or `O_RDONLY` for one that may have become an artifact, which nobody writes to.
  static func open(_ url: URL, _ access: Int32) throws(StageError) -> TusFile? {
    let descriptor = Glibc.open(url.path, access | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw UploadShelf.failure(errno) }
    return TusFile(owning: descriptor)
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(StageError) {
    var rest = bytes[...]
    var place = offset
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress, $0.count, off_t(place))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw UploadShelf.failure(errno) }
      rest = rest.dropFirst(count)
      place += count
    }
  }

  func synchronise() throws(StageError) {
    guard fsync(descriptor) == 0 else { throw UploadShelf.failure(errno) }
  }

  /// Forgets what is behind an offset, for good when it returns.
  func cut(at offset: Int) throws(StageError) {
    guard ftruncate(descriptor, off_t(offset)) == 0 else { throw UploadShelf.failure(errno) }
    try synchronise()
  }

  /// How many bytes there are that a failing machine keeps, too.
  func synchronisedByteCount() throws(StageError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw UploadShelf.failure(errno) }
    try synchronise()
    return Int(status.st_size)
  }
}
