import Pipeline
import Testing

/// What every journal promises about runs and their events, asked of both.
@Suite("Journals: runs and events", .timeLimit(.minutes(5)))
struct JournalTests {
  typealias Kind = JournalFixture.Kind

  @Test("an accepted run is queued and as it was given", arguments: Kind.allCases)
  func create(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    let journal = fixture.journal
    try await journal.create(record())
    let status = try #require(try await journal.run("r"))
    #expect(status == RunStatus(record: record(), state: .queued, changedAt: 5))
    #expect(try await journal.run("other") == nil)
    await #expect(throws: JournalError.self) { try await journal.create(record()) }
  }

  @Test("runs are listed newest first by when they were accepted", arguments: Kind.allCases)
  func list(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    let journal = fixture.journal
    for (id, createdAt) in [("b", 3), ("a", 1), ("c", 2)] {
      try await journal.create(record(id, createdAt: createdAt))
    }
    #expect(try await journal.runs(limit: 10).map(\.record.id) == ["c", "a", "b"])
    #expect(try await journal.runs(limit: 2).map(\.record.id) == ["c", "a"])
    #expect(try await journal.runs(limit: 0).isEmpty)
  }

  @Test("events come back in order, after any place", arguments: Kind.allCases)
  func events(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    let journal = fixture.journal
    try await journal.create(record())
    let all = (1...5).map { event($0, $0 == 5 ? .runCompleted : .stageProgress) }
    try await journal.write(JournalBatch(run: "r", events: Array(all[..<3]), durability: .relaxed))
    for event in all[3...] { try await journal.write(JournalBatch(run: "r", events: [event])) }
    #expect(try await journal.events(of: "r", after: 0) == all)
    #expect(try await journal.events(of: "r", after: 3) == Array(all[3...]))
    #expect(try await journal.events(of: "r", after: 5).isEmpty)
    #expect(try await journal.events(of: "unknown", after: 0).isEmpty)
    let status = try await journal.run("r")
    #expect(status?.lastSeq == 5)
    #expect(status?.changedAt == 105)
  }

  @Test(
    "a batch with a wrong event is refused whole",
    arguments: Kind.allCases,
    [
      [event(3)], [event(1)], [event(2), event(2)], [event(2), event(4)],
      [event(2, run: "other")],
    ])
  func refusedEvents(kind: Kind, events: [RunEvent]) async throws {
    let fixture = try JournalFixture(kind)
    let journal = fixture.journal
    try await journal.create(record())
    try await journal.create(record("other"))
    try await journal.write(JournalBatch(run: "r", events: [event(1)]))
    let batch = JournalBatch(
      run: "r", events: events, changes: [.state(.failed), .result(result(key(1)))])
    let error = await #expect(throws: JournalError.self) { try await journal.write(batch) }
    #expect(error?.isFenced == false)
    #expect(try await journal.events(of: "r", after: 0) == [event(1)])
    #expect(try await journal.run("r")?.state == .queued)
    #expect(try await journal.run("r")?.lastSeq == 1)
    #expect(try await journal.results(for: [key(1)]).isEmpty)
  }

  @Test("nothing is written of a run that is not known", arguments: Kind.allCases)
  func unknownRun(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    let batches = [
      JournalBatch(run: "r", events: [event(1)]),
      JournalBatch(run: "r", changes: [.state(.failed)]),
      JournalBatch(run: "r", changes: [.result(result(key(1)))]),
    ]
    for batch in batches {
      await #expect(throws: JournalError.self) { try await fixture.journal.write(batch) }
    }
    await #expect(throws: JournalError.self) { _ = try await fixture.begin(fixture.task("s")) }
    #expect(try await fixture.journal.results(for: [key(1)]).isEmpty)
    #expect(try await fixture.journal.runs(limit: 9).isEmpty)
  }

  @Test("tasks and attempts of another run are refused", arguments: Kind.allCases)
  func strangers(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    try await fixture.journal.create(record())
    try await fixture.journal.create(record("other"))
    let task = fixture.task("s", run: "other")
    let attempt = try await fixture.begin(task)
    await #expect(throws: JournalError.self) { try await fixture.write(.task(taskRecord(task))) }
    await #expect(throws: JournalError.self) {
      try await fixture.write(.attemptEnded(attempt.ended()))
    }
    #expect(try await fixture.journal.attempts(of: "other") == [attempt])
  }

  @Test("state, inputs and outputs come back as they were written", arguments: Kind.allCases)
  func changes(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    try await fixture.journal.create(record())
    let file = try await fixture.file("abc")
    let inputs: [String: Value] = [
      "file": .file(file), "duration": .duration(.milliseconds(1500)),
      "size": .size(PixelSize(width: 4, height: 2)), "list": .list([.null, .boolean(true)]),
      "number": .number(1.5), "integer": .integer(1), "text": .text("1"),
    ]
    try await fixture.write(.state(.running), .inputs(inputs))
    #expect(try await fixture.journal.run("r")?.resolvedInputs == inputs)
    #expect(try await fixture.journal.run("r")?.outputs == nil)
    try await fixture.write(.state(.completed), .outputs(["film": .video(.file(file))]))
    let status = try await fixture.journal.run("r")
    #expect(status?.outputs == ["film": .video(.file(file))])
    #expect(status?.state == .completed)
  }

  @Test("writes of many runs at once all arrive, each run without a gap", arguments: Kind.allCases)
  func manyWriters(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    let journal = fixture.journal
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          let run = "run \(number)"
          try await journal.create(record(run))
          for seq in 1...30 {
            let batch = JournalBatch(
              run: run, events: [event(seq, run: run)],
              durability: seq.isMultiple(of: 10) ? .full : .relaxed)
            try await journal.write(batch)
            #expect(try await journal.run(run)?.lastSeq == seq)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await journal.runs(limit: 100).count == 20)
    for number in 0..<20 {
      let events = try await journal.events(of: "run \(number)", after: 0)
      #expect(events.map(\.seq) == Array(1...30))
    }
  }

  @Test("a refused write takes no other with it", arguments: Kind.allCases)
  func refusedAmongOthers(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    let journal = fixture.journal
    for number in 0..<40 { try await journal.create(record("run \(number)")) }
    let refused = try await withThrowingTaskGroup(of: Int?.self) { group in
      for number in 0..<40 {
        group.addTask {
          let run = "run \(number)"
          let isWrong = number.isMultiple(of: 3)
          let batch = JournalBatch(
            run: run, events: [event(isWrong ? 2 : 1, run: run)],
            changes: [.state(.running), .result(result(key(number)))])
          do { try await journal.write(batch) } catch is JournalError { return number }
          return nil
        }
      }
      return try await group.reduce(into: Set<Int>()) { if let number = $1 { $0.insert(number) } }
    }
    #expect(refused == Set((0..<40).filter { $0.isMultiple(of: 3) }))
    let known = try await journal.results(for: (0..<40).map(key))
    for number in 0..<40 {
      let isWrong = refused.contains(number)
      let status = try await journal.run("run \(number)")
      #expect(status?.state == (isWrong ? .queued : .running))
      #expect(status?.lastSeq == (isWrong ? 0 : 1))
      #expect((known[key(number)] == nil) == isWrong)
    }
  }
}
