public import ChildProcess
public import Foundation
import Threads

/// A program that runs beside a test, and what it has written until now. It is killed with all of its process group
/// when the last reference goes away or its time is over.
public final class TestProcess: Sendable {
  public typealias Failure = TestProgram.Failure

  private enum End {
    case notYet
    case exit(ProcessExit)
    case tooLate
  }

  public let id: Int32
  private let call: TestCall
  private let end: Locked<End>
  private let unwanted = CancellationFlag()

  /// Starts a program from the usual path, or at a path. It finds nothing on its standard input.
  ///
  /// - Parameters:
  ///   - folder: where it runs; nil for where the tests run.
  ///   - environment: added to that of the test.
  ///   - limit: how long it may run.
  public init(
    _ program: String, _ arguments: [String], in folder: URL? = nil,
    environment: [String: String] = [:], atMost limit: Duration = .seconds(600)
  ) async throws {
    let call = try TestCall(program, arguments, in: folder, environment: environment)
    let end = Locked(End.notYet)
    let unwanted = unwanted
    id = try await withCheckedThrowingContinuation { started in
      let thread = Thread {
        do {
          let ended = try call.perform(atMost: limit, until: unwanted) {
            started.resume(returning: $0)
          }
          end.withLock { $0 = ended.map { .exit($0) } ?? .tooLate }
        } catch {
          started.resume(throwing: error)
        }
      }
      thread.start()
    }
    self.call = call
    self.end = end
  }

  deinit { unwanted.raise() }

  public func send(_ signal: Int32) { kill(id, signal) }

  /// What it has written to standard output until now.
  public var output: String { call.output }
  public var errorOutput: String { call.errorOutput }

  /// Waits for the end. Throws when it does not come in time.
  @discardableResult
  public func wait() async throws -> ProcessExit {
    if let end = try await wait(atMost: .seconds(300)) { return end }
    throw call.failure("did not end within five minutes")
  }

  /// Waits for the end at most so long. Nil when it still runs.
  public func wait(atMost limit: Duration) async throws -> ProcessExit? {
    let deadline = ContinuousClock.now + limit
    while true {
      switch end.withLock({ $0 }) {
      case .exit(let exit): return exit
      case .tooLate: throw call.failure("was killed because it ran too long")
      case .notYet: break
      }
      let now = ContinuousClock.now
      if now >= deadline { return nil }
      try await Task.sleep(until: min(deadline, now + .milliseconds(5)), clock: .continuous)
    }
  }

  /// Waits until standard output or standard error holds a text. False when the process ends without it.
  public func says(_ text: String) async throws -> Bool {
    while true {
      let isOver = try await wait(atMost: .milliseconds(20)) != nil
      if output.contains(text) || errorOutput.contains(text) { return true }
      if isOver { return false }
    }
  }
}
