import CProcess
import Glibc
public import Threads

/// A running program that is spoken to in lines.
///
/// Every call blocks: use it on one `BlockingThread`. Standard error is read whenever a call waits, so that the
/// child never stalls on it. When the value goes away, the process and its whole group are killed and reaped.
public struct RunningProcess: ~Copyable {
  /// What waiting for the child may bring.
  public enum Event: Sendable, Hashable {
    /// Without its line feed.
    case line([UInt8])
    /// It has ended and every line it wrote was received.
    case ended(ProcessExit)
  }

  public let program: String
  public let id: Int32
  private var child: vc_child
  private var splitter: LineSplitter
  private var lines: [LineSplitter.Line] = []
  private var nextLine = 0
  private var tail: TailBuffer
  private var exit: ProcessExit?
  private let lineLimit: Int

  /// Throws `cannotStart` when the program is missing or may not be run.
  public init(_ command: Command) throws(ProcessError) {
    program = command.name
    var started = vc_child()
    let code = Self.spawn(command, &started)
    guard code == 0 else {
      throw ProcessError(
        .cannotStart, program: command.name,
        message: "cannot be started: \(String(cString: strerror(code)))")
    }
    child = started
    id = started.pid
    lineLimit = command.lineLimit
    splitter = LineSplitter(limit: command.lineLimit)
    tail = TailBuffer(capacity: command.errorTailLimit)
  }

  deinit {
    for descriptor in [child.input, child.output, child.error] where descriptor >= 0 {
      Glibc.close(descriptor)
    }
    Glibc.close(child.exit_descriptor)
    if exit == nil {
      var code: Int32 = 0
      var signal: Int32 = 0
      kill(-child.pid, SIGKILL)
      _ = vc_reap(child.pid, &code, &signal)
    }
  }

  /// The end of what it wrote to standard error.
  public var errorTail: String { tail.text }

  /// Sends one line; `line` has no line feed in it. Waits while the child is not reading.
  public mutating func send(
    line: [UInt8], cancellation: CancellationFlag, within limit: Duration = .seconds(30)
  ) throws(ProcessError) {
    precondition(!line.contains(UInt8(ascii: "\n")), "a line has no line feed in it")
    let deadline = ContinuousClock.now + limit
    var rest = (line + [UInt8(ascii: "\n")])[...]
    while !rest.isEmpty {
      guard child.input >= 0, exit == nil else { throw lost() }
      guard try wait(forInput: true, until: deadline, cancellation), child.input >= 0 else {
        continue
      }
      let written = rest.withUnsafeBytes { vc_write(child.input, $0.baseAddress, $0.count) }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if written == -Int(EPIPE) {
        closeInput()
      } else if written != -Int(EAGAIN) && written != -Int(EINTR) {
        throw failure("write", Int32(-written))
      }
    }
  }

  /// Waits for the next line or the end. A nil `limit` waits for ever.
  public mutating func receive(
    cancellation: CancellationFlag, within limit: Duration? = nil
  ) throws(ProcessError) -> Event {
    let deadline = limit.map { ContinuousClock.now + $0 }
    while true {
      if let line = try takeLine() { return .line(line) }
      if let exit { return .ended(exit) }
      _ = try wait(forInput: false, until: deadline, cancellation)
    }
  }

  /// Asks the child to leave by closing its input, then with SIGTERM, then kills its group. Waits at most about
  /// twice `grace`. Nothing of the group is left afterwards.
  @discardableResult
  public mutating func terminate(grace: Duration = .milliseconds(250)) -> ProcessExit? {
    closeInput()
    let never = CancellationFlag()
    for signal in [nil, SIGTERM] where exit == nil {
      if let signal { kill(-child.pid, signal) }
      let deadline = ContinuousClock.now + grace
      while exit == nil, ContinuousClock.now < deadline {
        do { _ = try wait(forInput: false, until: deadline, never) } catch { break }
        lines.removeAll()
        nextLine = 0
      }
    }
    if exit == nil {
      kill(-child.pid, SIGKILL)
      reap()
    }
    return exit
  }

