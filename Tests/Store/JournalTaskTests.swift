import Pipeline
import Testing

/// What every journal promises about tasks, attempts and recovery, asked of both.
@Suite("Journals: tasks and attempts", .timeLimit(.minutes(5)))
struct JournalTaskTests {
  typealias Kind = JournalFixture.Kind

  private func fixture(_ kind: Kind) async throws -> JournalFixture {
    let fixture = try JournalFixture(kind)
    try await fixture.journal.create(record())
    return fixture
  }

  @Test("tasks come back in the order they were first written", arguments: Kind.allCases)
  func tasks(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let ids = [("z", nil), ("a", 10), ("a", 2), ("a", nil)].map { fixture.task($0.0, $0.1) }
    for id in ids { try await fixture.write(.task(taskRecord(id))) }
    let done = taskRecord(ids[1], .completed, key: key(1), part: "ä", elapsed: 12)
    try await fixture.write(.task(done))
    let tasks = try await fixture.journal.tasks(of: "r")
    #expect(tasks == [taskRecord(ids[0]), done, taskRecord(ids[2]), taskRecord(ids[3])])
    #expect(try await fixture.journal.tasks(of: "other").isEmpty)
  }

  @Test(
    "a decision comes back whatever the reason", arguments: Kind.allCases,
    [
      TaskDecision.Reason.known(run: "q"), .neverMade, .forgotten, .refreshed, .cacheOff,
      .changed([.init(part: "with.x", before: "1", after: nil, from: "voice")]),
      .waitsFor(["a"]), .skipped(["`if` is false"]), .blockedBy(["b", "c"]),
    ])
  func decisions(kind: Kind, reason: TaskDecision.Reason) async throws {
    let fixture = try await fixture(kind)
    var task = taskRecord(fixture.task("s"))
    task.decision = TaskDecision(.skip, reason)
    try await fixture.write(.task(task))
    #expect(try await fixture.journal.tasks(of: "r") == [task])
  }

  @Test("attempts are numbered within their task", arguments: Kind.allCases)
  func numbers(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let task = fixture.task("s", 0)
    let first = try await fixture.begin(task)
    let expected = AttemptRecord(
      task: task, number: 1, owner: "me", startedAt: fixture.clock.now, leaseUntil: 30_000)
    #expect(first == expected)
    let failure = StageError(
      .transient, "busy", cause: "503", field: "url", retryAfter: .seconds(2))
    let failed = first.ended(.failed, error: failure)
    try await fixture.write(.attemptEnded(failed))
    fixture.clock.advance(by: 10)
    let second = try await fixture.begin(task)
    #expect(second.number == 2)
    #expect(try await fixture.begin(fixture.task("s", 1)).number == 1)
    #expect(try await fixture.begin(fixture.task("s")).number == 1)
    #expect(try await fixture.journal.attempts(of: "r").prefix(1) == [failed])
    #expect(try await fixture.journal.attempts(of: "r").count == 4)
  }

