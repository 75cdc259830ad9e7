import Foundation

/// Where the body of a response goes: into memory, or into a new file if the response is a success.
///
/// A file that is not finished is removed when the sink goes away.
struct BodySink: ~Copyable {
  /// How much of the body of a failure is kept when the body of a success would go to a file.
  static let excerptLimit = 64 << 10

  private let file: URL?
  private let limit: Int
  private var memory: [UInt8] = []
  private var descriptor: Int32 = -1
  private(set) var byteCount = 0

  /// - Parameter file: must not exist; nil for memory.
  init(file: URL?, limit: Int) {
    self.file = file
    self.limit = limit
  }

  deinit {
    guard descriptor >= 0, let file else { return }
    close(descriptor)
    unlink(file.path)
  }

  /// Removes a file that is not finished.
  mutating func discard() {
    guard descriptor >= 0, let file else { return }
    close(descriptor)
    descriptor = -1
    unlink(file.path)
  }

  /// - Returns: false when no more is needed.
  mutating func append(_ bytes: UnsafeRawBufferPointer, status: Int) throws(HTTPError) -> Bool {
    byteCount += bytes.count
    if let file {
      guard (200..<300).contains(status) else {
        memory.append(contentsOf: bytes.prefix(Self.excerptLimit - memory.count))
        return memory.count < Self.excerptLimit
      }
      try checkLimit()
      try open(file)
      try write(bytes, to: file)
    } else {
      try checkLimit()
      memory.append(contentsOf: bytes)
    }
    return true
  }

  /// What is in memory; the file is complete from here on.
  mutating func finish(status: Int) throws(HTTPError) -> [UInt8] {
    guard let file, (200..<300).contains(status) else { return memory }
    try open(file)
    let code = close(descriptor)
    descriptor = -1
    guard code == 0 else {
      defer { unlink(file.path) }
      throw Self.failure("close", file)
    }
    return memory
  }

  private func checkLimit() throws(HTTPError) {
    guard byteCount > limit else { return }
    throw HTTPError(.tooLarge, "the response is larger than \(limit) bytes")
  }

  private mutating func open(_ file: URL) throws(HTTPError) {
    guard descriptor < 0 else { return }
    descriptor = Foundation.open(
      file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failure("open", file) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, to file: URL) throws(HTTPError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Foundation.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw Self.failure("write", file)
      }
    }
  }

  private static func failure(_ function: String, _ file: URL) -> HTTPError {
    let code = errno
    return HTTPError(
      .file, "`\(file.lastPathComponent)` cannot be written: \(String(cString: strerror(code)))",
      code: code, function: function)
  }
}
