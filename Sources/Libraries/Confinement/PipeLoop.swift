import CConfinement
import CProcess
import ChildProcess
import Foundation
import Threads

/// What the thread of a confined process does: moves bytes until the process has ended.
final class PipeLoop: @unchecked Sendable {
  // Made on one thread and from then on used only by the thread that runs it.
  private var child: vc_confined_child
  private let process: ConfinedProcess
  private let handle: @Sendable (ConfinedProcess.Event) -> Void
  private var output: LineFramer
  private var errors = LineFramer(limit: 8 << 10)
  private var unfinishedBytes = 0
  private var outgoing: [[UInt8]] = []
  /// Of `outgoing.first`.
  private var writtenBytes = 0
  private var isClosing = false
  private var tickedAt = ContinuousClock.now

  init(
    child: vc_confined_child, lineLimit: Int, process: ConfinedProcess,
    handle: @escaping @Sendable (ConfinedProcess.Event) -> Void
  ) {
    self.child = child
    self.process = process
    self.handle = handle
    output = LineFramer(limit: lineLimit)
  }

  func run() {
    while !turn() {}
    finish()
  }

  /// Waits for something to happen. True when the process has ended.
  private func turn() -> Bool {
    takeOutgoing()
    // Negative descriptors are passed over by poll.
    var polled = [
      pollfd(fd: child.exit_descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.error, events: Int16(POLLIN), revents: 0),
      pollfd(fd: outgoing.isEmpty ? -1 : child.input, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: child.wake, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&polled, nfds_t(polled.count), Int32(process.tickPause))
    if polled[4].revents != 0 {
      var count: UInt64 = 0
      _ = read(child.wake, &count, 8)
    }
    if polled[1].revents != 0 { readOutput() }
    if polled[2].revents != 0 { readErrors() }
    if polled[3].revents != 0 { writeInput() }
    let now = ContinuousClock.now
    if now - tickedAt >= .milliseconds(process.tickPause) {
      tickedAt = now
      handle(.tick)
    }
    return polled[0].revents != 0
  }

  private func takeOutgoing() {
    let (lines, closes) = process.takeOutgoing()
    outgoing += lines
    isClosing = closes
    if child.input < 0 {
      dropOutgoing()
    } else if isClosing, outgoing.isEmpty {
      Self.shut(&child.input)
    }
  }

  private func dropOutgoing() {
    for line in outgoing { process.wrote(line.count) }
    outgoing = []
    writtenBytes = 0
  }

  private func writeInput() {
    while let line = outgoing.first, child.input >= 0 {
      let count = line[writtenBytes...].withUnsafeBytes {
        vc_write(child.input, $0.baseAddress, $0.count)
      }
      if count == -Int(EAGAIN) { return }
      if count < 0 {
        if count == -Int(EINTR) { continue }
        Self.shut(&child.input)
        dropOutgoing()
        handle(.deaf)
        return
      }
      writtenBytes += count
      if writtenBytes == line.count {
        process.wrote(line.count)
        outgoing.removeFirst()
        writtenBytes = 0
      }
    }
  }

  private func readOutput() {
    let ended = drain(child.output) { bytes in
      unfinishedBytes += bytes.count
      output.append(bytes) { line in
        unfinishedBytes = 0
        tell(line)
      }
      if unfinishedBytes > 0 { handle(.unfinished(byteCount: unfinishedBytes)) }
    }
    guard ended else { return }
    Self.shut(&child.output)
    handle(.silent)
  }

  private func tell(_ line: LineFramer.Line) {
    switch line {
    case .complete(let bytes): handle(.line(bytes))
    case .tooLong(let count): handle(.tooLong(byteCount: count))
    }
  }

  private func readErrors() {
    let ended = drain(child.error) { bytes in
      errors.append(bytes) { tellError($0) }
    }
    if ended { Self.shut(&child.error) }
  }

  private func tellError(_ line: LineFramer.Line) {
    let text =
      switch line {
      case .complete(let bytes): String(decoding: bytes, as: UTF8.self)
      case .tooLong(let count): "(a line of \(count) bytes)"
      }
    process.heardError(text)
    handle(.errorLine(text))
  }

  /// The process has ended: what is still in the pipes is taken, but whoever holds them is not awaited.
  private func finish() {
    if child.output >= 0 { readOutput() }
    if child.error >= 0 { readErrors() }
    process.becomeOver()
    var code: Int32 = -1
    var signal: Int32 = -1
    _ = vc_reap(child.pid, &code, &signal)
    if let last = output.finish() { tell(last) }
    if let last = errors.finish() { tellError(last) }
    for descriptor in [child.input, child.output, child.error, child.exit_descriptor, child.wake]
    where descriptor >= 0 {
      close(descriptor)
    }
    handle(.ended(signal >= 0 ? .signal(Int(signal)) : .code(Int(code))))
  }

  /// Reads what is there, at most 1 MiB so that nothing starves. True at the end of the stream.
  private func drain(_ descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
      for _ in 0..<16 {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 {
          body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
          // A short read took all there was.
          if count < buffer.count { return false }
        } else if count == 0 {
          return true
        } else if errno != EINTR {
          return errno != EAGAIN
        }
      }
      return false
    }
  }

  private static func shut(_ descriptor: inout Int32) {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}
