import Crypto
import Foundation
import Pipeline
import Threads

/// What the operating system said about a file.
struct FileFailure: Error, CustomStringConvertible {
  var function: String
  var code: Int32

  static func last(_ function: String) -> FileFailure {
    FileFailure(function: function, code: errno)
  }

  var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
  var description: String { "\(function): \(String(cString: strerror(code)))" }
}

/// Reading, writing and flushing with POSIX calls, which say why they fail. All of it blocks.
enum FileCopy {
  private static let pieceSize = 1 << 20

  static func hash(_ url: URL, until flag: CancellationFlag) throws -> (Digest, byteCount: Int) {
    try withFile(url, O_RDONLY) { source in
      try read(source, until: flag) { _ in }
    }
  }

  static func copy(
    _ url: URL, to target: URL, until flag: CancellationFlag
  ) throws -> (Digest, byteCount: Int) {
    try withFile(url, O_RDONLY) { source in
      try withFile(target, O_WRONLY | O_CREAT | O_EXCL) { sink in
        try read(source, until: flag) { bytes in try write(bytes, to: sink) }
      }
    }
  }

  /// Read-only, and on disk.
  static func makeDurable(_ url: URL) throws {
    try withFile(url, O_RDONLY) { file in
      guard fchmod(file, 0o444) == 0 else { throw FileFailure.last("fchmod") }
      guard fsync(file) == 0 else { throw FileFailure.last("fsync") }
    }
  }

  static func rename(_ url: URL, to target: URL) throws {
    guard Foundation.rename(url.path, target.path) == 0 else { throw FileFailure.last("rename") }
  }

  static func synchronise(_ folder: URL) throws {
    try withFile(folder, O_RDONLY | O_DIRECTORY) { file in
      guard fsync(file) == 0 else { throw FileFailure.last("fsync") }
    }
  }

  private static func withFile<Result>(
    _ url: URL, _ flags: Int32, _ body: (Int32) throws -> Result
  ) throws -> Result {
    let file = open(url.path, flags | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FileFailure.last("open") }
    defer { close(file) }
    return try body(file)
  }

  private static func read(
    _ file: Int32, until flag: CancellationFlag, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> (Digest, byteCount: Int) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 64)
    defer { buffer.deallocate() }
    var hasher = SHA256()
    var total = 0
    while true {
      if flag.isRaised { throw CancellationError() }
      let count = Foundation.read(file, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure.last("read") }
      if count == 0 { break }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      hasher.update(piece)
      try body(piece)
      total += count
    }
    return (Digest(bytes: hasher.finish()), total)
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Foundation.write(file, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileFailure.last("write") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}