  /// No more will be sent; for most programs the sign to leave.
  public mutating func closeInput() { Self.shut(&child.input) }

  /// Describes the end of a child that should still be there.
  public func lost() -> ProcessError {
    ProcessError(
      .ended(exit), program: program, message: exit?.description ?? "closed its input",
      errorTail: errorTail)
  }
}

extension RunningProcess {
  private mutating func takeLine() throws(ProcessError) -> [UInt8]? {
    guard nextLine < lines.count else {
      lines.removeAll(keepingCapacity: true)
      nextLine = 0
      return nil
    }
    defer { nextLine += 1 }
    switch lines[nextLine] {
    case .complete(let bytes): return bytes
    case .tooLong(let count):
      throw ProcessError(
        .unreadable, program: program,
        message: "sent a line of \(count) bytes; \(lineLimit) are allowed", errorTail: errorTail)
    }
  }

  /// Waits until something happened, and takes in what the child wrote. True when it can be written to.
  private mutating func wait(
    forInput: Bool, until deadline: ContinuousClock.Instant?, _ cancellation: CancellationFlag
  ) throws(ProcessError) -> Bool {
    if cancellation.isRaised {
      throw ProcessError(.cancelled, program: program, message: "cancelled")
    }
    if let deadline, ContinuousClock.now >= deadline {
      throw ProcessError(
        .timedOut, program: program, message: "did not answer in time", errorTail: errorTail)
    }
    // Negative descriptors are ignored by poll.
    var polled = [
      pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.error, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.exit_descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: forInput ? child.input : -1, events: Int16(POLLOUT), revents: 0),
    ]
    // Short turns, because a cancellation flag cannot wake poll.
    let count = poll(&polled, nfds_t(polled.count), 50)
    guard count >= 0 || errno == EINTR else { throw failure("poll", errno) }
    if polled[0].revents != 0 { readOutput() }
    if polled[1].revents != 0 { readError() }
    if polled[2].revents != 0 { finish() }
    return polled[3].revents != 0
  }

  private mutating func readOutput() {
    var next = splitter
    var found: [LineSplitter.Line] = []
    let ended = Self.drain(child.output) { found += next.append($0) }
    splitter = next
    lines += found
    if ended { Self.shut(&child.output) }
  }

  private mutating func readError() {
    var next = tail
    let ended = Self.drain(child.error) { next.append($0) }
    tail = next
    if ended { Self.shut(&child.error) }
  }

  /// The process has ended: what is still in the pipes is taken, but a grandchild that holds them is not awaited.
  private mutating func finish() {
    readOutput()
    readError()
    reap()
    readOutput()
    if let last = splitter.finish() { lines.append(last) }
    Self.shut(&child.output)
    Self.shut(&child.error)
    closeInput()
  }

  private mutating func reap() {
    var code: Int32 = -1
    var signal: Int32 = -1
    _ = vc_reap(child.pid, &code, &signal)
    exit = signal >= 0 ? .signal(Int(signal)) : .code(Int(code))
  }

  /// Reads what is there, at most 1 MiB so that nothing starves. True at the end of the stream.
  private static func drain(_ descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
    guard descriptor >= 0 else { return false }
    return withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
      for _ in 0..<16 {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 {
          body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
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
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  private func failure(_ function: String, _ code: Int32) -> ProcessError {
    ProcessError(
      .system, program: program, message: "\(function): \(String(cString: strerror(code)))",
      errorTail: errorTail)
  }

  private static func spawn(_ command: Command, _ child: inout vc_child) -> Int32 {
    let arguments = [command.executable] + command.arguments
    let environment = command.environment.map { "\($0.key)=\($0.value)" }
    return withCStrings(arguments) { arguments in
      withCStrings(environment) { environment in
        guard let directory = command.directory else {
          return vc_spawn(command.executable, arguments, environment, nil, &child)
        }
        return vc_spawn(command.executable, arguments, environment, directory, &child)
      }
    }
  }

  /// The strings as a null-terminated array that lives as long as `body`.
  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { copies.forEach { free($0) } }
    return body(&copies)
  }
}
