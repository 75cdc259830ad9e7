public import Foundation

/// What a program did that a test ran.
public struct TestProgram: Sendable {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  public var status: Int32
  public var output: Data
  public var errors: String

  public var text: String { String(decoding: output, as: UTF8.self) }

  /// Runs a program from the usual path and waits for its end without blocking a thread of the pool.
  ///
  /// - Parameter checked: whether an exit status other than 0 throws a `Failure` with what it wrote to stderr.
  public static func run(
    _ name: String, _ arguments: [String], in folder: URL? = nil, checked: Bool = true
  ) async throws -> TestProgram {
    let files = try TestFolder()
    let output = try files.write("", to: "out")
    let errors = try files.write("", to: "err")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    if let folder { process.currentDirectoryURL = folder }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    let result = TestProgram(
      status: status, output: try Data(contentsOf: output),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    guard status == 0 || !checked else {
      throw Failure(description: "`\(name)` ended with \(status): \(result.errors.suffix(2000))")
    }
    return result
  }
}
