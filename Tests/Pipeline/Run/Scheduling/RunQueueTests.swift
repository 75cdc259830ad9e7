import TestSupport
import Testing
import Threads

@testable import Pipeline

@Suite("Admission of runs", .timeLimit(.minutes(5)))
struct RunAdmissionsTests {
  @Test("so many run at once, the others in order of asking")
  func order() {
    let admissions = TestAdmissions(activeLimit: 2, waitingLimit: 10)
    #expect(admissions.ask("a") == .admitted)
    #expect(admissions.ask("b") == .admitted)
    #expect(admissions.ask("c") == .waits)
    #expect(admissions.ask("d") == .waits)
    #expect(admissions.leave("b") == ["c"])
    #expect(admissions.leave("a") == ["d"])
  }

  @Test("priority goes first; waiting is worth priority")
  func priority() {
    let admissions = TestAdmissions(activeLimit: 1, waitingLimit: 10)
    #expect(admissions.ask("a") == .admitted)
    #expect(admissions.ask("old", at: .zero) == .waits)
    #expect(admissions.ask("middle", priority: 5, at: .seconds(16)) == .waits)
    #expect(admissions.ask("high", priority: 50, at: .seconds(16)) == .waits)
    #expect(admissions.leave("a") == ["high"])
    #expect(admissions.leave("high") == ["old"])
    #expect(admissions.leave("old") == ["middle"])
  }

  @Test("a full queue refuses and says when to come back")
  func full() {
    let admissions = TestAdmissions(activeLimit: 1, waitingLimit: 1)
    #expect(admissions.ask("a") == .admitted)
    #expect(admissions.leave("a", at: .seconds(89)).isEmpty)
    #expect(admissions.ask("b") == .admitted)
    #expect(admissions.ask("c") == .waits)
    guard case .refused(let refusal) = admissions.ask("d") else {
      Issue.record("it was accepted")
      return
    }
    #expect(refusal.message == "the queue is full: 1 run waits; try again in 1m30s")
    #expect(refusal.retryAfter == .seconds(90))
    #expect(refusal.stageError.errorClass == .rateLimited)
    #expect(admissions.waiting.keys.sorted() == ["c"])
    #expect(admissions.leave("b") == ["c"])
  }

  @Test("one run is admitted once")
  func twice() {
    let admissions = TestAdmissions(activeLimit: 1, waitingLimit: 1)
    #expect(admissions.ask("a") == .admitted)
    guard case .refused(let refusal) = admissions.ask("a") else {
      Issue.record("it was accepted")
      return
    }
    #expect(refusal.reason == .isUnderWay)
  }

  @Test("a run whose group is busy waits and is passed by others")
  func groups() {
    let admissions = TestAdmissions(activeLimit: 3, waitingLimit: 10)
    let group = RunGroup(name: "channel", policy: .queue)
    #expect(admissions.ask("a", group: group) == .admitted)
    #expect(admissions.ask("b", group: group) == .waits)
    #expect(admissions.ask("c") == .admitted)
    #expect(admissions.snapshot(at: .zero).waiting.first?.waitsFor == "group `channel`: `a`")
    #expect(admissions.leave("a") == ["b"])
  }

  @Test("of different sizes for one group the lowest counts")
  func lowest() {
    let admissions = TestAdmissions(activeLimit: 9, waitingLimit: 10)
    #expect(admissions.ask("a", group: .init(name: "g", max: 3, policy: .queue)) == .admitted)
    #expect(admissions.ask("b", group: .init(name: "g", max: 1, policy: .queue)) == .waits)
    #expect(admissions.ask("c", group: .init(name: "g", max: 3, policy: .queue)) == .waits)
    #expect(admissions.leave("a") == ["b"])
    #expect(admissions.leave("b") == ["c"])
  }

  @Test("a group can refuse")
  func refuse() {
    let admissions = TestAdmissions(activeLimit: 9, waitingLimit: 10)
    let group = RunGroup(name: "g", policy: .refuse)
    #expect(admissions.ask("a", group: group) == .admitted)
    guard case .refused(let refusal) = admissions.ask("b", group: group) else {
      Issue.record("it was accepted")
      return
    }
    #expect(refusal.message.hasPrefix("the group `g` is busy with `a`; "))
    #expect(admissions.leave("a").isEmpty)
    #expect(admissions.ask("b", group: group) == .admitted)
  }

