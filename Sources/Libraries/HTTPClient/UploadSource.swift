import Foundation

/// The body of a request, in memory that stays where it is or in a file that is read while it is sent.
struct UploadSource: ~Copyable {
  /// Nil for a file and for no body.
  let memory: UnsafeMutableRawBufferPointer?
  /// Bytes of the file; nil for memory and for no body.
  let fileSize: Int?
  private let descriptor: Int32

  init(_ body: HTTPRequest.Body) throws(HTTPError) {
    switch body {
    case .none:
      (memory, fileSize, descriptor) = (nil, nil, -1)
    case .bytes(let bytes):
      let copy = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(1, bytes.count), alignment: 1)
      copy.copyBytes(from: bytes)
      (memory, fileSize, descriptor) = (
        UnsafeMutableRawBufferPointer(rebasing: copy[..<bytes.count]), nil, -1
      )
    case .file(let url):
      let opened = open(url.path, O_RDONLY | O_CLOEXEC)
      guard opened >= 0 else { throw Self.failure("open", url) }
      var status = stat()
      guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        let error = Self.failure("fstat", url)
        close(opened)
        throw error
      }
      (memory, fileSize, descriptor) = (nil, Int(status.st_size), opened)
    }
  }

  deinit {
    memory?.deallocate()
    if descriptor >= 0 { close(descriptor) }
  }

  /// How many bytes were read; 0 at the end; negative on failure.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }

  func seek(to offset: Int) -> Bool { lseek(descriptor, offset, SEEK_SET) == offset }

  private static func failure(_ function: String, _ file: URL) -> HTTPError {
    let code = errno
    return HTTPError(
      .file, "`\(file.lastPathComponent)` cannot be sent: \(String(cString: strerror(code)))",
      code: code, function: function)
  }
}
