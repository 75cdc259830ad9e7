import ChildProcess
import Foundation
import Threads

/// A program with its outputs in files, where they neither fill up a pipe nor end late because a program that somebody
/// else started has a copy of the pipe.
struct TestCall: Sendable {
  private let command: Command
  private let title: String
  private let files: TestFolder

  /// - Parameter environment: added to our own.
  init(
    _ program: String, _ arguments: [String], in folder: URL?, environment: [String: String]
  ) throws {
    title = program
    files = try TestFolder()
    let script = "exec </dev/null >\"$1\" 2>\"$2\"; shift 2; exec \"$@\""
    let own = ProcessInfo.processInfo.environment
    command = Command(
      "/bin/sh",
      arguments: [
        "-c", script, "sh", files.file("out").path, files.file("err").path, program,
      ] + arguments,
      environment: own.merging(environment) { $1 }, directory: folder?.path)
  }

  /// Starts it and blocks until it ended. Nil when it was killed, because its time was over or `flag` was raised.
  func perform(
    atMost limit: Duration, until flag: CancellationFlag, started: (Int32) -> Void = { _ in }
  ) throws(ProcessError) -> ProcessExit? {
    var process = try RunningProcess(command)
    started(process.id)
    process.closeInput()
    let deadline = ContinuousClock.now + limit
    while true {
      do throws(ProcessError) {
        let left = deadline - ContinuousClock.now
        if case .ended(let exit) = try process.receive(cancellation: flag, within: left) {
          return exit
        }
      } catch {
        // Its group goes with `process`.
        return nil
      }
    }
  }

  var outputBytes: Data { (try? Data(contentsOf: files.file("out"))) ?? Data() }
  var output: String { String(decoding: outputBytes, as: UTF8.self) }
  var errorOutput: String {
    String(decoding: (try? Data(contentsOf: files.file("err"))) ?? Data(), as: UTF8.self)
  }

  /// What went wrong, with the end of what it wrote to standard error.
  func failure(_ what: String) -> TestProgram.Failure {
    TestProgram.Failure(description: "`\(title)` \(what): \(errorOutput.suffix(2000))")
  }
}
