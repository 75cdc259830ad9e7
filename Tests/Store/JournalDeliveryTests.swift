import Pipeline
import Testing

/// What every journal promises about messages that are to be sent, and about many look-ups at once.
@Suite("Journals: deliveries and comparisons", .timeLimit(.minutes(5)))
struct JournalDeliveryTests {
  typealias Kind = JournalFixture.Kind

  private func delivery(_ id: String, run: String = "r", dueAt: Int) -> HookDelivery {
    HookDelivery(
      id: id, run: run, occasion: .finished, url: "https://example.org/ä", secret: "KEY",
      body: "{\"a\":1}", createdAt: 5, dueAt: dueAt)
  }

  @Test(
    "deliveries come back as they were, and those that are due in order", arguments: Kind.allCases)
  func due(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    try await fixture.journal.create(record())
    try await fixture.journal.create(record("other"))
    try await fixture.write(
      .delivery(delivery("b", dueAt: 30)), .delivery(delivery("a", dueAt: 20)))
    try await fixture.write(.delivery(delivery("c", run: "other", dueAt: 10)), run: "other")
    #expect(try await fixture.journal.deliveries(of: "r").map(\.id) == ["b", "a"])
    #expect(try await fixture.journal.dueDeliveries(before: 100).map(\.id) == ["c", "a", "b"])
    #expect(try await fixture.journal.dueDeliveries(before: 20).map(\.id) == ["c"])
    var sent = delivery("a", dueAt: 20)
    sent.state = .delivered
    sent.attempts = [.init(at: 21, status: 204)]
    try await fixture.write(.delivery(sent))
    #expect(try await fixture.journal.deliveries(of: "r") == [delivery("b", dueAt: 30), sent])
    #expect(try await fixture.journal.dueDeliveries(before: 100).map(\.id) == ["c", "b"])
  }

  @Test("a delivery of another run is refused", arguments: Kind.allCases)
  func stranger(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    try await fixture.journal.create(record())
    await #expect(throws: JournalError.self) {
      try await fixture.write(.delivery(delivery("a", run: "other", dueAt: 20)))
    }
    #expect(try await fixture.journal.dueDeliveries(before: 100).isEmpty)
  }

  @Test("the newest tasks of many items are found at once", arguments: Kind.allCases)
  func previous(kind: Kind) async throws {
    let fixture = try JournalFixture(kind)
    for run in ["r1", "r2"] {
      try await fixture.journal.create(record(run))
      for item in 0..<(run == "r1" ? 5 : 3) {
        try await fixture.write(
          .task(taskRecord(fixture.task("s", item, run: run), .completed, part: "\(run) \(item)")),
          run: run)
      }
    }
    let found = try await fixture.journal.previousTasks(
      pipeline: "p", stage: "s", items: [0, 2, 4, 7])
    #expect(found.mapValues(\.id.run) == [0: "r2", 2: "r2", 4: "r1"])
    for (item, task) in found {
      #expect(
        try await fixture.journal.previousTask(pipeline: "p", stage: "s", item: item) == task)
    }
  }
}
