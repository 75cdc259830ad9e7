import Foundation
import StageProtocol
import Threads

/// Both ends of the way to the host.
final class HostPipes: Sendable {
  private let input: Int32
  private let output: Locked<Int32>

  private init(input: Int32, output: Int32) {
    self.input = input
    self.output = Locked(output)
  }

  /// Takes standard input and output for the protocol: whoever prints from now on writes to standard error, and
  /// programs that are started find nothing to read.
  static func take() -> HostPipes {
    signal(SIGPIPE, SIG_IGN)
    let input = fcntl(0, F_DUPFD_CLOEXEC, 3)
    let output = fcntl(1, F_DUPFD_CLOEXEC, 3)
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    if nothing >= 0 { dup2(nothing, 0) }
    dup2(2, 1)
    return HostPipes(input: input, output: output)
  }

  /// What the host sends, line by line, until it lets go. Read by a thread of its own.
  func lines() -> AsyncStream<[UInt8]> {
    let (lines, sink) = AsyncStream.makeStream(of: [UInt8].self)
    let thread = Thread { [input] in
      var rest: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      while true {
        let count = read(input, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        var start = 0
        while let end = buffer[start..<count].firstIndex(of: 0x0A) {
          sink.yield(rest + buffer[start..<end])
          rest = []
          start = end + 1
        }
        rest += buffer[start..<count]
      }
      sink.finish()
    }
    thread.name = "host"
    thread.start()
    return lines
  }

  /// Sends one message. What the host does not want any more is dropped.
  func send(_ message: some Encodable) throws {
    let line = try WireCoder.encode(message)
    guard line.count <= Wire.lineLimit else {
      throw ProtocolError(
        "a message of \(line.count) bytes is more than the \(Wire.lineLimit) allowed")
    }
    output.withLock { descriptor in
      let whole = line + [0x0A]
      var sent = 0
      while sent < whole.count {
        let count = whole[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return }
        sent += count
      }
    }
  }
}
