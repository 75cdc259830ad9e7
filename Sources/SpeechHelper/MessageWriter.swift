import Foundation
import Glibc
import Speech

/// Writes answers, one per line, to what was standard output.
struct MessageWriter: Sendable {
  private let descriptor: Int32

  /// From now on whatever the engines print goes to standard error.
  static func takingStandardOutput() throws(SpeechFault) -> MessageWriter {
    signal(SIGPIPE, SIG_IGN)
    let own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    guard own >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else {
      throw SpeechFault(.outputFailed, "standard output cannot be used")
    }
    return MessageWriter(descriptor: own)
  }

  /// Leaves the process when nobody reads any more.
  func send(_ message: SpeechMessage) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let fallback = #"{"error":{"code":"engine-failed","message":"the answer cannot be written"}}"#
    var line = (try? encoder.encode(message)) ?? Data(fallback.utf8)
    line.append(UInt8(ascii: "\n"))
    line.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          _exit(0)
        }
      }
    }
  }
}
