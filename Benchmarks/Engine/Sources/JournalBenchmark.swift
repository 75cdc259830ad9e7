import Foundation
import Pipeline
import Store

/// Progress of many live runs at once, with state events between them that must be on disk when they return.
struct JournalBenchmark {
  let runs = 50
  let updatesPerSecond = 2000
  let seconds = 10
  /// One of so many updates is followed by a state event.
  let stateEvery = 20

  private struct Outcome {
    var relaxed = Figures()
    var durable = Figures()
    var sent = 0
  }

  func perform(in folder: URL) async throws {
    let artifacts = try FileArtifactStore(folder: folder.appendingPathComponent("artifacts"))
    let path = folder.appendingPathComponent("journal.sqlite").path
    let journal = try SQLJournal(path: path, artifacts: artifacts)
    let started = ContinuousClock.now
    let outcomes = try await withThrowingTaskGroup(of: (String, Outcome).self) { group in
      for number in 0..<runs {
        let id = "run-\(number)"
        group.addTask { (id, try await live(id, in: journal, since: started)) }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    let taken = ContinuousClock.now - started
    let reopened = try SQLJournal(path: path, artifacts: artifacts)
    try await report(outcomes, taken: taken, found: reopened)
  }

  private func live(
    _ id: String, in journal: SQLJournal, since start: ContinuousClock.Instant
  ) async throws -> Outcome {
    try await journal.create(
      RunRecord(
        id: id, pipeline: "bench", createdAt: 0, source: PipelineSource(.init(name: nil, text: "")),
        inputs: [:], inputFolder: "/"))
    var outcome = Outcome()
    let gap = Duration.seconds(1) * runs / updatesPerSecond
    let count = updatesPerSecond * seconds / runs
    for number in 1...count {
      try await Task.sleep(until: start + gap * number, clock: .continuous)
      outcome.sent += 1
      outcome.relaxed.add(
        try await write(progress(id, number), outcome.sent, .relaxed, to: journal))
      guard number % stateEvery == 0 else { continue }
      outcome.sent += 1
      let event = RunEvent(run: id, type: .stageCompleted, stage: "work")
      outcome.durable.add(try await write(event, outcome.sent, .full, to: journal))
    }
    return outcome
  }

  private func progress(_ id: String, _ number: Int) -> RunEvent {
    var event = RunEvent(run: id, type: .stageProgress, stage: "work")
    event.done = Double(number)
    event.total = 400
    event.unit = .frames
    event.fraction = Double(number) / 400
    return event
  }

  private func write(
    _ event: RunEvent, _ seq: Int, _ durability: JournalBatch.Durability, to journal: SQLJournal
  ) async throws -> Duration {
    let begun = ContinuousClock.now
    try await journal.write(
      JournalBatch(
        run: event.run, events: [event.numbered(seq, at: seq)], durability: durability))
    return ContinuousClock.now - begun
  }

  private func report(
    _ outcomes: [String: Outcome], taken: Duration, found journal: SQLJournal
  ) async throws {
    var relaxed = Figures()
    var durable = Figures()
    var lost = 0
    for (id, outcome) in outcomes {
      relaxed.merge(outcome.relaxed)
      durable.merge(outcome.durable)
      let events = try await journal.events(of: id, after: 0)
      lost += outcome.sent - events.count
      if events.map(\.seq) != Array(1...outcome.sent) { lost += 1 }
    }
    let rate = Double(relaxed.count) / Figures.milliseconds(taken) * 1000
    print(
      """
      journal: \(runs) live runs, \(Int(rate)) progress updates a second for \(seconds) s
        progress  \(relaxed.count) written, \(relaxed.summary)
        state     \(durable.count) written and on disk, \(durable.summary)
        lost      \(lost)
      """)
  }
}
