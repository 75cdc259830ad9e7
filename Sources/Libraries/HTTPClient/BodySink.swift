import Foundation

/// Where the body of a response goes.
enum BodyTarget: Sendable {
  case memory
  /// A file that must not exist, and is there afterwards only if it is complete.
  case newFile(URL)
  /// A file that stays as far as it came, and already has this many bytes.
  case partialFile(URL, offset: Int)
  /// Somebody who gets the body of a success as it comes; nothing of it is kept.
  case taker(@Sendable ([UInt8]) -> Void)

  var file: URL? {
    switch self {
    case .memory, .taker: nil
    case .newFile(let url), .partialFile(let url, _): url
    }
  }
}

/// Takes the body of a response into memory, or into a file if the response is a success.
struct BodySink: ~Copyable {
  /// How much of the body of a failure is kept when the body of a success would go to a file.
  static let excerptLimit = 64 << 10

  private let target: BodyTarget
  private let limit: Int
  private var memory: [UInt8] = []
  private var descriptor: Int32 = -1
  /// Bytes of the file that were there before.
  private(set) var offset = 0
  /// Bytes of this response.
  private(set) var byteCount = 0

  init(_ target: BodyTarget, limit: Int) {
    self.target = target
    self.limit = limit
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if case .newFile(let file) = target { unlink(file.path) }
  }

  /// Removes a file that is not finished, unless it is to be gone on with.
  mutating func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    if case .newFile(let file) = target { unlink(file.path) }
  }

  /// To be called before anything is appended, with the status of the answer.
  ///
  /// - Parameter length: how much will come, as the server says; nil when it does not.
  mutating func begin(status: Int, length: Int?) throws(HTTPError) {
    if status == 206, case .partialFile(_, let offset) = target { self.offset = offset }
    guard target.file != nil, (200..<300).contains(status) else { return }
    if let length, length > limit - offset {
      throw HTTPError(.tooLarge, "the response is \(length) bytes, more than \(limit - offset)")
    }
  }

  /// - Returns: false when no more is needed.
  mutating func append(_ bytes: UnsafeRawBufferPointer, status: Int) throws(HTTPError) -> Bool {
    byteCount += bytes.count
    guard let file = target.file else {
      try checkLimit()
      memory.append(contentsOf: bytes)
      return true
    }
    guard (200..<300).contains(status) else {
      memory.append(contentsOf: bytes.prefix(Self.excerptLimit - memory.count))
      return memory.count < Self.excerptLimit
    }
    try checkLimit()
    try open(file)
    try write(bytes, to: file)
    return true
  }

  /// What is in memory; the file is complete from here on.
  mutating func finish(status: Int) throws(HTTPError) -> [UInt8] {
    guard let file = target.file, (200..<300).contains(status) else { return memory }
    try open(file)
    let code = close(descriptor)
    descriptor = -1
    guard code == 0 else {
      let error = Self.failure("close", file)
      if case .newFile = target { unlink(file.path) }
      throw error
    }
    return memory
  }

  private func checkLimit() throws(HTTPError) {
    guard byteCount > limit - offset else { return }
    throw HTTPError(.tooLarge, "the response is larger than \(limit) bytes")
  }

  private mutating func open(_ file: URL) throws(HTTPError) {
    guard descriptor < 0 else { return }
    let flags = if case .newFile = target { O_CREAT | O_EXCL } else { O_CREAT }
    descriptor = Foundation.open(file.path, O_WRONLY | flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failure("open", file) }
    guard case .partialFile = target else { return }
    // What is behind the offset belongs to another answer.
    guard ftruncate(descriptor, off_t(offset)) == 0 else { throw Self.failure("ftruncate", file) }
    guard lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) else {
      throw Self.failure("lseek", file)
    }
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
