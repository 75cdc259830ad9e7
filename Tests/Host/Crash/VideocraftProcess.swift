import Foundation
import TestSupport
import Testing
import Threads

@testable import videocraft

/// `videocraft` as a process of its own, which can be killed at any moment.
final class VideocraftProcess: Sendable {
  /// `$VIDEOCRAFT_PROGRAM`, else beside the test bundle, where the build puts every product.
  static var program: URL {
    if let path = ProcessInfo.processInfo.environment["VIDEOCRAFT_PROGRAM"] {
      return URL(fileURLWithPath: path)
    }
    let folder =
      Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
      ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return folder.deletingLastPathComponent().appendingPathComponent("videocraft")
  }

  enum End: Sendable, Hashable {
    case code(Int32)
    case signal(Int32)
  }

  let id: Int32
  private let out: URL
  private let errors: URL
  private let end = Locked<End?>(nil)

  /// - Parameters:
  ///   - folder: takes what the process writes, and stays.
  ///   - environment: added to that of the test.
  init(_ arguments: [String], in folder: TestFolder, environment: [String: String] = [:]) throws {
    let name = UUID().uuidString
    out = try folder.write("", to: "out-\(name)")
    errors = try folder.write("", to: "err-\(name)")
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: errors)
    let end = end
    process.terminationHandler = { ended in
      end.withLock { end in
        end =
          ended.terminationReason == .exit
          ? .code(ended.terminationStatus) : .signal(ended.terminationStatus)
      }
    }
    try process.run()
    id = process.processIdentifier
  }

  func wait() async -> End {
    while true {
      if let end = await wait(atMost: .seconds(3600)) { return end }
    }
  }

  func send(_ signal: Int32) { kill(id, signal) }

  /// Waits for the end at most so long. Nil when it still runs.
  func wait(atMost limit: Duration) async -> End? {
    let deadline = ContinuousClock.now + limit
    while true {
      if let end = end.withLock({ $0 }) { return end }
      let now = ContinuousClock.now
      if now >= deadline { return nil }
      try? await Task.sleep(until: min(deadline, now + .milliseconds(5)), clock: .continuous)
    }
  }

  /// What it has written to standard output until now.
  var output: String { (try? String(contentsOf: out, encoding: .utf8)) ?? "" }
  var errorOutput: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

  /// Waits until standard error or standard output holds a text. False when the process ends without it.
  func says(_ text: String) async -> Bool {
    while true {
      let isOver = await wait(atMost: .milliseconds(20)) != nil
      if output.contains(text) || errorOutput.contains(text) { return true }
      if isOver { return false }
    }
  }
}
