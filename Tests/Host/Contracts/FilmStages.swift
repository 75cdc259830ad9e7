import Foundation
import Pipeline
import Threads

import struct Pipeline.Port

/// Makes a take: is half done, waits at its gate, and is done.
struct ShootStage: Stage {
  static let info = StageInfo("shoot", version: "1.0.0", cacheVersion: 1, summary: "Shoots.")
  struct Options: StageOptions {
    @Field("What is in it.") var text: String
    @Field("Which gate to wait at.") var gate: String
  }
  struct Outputs: Ports {
    @Port("The take.") var take: PlainFile
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  /// How often which text was shot.
  static let tally = Locked<[String: Int]>([:])

  func run(_ inputs: NoPorts, _ context: StageContext) async throws -> Outputs {
    Self.tally.withLock { $0[options.text, default: 0] += 1 }
    context.progress(1, of: 2, unit: .frames, phase: "shooting")
    context.log("at the gate")
    try await Gate.named(options.gate).pass()
    let url = context.newFile("take.mp4")
    try Data("take of \(options.text)".utf8).write(to: url)
    var outputs = Outputs()
    outputs.take = PlainFile(try await context.store(url, as: "take.mp4"))
    return outputs
  }
}

/// Makes a film of a take; a bad one it refuses.
struct CutStage: Stage {
  static let info = StageInfo("cut", version: "1.0.0", cacheVersion: 1, summary: "Cuts.")
  struct Options: StageOptions {
    @Field("What is in it.") var text: String
    @Field("Which gate to wait at.") var gate: String
  }
  struct Inputs: Ports {
    @Port("The take.") var take: PlainFile
  }
  struct Outputs: Ports {
    @Port("The film.") var film: PlainFile
  }
  let options: Options
  init(_ options: Options) { self.options = options }

  func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    context.progress(1, of: 4, unit: .frames, phase: "cutting")
    context.log("at the gate")
    try await Gate.named("\(options.gate) again").pass()
    let url = context.newFile("film.mp4")
    if options.text.hasPrefix("bad") {
      try Data().write(to: url)
      throw StageError(
        .invalidInput, "the take of `\(options.text)` cannot be cut",
        cause: "no keyframe found in \(url.path)",
        field: "take")
    }
    try Data("film of \(options.text)".utf8).write(to: url)
    var outputs = Outputs()
    outputs.film = PlainFile(try await context.store(url, as: "film.mp4"))
    return outputs
  }
}
