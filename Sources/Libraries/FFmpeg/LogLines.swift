import CFFmpeg
import Foundation
import Threads

/// The last error line that each thread made FFmpeg log; nothing is ever printed.
enum LogLines {
  private static let lastByThread = Locked<[UInt: String]>([:])
  /// Threads come and go without taking their line; beyond this many the lines are stale and dropped.
  private static let capacity = 256

  /// Takes FFmpeg's log over, once per process. Called before anything else is called in FFmpeg.
  static let install: Void = av_log_set_callback(receive)

  /// The last line of the calling thread, which is forgotten.
  static func take() -> String? {
    lastByThread.withLock { $0.removeValue(forKey: thread) }
  }

  fileprivate static func keep(_ line: String) {
    guard !line.isEmpty else { return }
    lastByThread.withLock { lines in
      if lines.count >= capacity { lines.removeAll() }
      lines[thread] = line
    }
  }

  private static var thread: UInt { UInt(pthread_self()) }
}

private func receive(
  _ source: UnsafeMutableRawPointer?, _ level: Int32, _ format: UnsafePointer<CChar>?,
  _ arguments: CVaListPointer?
) {
  guard level <= AV_LOG_ERROR, let format, let arguments else { return }
  var printsPrefix: Int32 = 0
  var buffer = [CChar](repeating: 0, count: 512)
  guard av_log_format_line2(source, level, format, arguments, &buffer, 512, &printsPrefix) >= 0
  else { return }
  LogLines.keep(FFmpegError.text(buffer).trimmingCharacters(in: .whitespacesAndNewlines))
}
