import Foundation
import Pipeline
import Threads

import struct Pipeline.Port

/// Gives its text back, in upper case if wanted, and counts how often it ran.
struct Shout: Stage {
  static let info = StageInfo("shout", version: "1.0.0", cacheVersion: 1, summary: "Echoes text.")
  struct Options: StageOptions {
    @Field("What to say.") var text: String
    @Field("In capitals.") var loud = false
  }
  struct Outputs: Ports {
    @Port("What was said.") var said: String
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    Calls.shared.count("shout \(options.text)")
    context.progress(1, of: 2, unit: .words)
    context.progress(2, of: 2, unit: .words)
    var outputs = Outputs()
    outputs.said = options.loud ? options.text.uppercased() : options.text
    return outputs
  }
}

/// Writes its texts into a file.
struct Join: Stage {
  static let info = StageInfo("join", version: "1.0.0", cacheVersion: 1, summary: "Joins texts.")
  struct Inputs: Ports {
    @Port("Texts.") var texts: [String]
  }
  struct Outputs: Ports {
    @Port("The file.") var file: PlainFile
    @Port("The text.") var text: String
  }
  init(_ options: NoOptions) {}

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    let text = inputs.texts.joined(separator: " ")
    let url = context.newFile("joined.txt")
    try Data(text.utf8).write(to: url)
    var outputs = Outputs()
    outputs.file = PlainFile(try await context.store(url, as: "joined.txt"))
    outputs.text = text
    return outputs
  }
}

/// Fails as often as it is told, then works.
struct Flaky: Stage {
  static let info = StageInfo("flaky", version: "1.0.0", cacheVersion: 1, summary: "Fails.")
  struct Options: StageOptions {
    @Field("How often.") var failures = 1
    @Field("The class of the error.") var error = "transient"
    @Field("Tells runs apart.") var name = "flaky"
    @Field("How long to ask for patience.") var patience: Duration?
  }
  struct Outputs: Ports {
    @Port("The attempt that worked.") var attempt: Int
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    Calls.shared.count(options.name)
    if context.attempt <= options.failures {
      throw StageError(
        .init(rawValue: options.error) ?? .internal, "not yet", retryAfter: options.patience)
    }
    var outputs = Outputs()
    outputs.attempt = context.attempt
    return outputs
  }
}

/// Waits until it is cancelled, leaving a file behind in its scratch folder.
struct Wait: Stage {
  static let info = StageInfo("wait", version: "1.0.0", cacheVersion: 1, summary: "Waits.")
  struct Outputs: Ports {
    @Port("Nothing.") var nothing: String?
  }
  init(_ options: NoOptions) {}

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    try Data("half".utf8).write(to: context.newFile("half.bin"))
    context.log("waiting")
    let (never, _) = AsyncStream.makeStream(of: Void.self)
    for await _ in never {}  // ends when the task is cancelled
    throw CancellationError()
  }
}