  @Test("a task has one running attempt", arguments: Kind.allCases)
  func oneAttempt(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let task = fixture.task("s")
    _ = try await fixture.begin(task)
    let error = await #expect(throws: JournalError.self) {
      _ = try await fixture.begin(task, owner: "you")
    }
    #expect(error?.isFenced == true)
    #expect(try await fixture.journal.attempts(of: "r").count == 1)
  }

  @Test("an attempt ends once; what it brings the second time is refused", arguments: Kind.allCases)
  func endsOnce(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let task = fixture.task("s")
    let attempt = try await fixture.begin(task)
    try await fixture.write(.attemptEnded(attempt.ended()), .result(result(key(1))))
    let again = JournalBatch(
      run: "r", events: [event(1)],
      changes: [.result(result(key(2))), .attemptEnded(attempt.ended(.failed))])
    let error = await #expect(throws: JournalError.self) { try await fixture.journal.write(again) }
    #expect(error?.isFenced == true)
    #expect(try await fixture.journal.results(for: [key(1), key(2)]).keys.sorted() == [key(1)])
    #expect(try await fixture.journal.events(of: "r", after: 0).isEmpty)
    #expect(try await fixture.journal.attempts(of: "r") == [attempt.ended()])
  }

  @Test("an attempt cannot end twice in one batch", arguments: Kind.allCases)
  func endsOnceInOneBatch(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let attempt = try await fixture.begin(fixture.task("s"))
    await #expect(throws: JournalError.self) {
      try await fixture.write(
        .attemptEnded(attempt.ended()), .attemptEnded(attempt.ended(.failed)))
    }
    #expect(try await fixture.journal.attempts(of: "r") == [attempt])
  }

  @Test("an attempt of a dead process can no longer bring anything", arguments: Kind.allCases)
  func fenced(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let task = fixture.task("s")
    let zombie = try await fixture.begin(task, owner: "dead")
    _ = try await fixture.journal.recover(owner: "me")
    let commit = JournalBatch.Change.attemptEnded(zombie.ended())
    await #expect(throws: JournalError.self) {
      try await fixture.write(commit, .result(result(key(1))))
    }
    let mine = try await fixture.begin(task)
    #expect(mine.number == 2)
    let error = await #expect(throws: JournalError.self) {
      try await fixture.write(commit, .result(result(key(1))))
    }
    #expect(error?.isFenced == true)
    #expect(try await fixture.journal.results(for: [key(1)]).isEmpty)
    try await fixture.write(.attemptEnded(mine.ended()), .result(result(key(1))))
    #expect(try await fixture.journal.attempts(of: "r").map(\.state) == [.lost, .completed])
  }

  @Test("leases are renewed for running attempts of one owner", arguments: Kind.allCases)
  func leases(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let mine = try await fixture.begin(fixture.task("a"))
    let ended = try await fixture.begin(fixture.task("b"))
    let yours = try await fixture.begin(fixture.task("c"), owner: "you")
    try await fixture.write(.attemptEnded(ended.ended()))
    try await fixture.journal.renewLeases(of: "me", until: 99_000)
    let leases = try await fixture.journal.attempts(of: "r").map { ($0.task.stage, $0.leaseUntil) }
    #expect(
      Dictionary(uniqueKeysWithValues: leases) == [
        mine.task.stage: 99_000, ended.task.stage: 30_000, yours.task.stage: 30_000,
      ])
  }

  @Test("recovery gives up what the dead did and says so in order", arguments: Kind.allCases)
  func recovery(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let journal = fixture.journal
    for id in ["queued", "over"] { try await journal.create(record(id)) }
    try await journal.write(
      JournalBatch(run: "r", events: [event(1, .runStarted)], changes: [.state(.running)]))
    let first = try await fixture.begin(fixture.task("a"), owner: "dead")
    fixture.clock.advance(by: 5)
    let second = try await fixture.begin(fixture.task("b", 3), owner: "dead too")
    _ = try await fixture.begin(fixture.task("c"), owner: "me")
    let forgotten = try await fixture.begin(fixture.task("d", run: "over"), owner: "dead")
    try await fixture.write(.state(.failed), run: "over")
    fixture.clock.advance(by: 5)

    let unfinished = try await journal.recover(owner: "me")
    #expect(unfinished.map(\.record.id) == ["r", "queued"])
    #expect(unfinished.map(\.state) == [.interrupted, .queued])
    #expect(unfinished.map(\.lastSeq) == [4, 0])
    let now = fixture.clock.now
    let expected = [
      event(1, .runStarted), RunEvent(lost: first).numbered(2, at: now),
      RunEvent(lost: second).numbered(3, at: now),
      RunEvent(run: "r", type: .runInterrupted).numbered(4, at: now),
    ]
    #expect(try await journal.events(of: "r", after: 0) == expected)
    let states = try await journal.attempts(of: "r").map { ($0.task.stage, $0.state) }
    #expect(
      Dictionary(uniqueKeysWithValues: states) == ["a": .lost, "b": .lost, "c": .running])
    #expect(try await journal.events(of: "over", after: 0).isEmpty)
    #expect(try await journal.attempts(of: "over") == [forgotten.ended(.lost, at: now)])
    #expect(try await journal.recover(owner: "me") == unfinished)
    #expect(try await journal.run("r") == unfinished.first)
  }

  @Test("the previous task is the newest run's whose parts are known", arguments: Kind.allCases)
  func previous(kind: Kind) async throws {
    let fixture = try await fixture(kind)
    let journal = fixture.journal
    for id in ["r2", "r3"] { try await journal.create(record(id)) }
    try await journal.create(record("x", pipeline: "other"))
    #expect(try await journal.previousTask(pipeline: "p", stage: "s", item: nil) == nil)
    let second = taskRecord(fixture.task("s", run: "r2"), .completed, key: key(2), part: "two")
    let item = taskRecord(fixture.task("s", 4, run: "r2"), part: "item")
    try await fixture.write(.task(second), .task(item), run: "r2")
    try await fixture.write(.task(taskRecord(fixture.task("s"), part: "one")))
    try await fixture.write(.task(taskRecord(fixture.task("s", run: "r3"))), run: "r3")
    try await fixture.write(
      .task(taskRecord(fixture.task("s", run: "x"), part: "x")), run: "x")
    #expect(try await journal.previousTask(pipeline: "p", stage: "s", item: nil) == second)
    #expect(try await journal.previousTask(pipeline: "p", stage: "s", item: 4) == item)
    #expect(try await journal.previousTask(pipeline: "p", stage: "s", item: 5) == nil)
    #expect(try await journal.previousTask(pipeline: "p", stage: "t", item: nil) == nil)
  }
}
