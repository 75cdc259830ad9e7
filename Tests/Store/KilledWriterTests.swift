import Foundation
import Pipeline
import Store
import TestSupport
import Testing
import Threads

/// A process that writes is killed at any moment; what it was told to be written must be there.
@Suite("Killed writers", .serialized, .timeLimit(.minutes(10)))
struct KilledWriterTests {
  @Test("what was acknowledged before the kill is there, whole and without a gap", arguments: 1...8)
  func killed(round: Int) async throws {
    let folder = try TestFolder()
    let place = folder.url.path
    let deadline = 20 + round * 23
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [place = place as String, deadline = deadline as Int] in
      try await KilledWriter.write(in: URL(fileURLWithPath: place), untilAcknowledged: deadline)
    }
    let acknowledged = try KilledWriter.acknowledged(in: folder.url)
    #expect(acknowledged.values.reduce(0, +) >= deadline)

    let artifacts = try FileArtifactStore(folder: folder.file("artifacts"))
    let journal = try SQLJournal(path: folder.file("journal.sqlite").path, artifacts: artifacts)
    let unfinished = try await journal.recover(owner: "next")
    #expect(unfinished.count >= acknowledged.count)
    for status in unfinished {
      let run = status.record.id
      #expect(status.state == .interrupted || status.state == .queued)
      let seqs = try await journal.events(of: run, after: 0).map(\.seq)
      #expect(seqs == Array(1..<seqs.count + 1))
      #expect(status.lastSeq == seqs.count)
      // One result for each step that was written, all or nothing.
      let completed = try await journal.attempts(of: run).filter { $0.state == .completed }
      #expect(completed.count >= acknowledged[run, default: 0])
      let results = try await journal.results(for: completed.map { KilledWriter.key(of: $0.task) })
      #expect(results.count == completed.count)
      for file in results.values.flatMap({ $0.outputs.values.flatMap(\.files) }) {
        _ = try await artifacts.open(file)
      }
      #expect(try await journal.attempts(of: run).allSatisfy { $0.state != .running })
    }
    #expect(try folder.contents().filter { $0.hasPrefix("artifacts/incoming/") }.isEmpty)
  }
}

/// What the process does that is killed.
enum KilledWriter {
  static func key(of task: TaskID) -> Digest {
    Digest(of: "\(task.run) \(task.item ?? 0)".utf8)
  }

  /// Eight runs write steps at once, each with a file; after so many acknowledged steps the process is killed while
  /// the others are at it.
  static func write(in folder: URL, untilAcknowledged deadline: Int) async throws {
    let artifacts = try FileArtifactStore(folder: folder.appendingPathComponent("artifacts"))
    let journal = try SQLJournal(
      path: folder.appendingPathComponent("journal.sqlite").path, artifacts: artifacts)
    let log = folder.appendingPathComponent("acknowledged").path
    let counter = Counter()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          let run = "run-\(number)"
          try await journal.create(record(run))
          try await journal.write(
            JournalBatch(run: run, events: [event(1, run: run)], changes: [.state(.running)]))
          for step in 0... {
            let source = folder.appendingPathComponent("source \(run)")
            try Data("\(run) \(step)".utf8).write(to: source)
            let file = try await artifacts.adopt(source, as: "file")
            let task = TaskID(run: run, stage: "s", item: step)
            let attempt = try await journal.beginAttempt(of: task, owner: "dying", leaseUntil: 0)
            let changes: [JournalBatch.Change] = [
              .attemptEnded(attempt.ended()), .result(result(key(of: task), ["f": .file(file)])),
            ]
            try await journal.write(
              JournalBatch(run: run, events: [event(step + 2, run: run)], changes: changes))
            acknowledge(run, in: log)
            if counter.next() == deadline { kill(getpid(), SIGKILL) }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// One write to the end of the file, which other threads cannot tear.
  private static func acknowledge(_ run: String, in path: String) {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let line = run + "\n"
    _ = Foundation.write(file, line, line.utf8.count)
    close(file)
  }

  /// How many steps of each run.
  static func acknowledged(in folder: URL) throws -> [String: Int] {
    let text = try String(
      contentsOf: folder.appendingPathComponent("acknowledged"), encoding: .utf8)
    return text.split(separator: "\n").reduce(into: [:]) { $0[String($1), default: 0] += 1 }
  }
}
