import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("A host whose disk is full for a while", .timeLimit(.minutes(2)))
struct FullDiskTests {
  @Test(
    "a run that could not be written down goes on when it can, by itself", arguments: 1...8)
  func goesOn(writes: Int) async throws {
    let count = Locked(0)
    let kit = try ServingKit(onWrite: {
      let number = count.withLock { count in
        count += 1
        return count
      }
      // A run may need fewer writes than come before the disk is full.
      if (writes + 1...writes + 5).contains(number) {
        throw JournalError("the disk of `/data` is full", errorClass: .configuration)
      }
    })
    try await kit.working { kit in
      let run = try await kit.begin(#"{"pipeline": "say"}"#)
      try await kit.until(.runCompleted, in: run)
      let events = await kit.journal.events(of: run, after: 0)
      #expect(events.map(\.seq) == Array(1...events.count))
      let attempts = await kit.journal.attempts(of: run)
      #expect(attempts.filter { $0.state == .running }.isEmpty)
      #expect(attempts.filter { $0.state == .completed }.count == 1)
      if attempts.count > 1 { #expect(attempts.first?.state == .lost) }
    }
    if writes == 1 { #expect(count.withLock { $0 } > 6) }
  }
}
