import Crypto
import Files
import Pipeline
import Threads

/// Reading and copying with digests. All of it blocks.
enum HashedCopy {
  private static let readSize = 1 << 20
  /// Small enough to notice soon that the copy is no longer wanted.
  private static let shareSize = 64 << 20

  static func hash(
    _ path: String, until flag: CancellationFlag
  ) throws -> (Digest, byteCount: Int) {
    let file = try OpenFile(path, .read)
    var hasher = SHA256()
    var total = 0
    try eachPiece(of: file, until: flag) { bytes in
      hasher.update(bytes)
      total += bytes.count
    }
    return (Digest(bytes: hasher.finish()), total)
  }

  /// The digest is the copy's, whatever happens to the source meanwhile. File systems that can share blocks between
  /// files do so, and then a copy takes no room of its own.
  static func copy(
    _ path: String, to target: String, until flag: CancellationFlag
  ) throws -> (Digest, byteCount: Int) {
    try transfer(path, to: target, until: flag)
    return try hash(target, until: flag)
  }

  private static func transfer(
    _ path: String, to target: String, until flag: CancellationFlag
  ) throws {
    let source = try OpenFile(path, .read)
    let sink = try OpenFile(target, .create)
    while let count = try source.copy(to: sink, upTo: shareSize), count > 0 {
      if flag.isRaised { throw CancellationError() }
    }
    // Whatever the system did not copy: all of it between some file systems, and files that pretend to be empty.
    try eachPiece(of: source, until: flag) { try sink.write($0) }
  }

  private static func eachPiece(
    of file: borrowing OpenFile, until flag: CancellationFlag,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      if flag.isRaised { throw CancellationError() }
      let count = try file.read(into: buffer)
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
