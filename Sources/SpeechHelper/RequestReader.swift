import Foundation
import Glibc

/// Reads requests on a thread of its own, so that the end of standard input is seen while an engine works.
final class RequestReader: Sendable {
  private let lines = LineQueue()
  private static let lineLimit = 16 << 20

  init() {
    let lines = lines
    let thread = Thread { Self.read(into: lines) }
    thread.name = "requests"
    thread.start()
  }

  /// Waits for the next request.
  func next() -> Data? { lines.take() }

  private static func read(into lines: LineQueue) {
    var partial = Data()
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      // The other side is gone or wants no more: whatever is being worked on is not wanted either.
      guard count > 0 else { _exit(0) }
      for byte in buffer[..<count] {
        if byte == UInt8(ascii: "\n") {
          if !partial.isEmpty { lines.put(partial) }
          partial.removeAll()
        } else if partial.count < lineLimit {
          partial.append(byte)
        } else {
          FileHandle.standardError.write(Data("a request is longer than 16 MiB\n".utf8))
          _exit(1)
        }
      }
    }
  }
}

private final class LineQueue: @unchecked Sendable {
  // Read and written with `condition` locked.
  private var lines: [Data] = []
  private let condition = NSCondition()

  func put(_ line: Data) {
    condition.withLock {
      lines.append(line)
      condition.signal()
    }
  }

  func take() -> Data? {
    condition.withLock {
      while lines.isEmpty { condition.wait() }
      return lines.removeFirst()
    }
  }
}
