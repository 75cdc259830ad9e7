import Foundation
import Pipeline

@testable import videocraft

/// What must hold after every kill, whatever was going on. Remembers what it has seen, because nothing that was
/// once accepted or committed may be gone or different later.
struct CrashWitness {
  /// Runs that the program said it had accepted, or that were found in the journal.
  private var accepted: Set<String> = []
  /// Attempts that a killed process left running.
  private var orphaned: Set<AttemptName> = []
  private(set) var lostAttempts = 0

  private struct AttemptName: Hashable {
    var task: TaskID
    var number: Int
  }

  /// Where the last process was when it was killed.
  private(set) var place = "before the run"

  /// Looks at the data folder while no process works in it. Returns what is wrong; empty when all is well.
  ///
  /// - Parameter output: what the process wrote, one event per line.
  mutating func look(at site: CrashSite, output: String) async throws -> [String] {
    accepted.formUnion(Self.runsSaid(in: output))
    guard FileManager.default.fileExists(atPath: DataFiles(site).database) else {
      place = "before the run"
      return accepted.isEmpty ? [] : ["the journal is gone"]
    }
    let archive = try await Wiring.archive(dataFolder: site.data.path)
    let runs = try await archive.journal.runs(limit: .max)
    var problems = accepted.subtracting(runs.map(\.record.id)).map { "run \($0) was lost" }
    accepted.formUnion(runs.map(\.record.id))
    if runs.count(where: { !$0.state.isOver }) > 1 {
      problems.append("an interrupted run was not continued but begun anew")
    }
    var stillRunning: Set<AttemptName> = []
    for run in runs {
      problems += try await look(at: run, in: archive.journal, &stillRunning)
    }
    orphaned = stillRunning
    place = try await Self.place(of: runs.first, in: archive.journal)
    return problems
  }

  private struct DataFiles {
    var database: String
    init(_ site: CrashSite) {
      database = site.data.appendingPathComponent("videocraft.sqlite").path
    }
  }

  private mutating func look(
    at run: RunStatus, in journal: any RunJournal, _ stillRunning: inout Set<AttemptName>
  ) async throws -> [String] {
    let id = run.record.id
    var problems: [String] = []
    let numbers = try await journal.events(of: id, after: 0).map(\.seq)
    if numbers != Array(1..<numbers.count + 1) { problems.append("run \(id) has a gap in `seq`") }
    if run.lastSeq != numbers.count { problems.append("run \(id) miscounts its events") }
    let attempts = try await journal.attempts(of: id)
    for (task, attempts) in Dictionary(grouping: attempts, by: \.task) {
      let name = "\(task.stage)\(task.item.map { "[\($0)]" } ?? "") of run \(id)"
      if attempts.count(where: { $0.state == .completed }) > 1 {
        problems.append("\(name) was committed twice")
      }
      if attempts.map(\.number).sorted() != Array(1..<attempts.count + 1) {
        problems.append("\(name) has a gap in its attempts")
      }
      for attempt in attempts {
        let attemptName = AttemptName(task: task, number: attempt.number)
        if attempt.state == .running { stillRunning.insert(attemptName) }
        if orphaned.contains(attemptName) {
          if attempt.state == .lost { lostAttempts += 1 }
          if attempt.state == .completed || attempt.state == .failed {
            problems.append("\(name): attempt \(attempt.number) of a dead process ended")
          }
        }
        if attempt.state == .failed {
          problems.append("\(name) failed: \(attempt.error?.description ?? "")")
        }
      }
    }
    return problems
  }

  /// What is left when the program has come to its end.
  func lookAtTheEnd(_ site: CrashSite) async throws -> [String] {
    let archive = try await Wiring.archive(dataFolder: site.data.path)
    var problems = site.remains().map { "`\($0)` was left behind" }
    for run in try await archive.journal.runs(limit: .max) {
      if run.state != .completed {
        problems.append("run \(run.record.id) is \(run.state.rawValue)")
      }
      let open = try await archive.journal.attempts(of: run.record.id)
        .filter { $0.state == .running }
      if !open.isEmpty { problems.append("run \(run.record.id) has attempts that never ended") }
    }
    return problems
  }

  private static func runsSaid(in output: String) -> [String] {
    output.split(separator: "\n").compactMap { line in
      // The last line may be cut short by the kill.
      guard let event = try? JSONDecoder().decode(RunEvent.self, from: Data(line.utf8)) else {
        return nil
      }
      return event.run
    }
  }

  private static func place(of run: RunStatus?, in journal: any RunJournal) async throws -> String {
    guard let run else { return "before the run" }
    if run.state.isOver { return "after the run" }
    let running = try await journal.attempts(of: run.record.id).filter { $0.state == .running }
    if let stage = running.last?.task.stage { return "in `\(stage)`" }
    return run.lastSeq == 0 ? "before the run" : "between stages"
  }
}
