import ChildProcess
import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

/// Runs one pipeline undisturbed, then again and again with kills.
struct CrashHarness {
  private let pipeline: CrashPipeline
  private let arguments: [String]
  private let folder: TestFolder
  private let speech: String
  private let undisturbed: [String: Data]
  /// How long it takes when nobody kills it.
  private let duration: Duration
  private let seed: UInt64

  init(_ pipeline: CrashPipeline, seed: UInt64) async throws {
    self.pipeline = pipeline
    self.seed = seed
    folder = try TestFolder()
    try folder.write(pipeline.yaml, to: "\(pipeline.name).yaml")
    arguments = try await pipeline.prepare(folder)
    speech = folder.file("speech").path
    let built = TestProcess.videocraft.deletingLastPathComponent()
      .appendingPathComponent("videocraft-speech")
    try FileManager.default.createSymbolicLink(
      atPath: speech, withDestinationPath: built.path)
    let site = try CrashSite(pipeline, arguments: arguments, folder: folder, speech: speech)
    let started = ContinuousClock.now
    let process = try await site.start()
    var end = try await process.wait(atMost: .milliseconds(5))
    var sawSpeech = false
    while end == nil {
      sawSpeech = sawSpeech || !site.speechProcesses().isEmpty
      end = try await process.wait(atMost: .milliseconds(5))
    }
    duration = ContinuousClock.now - started
    try #require(end == .code(0), "\(process.errorOutput)")
    // Else it would be no wonder that none is left over.
    #expect(sawSpeech == pipeline.speaks)
    undisturbed = try site.outputFiles(hidden: true)
    try #require(!undisturbed.isEmpty)
  }

  func perform(rounds: Int) async throws -> CrashTally {
    var tally = CrashTally()
    var generator = SeededGenerator(seed: seed)
    while tally.rounds < rounds {
      try await bringToEnd(&tally, rounds: rounds, &generator)
    }
    return tally
  }

  /// One data folder from nothing to finished outputs. After the last round nothing is killed any more.
  private func bringToEnd(
    _ tally: inout CrashTally, rounds: Int, _ generator: inout SeededGenerator
  ) async throws {
    let site = try CrashSite(pipeline, arguments: arguments, folder: folder, speech: speech)
    var witness = CrashWitness()
    var share = 0.0
    while true {
      let process = try await site.start()
      let delay = tally.rounds < rounds ? delay(after: share, &generator) : .seconds(120)
      let ended = try await process.wait(atMost: delay)
      if let ended {
        tally.problems += try await witness.look(at: site, output: process.output)
        if ended != .code(0) { tally.problems.append("\(ended): \(process.errorOutput)") }
        break
      }
      process.send(SIGKILL)
      if try await process.wait() == .code(0) { break }
      tally.rounds += 1
      tally.longestOrphan = max(tally.longestOrphan, await orphansGone(site, &tally.problems))
      tally.problems += try await witness.look(at: site, output: process.output)
      tally.problems += try visible(in: site)
      tally.places[witness.place, default: 0] += 1
      share = try await fraction(at: site)
    }
    tally.lostAttempts += witness.lostAttempts
    tally.problems += try await witness.lookAtTheEnd(site)
    if try site.outputFiles(hidden: true) != undisturbed {
      tally.problems.append("the outputs are not those of an undisturbed run")
    }
    tally.problems += try site.damagedArtifacts().map { "artifact `\($0)` is damaged" }
    tally.finishedRuns += 1
  }

  /// One time in four while the process starts, else anywhere in what is left to do.
  ///
  /// - Parameter share: of the run that is done already, 0 to 1.
  private func delay(after share: Double, _ generator: inout SeededGenerator) -> Duration {
    if Int.random(in: 0..<4, using: &generator) == 0 {
      return .milliseconds(Int.random(in: 0...120, using: &generator))
    }
    // Half of the time as if nothing were done: then many come to their end, and begin from nothing again.
    let rest = Bool.random(using: &generator) ? 1.1 : 1.1 - share * 0.9
    return duration * (Double.random(in: 0...1, using: &generator) * rest)
  }

  private func fraction(at site: CrashSite) async throws -> Double {
    let archive = try await Wiring.archive(dataFolder: site.data.path)
    guard let run = try await archive.journal.runs(limit: 1).first else { return 0 }
    if run.state.isOver { return 1 }
    return try await archive.journal.events(of: run.record.id, after: 0)
      .compactMap(\.runFraction).last ?? 0
  }

  /// Whatever can be seen in the output folder is complete.
  private func visible(in site: CrashSite) throws -> [String] {
    try site.outputFiles().compactMap { path, bytes in
      if undisturbed[path] == bytes { return nil }
      return "`\(path)` in the output folder is not what it should be"
    } + site.damagedArtifacts().map { "artifact `\($0)` is damaged" }
  }

  /// Waits until the programs that the killed process had started are gone, and returns how long that took.
  private func orphansGone(_ site: CrashSite, _ problems: inout [String]) async -> Duration {
    let started = ContinuousClock.now
    while true {
      let taken = ContinuousClock.now - started
      if site.speechProcesses().isEmpty { return taken }
      if taken > .seconds(30) {
        problems.append("a speech process outlived the one that started it")
        return taken
      }
      try? await Task.sleep(for: .milliseconds(5))
    }
  }
}
