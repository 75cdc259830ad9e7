import Crypto
import Files
import Pipeline
import Threads

/// Reading and copying with digests. All of it blocks.
enum HashedCopy {
  static func hash(
    _ path: String, until flag: CancellationFlag
  ) throws -> (Digest, byteCount: Int) {
    let file = try OpenFile(path, .read)
    var hasher = SHA256()
    var total = 0
    try FileCopy.eachPiece(of: file, checking: { try check(flag) }) { bytes in
      hasher.update(bytes)
      total += bytes.count
    }
    return (Digest(bytes: hasher.finish()), total)
  }

  /// The digest is the copy's, whatever happens to the source meanwhile.
  static func copy(
    _ path: String, to target: String, until flag: CancellationFlag
  ) throws -> (Digest, byteCount: Int) {
    try FileCopy.copy(path, to: target) { try check(flag) }
    return try hash(target, until: flag)
  }

  private static func check(_ flag: CancellationFlag) throws {
    if flag.isRaised { throw CancellationError() }
  }
}
