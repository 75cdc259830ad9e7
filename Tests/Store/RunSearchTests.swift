import Pipeline
import Testing

@Suite("Journals: looking for runs", .timeLimit(.minutes(1)))
struct RunSearchTests {
  @Test(
    "runs are found by pipeline and state, newest first, from any place on",
    arguments: JournalFixture.Kind.allCases)
  func search(kind: JournalFixture.Kind) async throws {
    let fixture = try JournalFixture(kind)
    let journal = fixture.journal
    for (id, pipeline) in [("a", "p"), ("b", "q"), ("c", "p"), ("d", "p"), ("e", "q")] {
      try await journal.create(record(id, pipeline: pipeline))
    }
    try await fixture.write(.state(.failed), run: "c")
    try await fixture.write(.state(.running), run: "d")
    func found(_ search: RunSearch) async throws -> String {
      try await journal.runs(matching: search).map(\.record.id).joined()
    }
    #expect(try await found(RunSearch(limit: 10)) == "edcba")
    #expect(try await found(RunSearch(limit: 2)) == "ed")
    #expect(try await found(RunSearch(limit: 0)) == "")
    #expect(try await found(RunSearch(before: "d", limit: 10)) == "cba")
    #expect(try await found(RunSearch(before: "a", limit: 10)) == "")
    #expect(try await found(RunSearch(before: "none", limit: 10)) == "")
    #expect(try await found(RunSearch(pipeline: "p", limit: 2)) == "dc")
    #expect(try await found(RunSearch(states: [.failed, .queued], limit: 10)) == "ecba")
    #expect(try await found(RunSearch(states: [], limit: 10)) == "")
    #expect(
      try await found(RunSearch(before: "e", pipeline: "p", states: [.queued], limit: 1)) == "a")
  }
}
