import CConfinement
import CProcess
public import ChildProcess
import Foundation
import Synchronization
import Threads

/// A running program that is spoken to in lines, held to a `Confinement`.
///
/// A thread of its own reads and writes its pipes, so that no call here waits for the program, and calls `handle` with
/// what comes, one after the other. Its last event is `ended`: then the process is reaped and nobody of its group is
/// left. It lives until then, whether anybody holds it or not.
public final class ConfinedProcess: Sendable {
  public enum Event: Sendable {
    /// A line of its standard output, without the line feed.
    case line([UInt8])
    /// A line that was longer than allowed, and was dropped.
    case tooLong(byteCount: Int)
    /// Bytes of standard output that are part of no line yet: so many since the last line.
    case unfinished(byteCount: Int)
    /// A line of its standard error, cut where it is long.
    case errorLine(String)
    /// It closed its standard output while it goes on.
    case silent
    /// It closed its standard input while it goes on.
    case deaf
    /// Some time has passed; see `tick`.
    case tick
    case ended(ProcessExit)
  }

  private struct State: Sendable {
    var outgoing: [[UInt8]] = []
    var outgoingBytes = 0
    var closesInput = false
    var isOver = false
  }

  public let program: String
  public let id: Int32
  private let wake: Int32
  private let state = Locked(State())
  private let tail: Locked<LineTail>
  private let pause = Atomic<Int>(1000)

  /// More than so many bytes are not kept for a program that does not read.
  public static let outgoingLimit = 64 << 20

  /// Waits for the program to be started: some milliseconds. Throws `cannotStart`.
  public init(
    _ command: Command, _ confinement: Confinement,
    handle: @escaping @Sendable (Event) -> Void
  ) throws(ProcessError) {
    let started = SpawnThread.run { Spawning.spawn(command, confinement) }
    let child = try started.get().child
    program = command.name
    id = child.pid
    wake = child.wake
    tail = Locked(LineTail(byteLimit: command.errorTailLimit))
    let loop = PipeLoop(
      child: child, lineLimit: command.lineLimit, process: self, handle: handle)
    let thread = Thread { loop.run() }
    thread.name = "plugin-\(child.pid)"
    thread.start()
  }

  /// Sends one line once there is room. False when the process is over or has left too much unread.
  @discardableResult
  public func send(_ line: [UInt8]) -> Bool {
    let isTaken = state.withLock { state in
      guard !state.isOver, !state.closesInput,
        state.outgoingBytes + line.count <= Self.outgoingLimit
      else { return false }
      state.outgoing.append(line + [0x0A])
      state.outgoingBytes += line.count + 1
      return true
    }
    if isTaken { wakeUp() }
    return isTaken
  }

  /// No more will be sent once all that was is written.
  public func closeInput() {
    state.withLock { $0.closesInput = true }
    wakeUp()
  }

  /// To the whole process group; does nothing when it is over.
  public func signal(_ number: Int32) {
    state.withLock { state in
      // The group's number stays taken until the leader is reaped, which happens after `isOver`.
      if !state.isOver { kill(-id, number) }
    }
  }

  /// How often `tick` comes, in milliseconds.
  public func tick(every milliseconds: Int) {
    if pause.exchange(milliseconds, ordering: .relaxed) > milliseconds { wakeUp() }
  }

  /// The last lines of its standard error.
  public var errorTail: String { tail.withLock { $0.text } }

  public var isOver: Bool { state.withLock { $0.isOver } }

  private func wakeUp() {
    state.withLock { state in
      guard !state.isOver else { return }
      var one: UInt64 = 1
      _ = write(wake, &one, 8)
    }
  }
}

// MARK: - For the thread

extension ConfinedProcess {
  var tickPause: Int { pause.load(ordering: .relaxed) }

  /// What to write next, and whether the input is to be closed when there is nothing.
  func takeOutgoing() -> (lines: [[UInt8]], closes: Bool) {
    state.withLock { state in
      defer { state.outgoing = [] }
      return (state.outgoing, state.closesInput)
    }
  }

  func wrote(_ byteCount: Int) { state.withLock { $0.outgoingBytes -= byteCount } }

  func heardError(_ line: String) { tail.withLock { $0.append(line) } }

  func becomeOver() {
    state.withLock { state in
      state.isOver = true
      state.outgoing = []
    }
  }
}

/// The last lines of a stream.
struct LineTail: Sendable {
  let byteLimit: Int
  private var lines: [String] = []
  private var byteCount = 0

  init(byteLimit: Int) { self.byteLimit = byteLimit }

  mutating func append(_ line: String) {
    lines.append(line)
    byteCount += line.utf8.count + 1
    while byteCount > byteLimit, lines.count > 1 {
      byteCount -= lines.removeFirst().utf8.count + 1
    }
  }

  var text: String { lines.joined(separator: "\n") }
}
