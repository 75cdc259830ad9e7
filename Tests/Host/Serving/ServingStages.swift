import Foundation
import Pipeline
import Threads

import struct Pipeline.Port

/// Says its text, writes it into a file, and says how far it is.
struct SayStage: Stage {
  static let info = StageInfo("say", version: "1.0.0", cacheVersion: 1, summary: "Says text.")
  struct Options: StageOptions {
    @Field("What to say.") var text: String
  }
  struct Outputs: Ports {
    @Port("What was said.") var said: String
    @Port("The same in a file.") var file: PlainFile
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    context.log("saying it")
    for step in 1...4 { context.progress(Double(step), of: 4, unit: .words) }
    let url = context.newFile("said.txt")
    try Data(options.text.utf8).write(to: url)
    var outputs = Outputs()
    outputs.said = options.text
    outputs.file = PlainFile(try await context.store(url, as: "said.txt"))
    return outputs
  }
}

/// Gives a file's text back.
struct ReadStage: Stage {
  static let info = StageInfo("read", version: "1.0.0", cacheVersion: 1, summary: "Reads a file.")
  struct Options: StageOptions {
    @Field("The file.") var file: PlainFile
  }
  struct Outputs: Ports {
    @Port("Its text.") var text: String
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    let url = try await context.open(options.file.reference)
    outputs.text = try String(contentsOf: url, encoding: .utf8)
    return outputs
  }
}

/// Waits until a test opens its gate.
struct WaitStage: Stage {
  static let info = StageInfo("wait", version: "1.0.0", cacheVersion: 1, summary: "Waits.")
  struct Options: StageOptions {
    @Field("Which gate.") var gate: String
  }
  struct Outputs: Ports {
    @Port("The gate.") var passed: String
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    context.log("at the gate")
    try await Gate.named(options.gate).pass()
    var outputs = Outputs()
    outputs.passed = options.gate
    return outputs
  }
}

/// A place where tasks wait until it is opened, once and for ever.
final class Gate: Sendable {
  private static let all = Locked<[String: Gate]>([:])

  static func named(_ name: String) -> Gate {
    all.withLock { gates in
      let gate = gates[name] ?? Gate()
      gates[name] = gate
      return gate
    }
  }

  private struct State: Sendable {
    var isOpen = false
    var next = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Locked(State())

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for waiter in waiting { waiter.resume() }
  }

  /// Throws when cancelled.
  func pass() async throws {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if state.isOpen || Task.isCancelled { return true }
          state.waiting[number] = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
    }
    try Task.checkCancellation()
  }
}
