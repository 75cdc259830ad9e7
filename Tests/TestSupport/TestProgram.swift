import ChildProcess
public import Foundation
import Threads

/// What a program did that a test ran.
public struct TestProgram: Sendable {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
    public init(description: String) { self.description = description }
  }

  /// As a shell says it: 128 and the number of the signal that ended it.
  public var status: Int
  public var output: Data
  public var errors: String

  public var text: String { String(decoding: output, as: UTF8.self) }

  /// Runs a program from the usual path and waits for its end without blocking a thread of the pool.
  ///
  /// - Parameters:
  ///   - checked: whether an exit status other than 0 throws a `Failure` with what it wrote to stderr.
  ///   - limit: how long it may take; then it is killed, and a `Failure` is thrown.
  public static func run(
    _ name: String, _ arguments: [String], in folder: URL? = nil, checked: Bool = true,
    atMost limit: Duration = .seconds(300)
  ) async throws -> TestProgram {
    try await withCancellationFlag { flag in
      try await BlockingThread.run("test-program") {
        try perform(name, arguments, in: folder, checked, limit, flag)
      }
    }
  }

  /// The same for a test that may block; the trait `.blocking` allows it.
  public static func runBlocking(
    _ name: String, _ arguments: [String], in folder: URL? = nil, checked: Bool = true,
    atMost limit: Duration = .seconds(300)
  ) throws -> TestProgram {
    try requireWaitingThread()
    return try perform(name, arguments, in: folder, checked, limit, CancellationFlag())
  }

  private static func perform(
    _ name: String, _ arguments: [String], in folder: URL?, _ checked: Bool, _ limit: Duration,
    _ flag: CancellationFlag
  ) throws -> TestProgram {
    let call = try TestCall(name, arguments, in: folder, environment: [:])
    let end = try call.perform(atMost: limit, until: flag)
    try Task.checkCancellation()
    guard let end else { throw call.failure("did not end within \(limit)") }
    guard end == .code(0) || !checked else { throw call.failure("\(end)") }
    let status =
      switch end {
      case .code(let code): code
      case .signal(let signal): 128 + signal
      }
    return TestProgram(status: status, output: call.outputBytes, errors: call.errorOutput)
  }
}

/// Throws where waiting would take a thread of the shared pool away from everybody else.
public func requireWaitingThread(_ function: String = #function) throws {
  guard !WaitingThreads.areCurrent else { return }
  throw TestProgram.Failure(
    description: "\(function) blocks: the trait `.blocking` belongs on the suite of this test")
}