/// How often stages ran, by name. Names are unique to a test.
final class Calls: Sendable {
  static let shared = Calls()
  private let counts = Locked<[String: Int]>([:])
  func count(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }
  subscript(name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
}

/// Runs until a test opens its gate, then gives its text back.
struct Gated: Stage {
  static let info = StageInfo("gated", version: "1.0.0", cacheVersion: 1, summary: "Waits.")
  struct Options: StageOptions {
    @Field("Which gate, and what to give back.") var name: String
  }
  struct Outputs: Ports {
    @Port("The name.") var said: String
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    Calls.shared.count(options.name)
    context.log("at the gate")
    try await Gates.shared.pass(options.name)
    var outputs = Outputs()
    outputs.said = options.name
    return outputs
  }
}

/// Reads a file.
struct Read: Stage {
  static let info = StageInfo("read", version: "1.0.0", cacheVersion: 1, summary: "Reads text.")
  struct Options: StageOptions {
    @Field("Tells runs apart.") var name = "read"
    @Field("A second file.") var more: PlainFile?
  }
  struct Inputs: Ports {
    @Port("The file.") var file: PlainFile
  }
  struct Outputs: Ports {
    @Port("What is in it.") var text: String
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    Calls.shared.count(options.name)
    var text = try String(
      contentsOf: try await context.open(inputs.file.reference), encoding: .utf8)
    if let more = options.more {
      text += try String(contentsOf: try await context.open(more.reference), encoding: .utf8)
    }
    var outputs = Outputs()
    outputs.text = text
    return outputs
  }
}

/// Needs more scratch than any disk has.
struct Hungry: Stage {
  static let info = StageInfo(
    "hungry", version: "1.0.0", cacheVersion: 1, summary: "Needs disk.", scratchPerInputByte: 1e15)
  struct Inputs: Ports {
    @Port("A file.") var file: PlainFile
  }
  struct Outputs: Ports {
    @Port("Nothing.") var nothing: String?
  }
  init(_ options: NoOptions) {}
  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs { Outputs() }
}

/// Gives its number back.
struct Count: Stage {
  static let info = StageInfo("count", version: "1.0.0", cacheVersion: 1, summary: "Counts.")
  struct Options: StageOptions {
    @Field("The number.") var number: Int
  }
  struct Outputs: Ports {
    @Port("The number.") var number: Int
  }
  let options: Options
  init(_ options: Options) { self.options = options }
  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    outputs.number = options.number
    return outputs
  }
}

/// Reports and logs a lot.
struct Chatty: Stage {
  static let info = StageInfo("chatty", version: "1.0.0", cacheVersion: 1, summary: "Talks.")
  struct Options: StageOptions {
    @Field("Tells runs apart.") var number: Int
  }
  struct Outputs: Ports {
    @Port("The number.") var said: String
  }
  let options: Options
  init(_ options: Options) { self.options = options }
  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    for step in 1...40 {
      context.progress(Double(step), of: 40, unit: .items)
      context.log("step \(step)")
      await Task.yield()
    }
    var outputs = Outputs()
    outputs.said = "\(options.number)"
    return outputs
  }
}

/// Looks at a secret.
struct Ask: Stage {
  static let info = StageInfo("ask", version: "1.0.0", cacheVersion: 1, summary: "Asks.")
  struct Options: StageOptions {
    @Field("The key.") var key: Secret
  }
  struct Outputs: Ports {
    @Port("How long the secret is.") var length: Int
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    outputs.length = try await context.reveal(options.key).count
    return outputs
  }
}

/// A film of a length, not rendered.
struct Film: Stage {
  static let info = StageInfo("film", version: "1.0.0", cacheVersion: 1, summary: "Makes a film.")
  struct Options: StageOptions {
    @Field("How long.") var length = Duration.seconds(1)
  }
  struct Outputs: Ports {
    @Port("The film.") var video: Video
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    var outputs = Outputs()
    outputs.video = .timeline(
      Timeline(
        canvas: Canvas(size: PixelSize(width: 16, height: 16)),
        duration: MediaTime(options.length)))
    return outputs
  }
}

/// Doors that tests open, by name. Names are unique to a test.
final class Gates: Sendable {
  static let shared = Gates()
  private struct State: Sendable {
    var open: Set<String> = []
    var waiting: [String: [Int: CheckedContinuation<Void, Never>]] = [:]
    var number = 0
  }
  private let state = Locked(State())

  func open(_ name: String) {
    let waiting = state.withLock { state in
      state.open.insert(name)
      return state.waiting.removeValue(forKey: name) ?? [:]
    }
    for continuation in waiting.values { continuation.resume() }
  }

  /// Waits until the gate is open. Throws when cancelled.
  func pass(_ name: String) async throws {
    let number = state.withLock { state in
      state.number += 1
      return state.number
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOpen = state.withLock { state in
          if state.open.contains(name) || Task.isCancelled { return true }
          state.waiting[name, default: [:]][number] = continuation
          return false
        }
        if isOpen { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting[name]?.removeValue(forKey: number) }?.resume()
    }
    try Task.checkCancellation()
  }
}