  @Test("a group can cancel what is under way, and what waits for that, once each")
  func cancel() {
    let admissions = TestAdmissions(activeLimit: 9, waitingLimit: 10)
    let group = RunGroup(name: "g", policy: .cancel)
    #expect(admissions.ask("a", group: group) == .admitted)
    #expect(admissions.cancelled(for: "b", group) == ["a"])
    #expect(admissions.cancelled(for: "c", group) == ["b"])
    #expect(admissions.withdraw("b"))
    #expect(admissions.leave("a") == ["c"])
  }

  @Test("a group for several cancels only the oldest that are too many")
  func cancelOldest() {
    let admissions = TestAdmissions(activeLimit: 9, waitingLimit: 10)
    let group = RunGroup(name: "g", max: 2, policy: .cancel)
    #expect(admissions.ask("a", group: group) == .admitted)
    #expect(admissions.ask("b", group: group) == .admitted)
    #expect(admissions.cancelled(for: "c", group) == ["a"])
    #expect(admissions.leave("a") == ["c"])
  }

  @Test("never too many, and nobody is forgotten", arguments: 0..<20)
  func random(_ seed: Int) throws {
    var numbers = SeededNumbers(seed: seed)
    let admissions = TestAdmissions(activeLimit: 4, waitingLimit: 20)
    var outstanding: Set<String> = []
    for step in 0..<400 {
      let now = Duration.milliseconds(step * 100)
      if Bool.random(using: &numbers) {
        let name = ["x", "y", nil].randomElement(using: &numbers) ?? nil
        let policy = ConcurrencyRule.Policy.queue
        let group = name.map {
          RunGroup(name: $0, max: Int.random(in: 1...3, using: &numbers), policy: policy)
        }
        switch admissions.ask(
          "\(step)", priority: Int.random(in: -9...9, using: &numbers), group: group,
          at: now)
        {
        case .waits: outstanding.insert("\(step)")
        case .admitted: break
        case .refused(let refusal):
          try #require(refusal.reason == .queueIsFull && admissions.waiting.count == 20)
        }
      } else if let run = admissions.active.keys.sorted().randomElement(using: &numbers) {
        outstanding.subtract(admissions.leave(run, at: now))
      }
      try #require(admissions.active.count <= 4)
      try #require(Set(admissions.waiting.keys) == outstanding)
    }
    while let run = admissions.active.keys.first {
      outstanding.subtract(admissions.leave(run, at: .seconds(50)))
    }
    #expect(outstanding.isEmpty)
  }
}

@Suite("Run queue", .timeLimit(.minutes(5)))
struct RunQueueTests {
  @Test("a run waits for its turn and says how long it waited")
  func waits() async throws {
    let time = ManualTime()
    let queue = RunQueue(active: 1) { time.now }
    #expect(try await queue.admit("a").waited == .zero)
    let second = Task { try await queue.admit("b") }
    try await eventually("a run waits") { queue.snapshot().waiting.count == 1 }
    time.pass(.seconds(7))
    queue.leave("a")
    #expect(try await second.ended == Admission(run: "b", waited: .seconds(7)))
    #expect(queue.snapshot().active.map(\.run) == ["b"])
  }

  @Test("cancelling a waiting run frees its place; the same run can ask again")
  func cancelled() async throws {
    let queue = RunQueue(active: 1, waiting: 1)
    _ = try await queue.admit("a")
    let second = Task { try await queue.admit("b") }
    try await eventually("a run waits") { queue.snapshot().waiting.count == 1 }
    await #expect(throws: RunRefused.self) { _ = try await queue.admit("c") }
    second.cancel()
    await #expect(throws: CancellationError.self) { _ = try await second.ended }
    let again = Task { try await queue.admit("b") }
    try await eventually("a run waits") { queue.snapshot().waiting.count == 1 }
    queue.leave("a")
    #expect(try await again.ended.run == "b")
  }

  @Test("a run that cancels the others of its group goes ahead when they have left")
  func replaces() async throws {
    let queue = RunQueue()
    let group = RunGroup(name: "g", policy: .cancel)
    _ = try await queue.admit("a", group: group)
    let asked = Locked<[String]>([])
    let second = try await queue.admit("b", group: group) { other in
      asked.withLock { $0.append(other) }
      queue.leave(other)
    }
    #expect(second.run == "b")
    #expect(asked.withLock { $0 } == ["a"])
  }
}
