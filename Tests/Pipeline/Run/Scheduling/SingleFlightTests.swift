import TestSupport
import Testing
import Threads

@testable import Pipeline

@Suite("Single flight", .timeLimit(.minutes(5)))
struct SingleFlightTests {
  private struct Failure: Error {}
  private let key = Digest.of("key")

  @Test("those who want the same wait for the one who does it and take its result")
  func shared() async throws {
    let flights = SingleFlight<Int>()
    let door = TestDoor()
    let calls = Locked(0)
    let results = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
      for _ in 0..<5 {
        group.addTask { [key] in
          try await flights.run(key) {
            await door.pass()
            return calls.withLock { calls in
              calls += 1
              return 40 + calls
            }
          }
        }
      }
      try await eventually("four wait") { flights.waiterCount(of: key) == 4 }
      door.open()
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.map(\.0) == [41, 41, 41, 41, 41])
    #expect(results.filter { !$0.1 }.count == 1)
    let (again, isShared) = try await flights.run(key) { 7 }
    #expect(again == 7 && !isShared)
  }

  @Test("different keys do not wait for each other")
  func different() async throws {
    let flights = SingleFlight<Int>()
    let (outer, _) = try await flights.run(key) {
      try await flights.run(.of("other")) { 2 }.result + 1
    }
    #expect(outer == 3)
  }

  @Test("a failure goes to the one who failed; the next runs its own")
  func failure() async throws {
    let flights = SingleFlight<Int>()
    let door = TestDoor()
    let first = Task { [key] in
      try await flights.run(key) {
        await door.pass()
        throw Failure()
      }
    }
    try await eventually("one works") { flights.isBusy(key) }
    let second = Task { [key] in try await flights.run(key) { 2 } }
    try await eventually("one waits") { flights.waiterCount(of: key) == 1 }
    door.open()
    await #expect(throws: Failure.self) { _ = try await first.ended }
    let (result, isShared) = try await second.ended
    #expect(result == 2 && !isShared)
  }

  @Test("cancelling the one who does it does not cancel those who wait")
  func cancelledLeader() async throws {
    let flights = SingleFlight<Int>()
    let never = TestDoor()
    let first = Task { [key] in
      try await flights.run(key) {
        await never.pass()
        try Task.checkCancellation()
        return 1
      }
    }
    try await eventually("one works") { flights.isBusy(key) }
    let second = Task { [key] in try await flights.run(key) { 2 } }
    try await eventually("one waits") { flights.waiterCount(of: key) == 1 }
    first.cancel()
    await #expect(throws: CancellationError.self) { _ = try await first.ended }
    #expect(try await second.ended.result == 2)
  }

  @Test("one who waits and is cancelled leaves at once; the others go on")
  func cancelledWaiter() async throws {
    let flights = SingleFlight<Int>()
    let door = TestDoor()
    let first = Task { [key] in
      try await flights.run(key) {
        await door.pass()
        return 1
      }
    }
    try await eventually("one works") { flights.isBusy(key) }
    let second = Task { [key] in try await flights.run(key) { 2 } }
    try await eventually("one waits") { flights.waiterCount(of: key) == 1 }
    second.cancel()
    await #expect(throws: CancellationError.self) { _ = try await second.ended }
    #expect(flights.waiterCount(of: key) == 0)
    door.open()
    #expect(try await first.ended.result == 1)
    #expect(!flights.isBusy(key))
  }
}
