import Foundation
import Threads

/// Standard output and standard error, or what a test collects instead.
final class Console: Sendable {
  private final class Collected: Sendable {
    let text = Locked((out: "", err: ""))
  }

  private let collected: Collected?
  /// Whether standard error is a terminal on which lines can be drawn over.
  let isInteractive: Bool

  init() {
    collected = nil
    isInteractive =
      isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Keeps what is written.
  init(collecting: Void) {
    collected = Collected()
    isInteractive = false
  }

  var usesColour: Bool { isInteractive && ProcessInfo.processInfo.environment["NO_COLOR"] == nil }

  func out(_ text: String) {
    if let collected { return collected.text.withLock { $0.out += text } }
    // A reader that went away (`| head`) is no reason to stop.
    try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
  }

  func err(_ text: String) {
    if let collected { return collected.text.withLock { $0.err += text } }
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  var written: (out: String, err: String) { collected?.text.withLock { $0 } ?? ("", "") }

  /// Columns of the terminal; 80 when it does not say.
  var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
