import Testing

@testable import Pipeline

@Suite("Resource ledger", .timeLimit(.minutes(5)))
struct ResourceLedgerTests {
  typealias Request = ResourceRequest

  private func limit(_ name: String, _ count: Int) -> Request {
    Request(limits: [NamedLimit(name: name, count: count)])
  }

  @Test(
    "what does not fit in one respect waits, whatever else is free",
    arguments: [
      Request(cores: 2), Request(memory: 60), Request(disk: 600),
      Request(limits: [NamedLimit(name: "tts", count: 1)]),
    ])
  func allOrNothing(_ wanted: Request) throws {
    let ledger = TestLedger(cores: 4, memory: 100, disk: 1000)
    let first = try ledger.ask(
      Request(cores: 3, memory: 50, disk: 500, limits: [NamedLimit(name: "tts", count: 1)]),
      at: .zero)
    #expect(ledger.serve(at: .zero) == [first])
    let second = try ledger.ask(wanted, at: .zero)
    #expect(ledger.serve(at: .zero).isEmpty)
    #expect(ledger.used.cores == 3)
    ledger.release(first)
    #expect(ledger.serve(at: .zero) == [second])
  }

  @Test("equal ones are served in order of asking")
  func firstInFirstOut() throws {
    let ledger = TestLedger(cores: 1)
    let tickets = try (0..<5).map { _ in try ledger.ask(Request(), at: .zero) }
    var served: [Int] = []
    for _ in tickets {
      let next = ledger.serve(at: .zero)
      served += next
      next.forEach { ledger.release($0) }
    }
    #expect(served == tickets)
  }

  @Test("higher priority goes first, and waiting three seconds is worth one point of it")
  func ageing() throws {
    let ledger = TestLedger(cores: 1)
    let holder = try ledger.ask(Request(), at: .zero)
    #expect(ledger.serve(at: .zero) == [holder])
    let old = try ledger.ask(Request(priority: 0), at: .zero)
    let middle = try ledger.ask(Request(priority: 1), at: .seconds(4))
    let high = try ledger.ask(Request(priority: 5), at: .seconds(4))
    ledger.release(holder)
    #expect(ledger.serve(at: .seconds(4)) == [high])
    ledger.release(high)
    #expect(ledger.serve(at: .seconds(4)) == [old])
    ledger.release(old)
    #expect(ledger.serve(at: .seconds(4)) == [middle])
  }

  @Test("a small one passes a big one that waits, until the big one has lost its patience")
  func passing() throws {
    let ledger = TestLedger(cores: 2)
    let holder = try ledger.ask(Request(), at: .zero)
    #expect(ledger.serve(at: .zero) == [holder])
    let big = try ledger.ask(Request(cores: 2), at: .zero)
    let small = try ledger.ask(Request(), at: .seconds(9))
    #expect(ledger.serve(at: .seconds(9)) == [small])
    ledger.release(small)
    let late = try ledger.ask(Request(), at: .seconds(10))
    #expect(ledger.serve(at: .seconds(10)).isEmpty)
    ledger.release(holder)
    #expect(ledger.serve(at: .seconds(10)) == [big])
    ledger.release(big)
    #expect(ledger.serve(at: .seconds(10)) == [late])
  }

  @Test("what an impatient one does not need is not kept from the others")
  func keepsOnlyWhatItNeeds() throws {
    let ledger = TestLedger(cores: 4, memory: 100)
    let holder = try ledger.ask(Request(memory: 80), at: .zero)
    #expect(ledger.serve(at: .zero) == [holder])
    _ = try ledger.ask(Request(memory: 50), at: .zero)
    let without = try ledger.ask(Request(cores: 2), at: .seconds(60))
    let with = try ledger.ask(Request(memory: 10), at: .seconds(60))
    #expect(ledger.serve(at: .seconds(60)) == [without])
    #expect(ledger.waiting[with] != nil)
  }

  @Test("one that waits for a used-up limit keeps no cores from the others")
  func limitKeepsNothing() throws {
    let ledger = TestLedger(cores: 2)
    let holder = try ledger.ask(limit("tts", 1), at: .zero)
    #expect(ledger.serve(at: .zero) == [holder])
    _ = try ledger.ask(limit("tts", 1), at: .zero)
    let other = try ledger.ask(Request(), at: .seconds(60))
    #expect(ledger.serve(at: .seconds(60)) == [other])
  }

  @Test("of different counts for one limit the lowest counts, as long as somebody says it")
  func lowestCount() throws {
    let ledger = TestLedger(cores: 8)
    let wide = try [ledger.ask(limit("tts", 3), at: .zero), ledger.ask(limit("tts", 3), at: .zero)]
    #expect(ledger.serve(at: .zero) == wide)
    let narrow = try ledger.ask(limit("tts", 1), at: .zero)
    let third = try ledger.ask(limit("tts", 3), at: .zero)
    #expect(ledger.serve(at: .zero).isEmpty)
    #expect(ledger.withdraw(narrow))
    #expect(ledger.serve(at: .zero) == [third])
    for ticket in wide + [third] { ledger.release(ticket) }
    #expect(ledger.limits.isEmpty)
  }

  @Test("one that needs more memory than there is runs alone")
  func alone() throws {
    let ledger = TestLedger(cores: 4, memory: 100)
    let first = try ledger.ask(Request(memory: 10), at: .zero)
    let huge = try ledger.ask(Request(memory: 1000), at: .zero)
    #expect(ledger.serve(at: .zero) == [first])
    let late = try ledger.ask(Request(), at: .seconds(20))
    #expect(ledger.serve(at: .seconds(20)).isEmpty)
    ledger.release(first)
    #expect(ledger.serve(at: .seconds(20)) == [huge])
    #expect(
      ledger.snapshot(at: .seconds(20)).waiters.first?.waitsFor.first?.contains("whole") == true)
    ledger.release(huge)
    #expect(ledger.serve(at: .seconds(20)) == [late])
  }

  @Test("what the disk can never hold is refused at once")
  func tooLargeForTheDisk() throws {
    let ledger = TestLedger(disk: 3_000_000_000)
    do {
      _ = try ledger.ask(Request(disk: 12_500_000_000), at: .zero)
      Issue.record("it was accepted")
    } catch {
      #expect(error.errorClass == .configuration)
      #expect(
        error.message.hasPrefix("needs 12.5 GB of scratch, the disk has 3 GB free"),
        "\(error.message)")
    }
    #expect(ledger.waiting.isEmpty)
  }

  @Test("a snapshot says what everybody waits for")
  func snapshot() throws {
    let ledger = TestLedger(cores: 2, memory: 100)
    _ = try ledger.ask(
      Request(memory: 80, limits: [NamedLimit(name: "tts", count: 1)], label: "a/voice"), at: .zero)
    _ = ledger.serve(at: .zero)
    _ = try ledger.ask(
      Request(
        cores: 2, memory: 30, limits: [NamedLimit(name: "tts", count: 1)], priority: 3,
        label: "b/voice"), at: .zero)
    _ = ledger.serve(at: .seconds(2))
    let snapshot = ledger.snapshot(at: .seconds(2))
    #expect(snapshot.holders.map(\.label) == ["a/voice"])
    #expect(snapshot.limits == [.init(name: "tts", used: 1, count: 1)])
    #expect(
      snapshot.waiters == [
        .init(
          label: "b/voice", priority: 3, waited: 2000,
          waitsFor: [
            "limit `tts`: 1 of 1 in use", "2 cores, 1 is free", "30 B of memory, 20 B are free",
          ])
      ])
  }

  @Test("ten thousand waiters of many kinds are served without a pause that anybody sees")
  func many() throws {
    let ledger = TestLedger(cores: 4, memory: 1000)
    let elapsed = try ContinuousClock().measure {
      for index in 0..<10_000 {
        _ = try ledger.ask(
          Request(cores: 1 + index % 3, memory: index % 50, priority: index % 7),
          at: .milliseconds(index))
      }
      var count = 0
      while true {
        let served = ledger.serve(at: .seconds(10))
        if served.isEmpty { break }
        count += served.count
        served.forEach { ledger.release($0) }
      }
      #expect(count == 10_000)
    }
    // Hundreds of times what it takes: this is to catch work that grows with the square of the waiters.
    #expect(elapsed < .seconds(120))
  }
}

@Suite("Resource ledger under random loads", .timeLimit(.minutes(5)))
struct ResourceLedgerPropertyTests {
  /// A load of random requests that ask, leave and give up at random; returns what was granted, in order.
  private func simulate(seed: Int, steps: Int) throws -> [Int] {
    var numbers = SeededNumbers(seed: seed)
    let ledger = TestLedger(cores: 4, memory: 100, disk: 50)
    var now = Duration.zero
    var granted: [Int] = []
    var asked: [Int: Duration] = [:]
    for step in 0..<steps {
      now += .milliseconds(Int.random(in: 0...400, using: &numbers))
      // Loads come and go; at the end nobody asks any more.
      if step < steps * 2 / 3, Int.random(in: 0..<100, using: &numbers) < 45 {
        asked[try ledger.ask(Self.request(&numbers), at: now)] = now
      } else if Int.random(in: 0..<20, using: &numbers) == 0,
        let ticket = ledger.waiting.keys.sorted().randomElement(using: &numbers)
      {
        #expect(ledger.withdraw(ticket))
        asked[ticket] = nil
      } else if let ticket = ledger.holding.keys.sorted().randomElement(using: &numbers) {
        ledger.release(ticket)
      }
      for ticket in ledger.serve(at: now) {
        granted.append(ticket)
        asked[ticket] = nil
      }
      try check(ledger)
    }
    while !ledger.holding.isEmpty {
      now += .seconds(1)
      for ticket in ledger.holding.keys { ledger.release(ticket) }
      for ticket in ledger.serve(at: now) {
        granted.append(ticket)
        asked[ticket] = nil
      }
      try check(ledger)
    }
    #expect(asked.isEmpty, "seed \(seed): these starved: \(asked)")
    #expect(ledger.limits.isEmpty)
    return granted
  }

  private static func request(_ numbers: inout SeededNumbers) -> ResourceRequest {
    let names = ["a", "b", "c"]
    let limits = names.filter { _ in Int.random(in: 0..<4, using: &numbers) == 0 }.map {
      NamedLimit(name: $0, count: Int.random(in: 1...3, using: &numbers))
    }
    return ResourceRequest(
      cores: Int.random(in: 0...6, using: &numbers),
      memory: Int.random(in: 0...130, using: &numbers),
      disk: Int.random(in: 0...50, using: &numbers), limits: limits,
      priority: Int.random(in: -100...100, using: &numbers))
  }

  private func check(_ ledger: TestLedger) throws {
    let held = ledger.holding.values.map(\.demand)
    try #require(held.map(\.cores).reduce(0, +) == ledger.used.cores)
    try #require(ledger.used.cores <= 4)
    try #require(held.map(\.disk).reduce(0, +) <= 50)
    try #require(held.map(\.memory).reduce(0, +) <= 100)
    try #require(held.count == 1 || !held.contains(where: \.isAlone))
    for (name, limit) in ledger.limits {
      let holders = ledger.holding.values.filter { $0.demand.limits.contains(name) }
      try #require(limit.used == holders.count)
      // Somebody with a lower count may have come since they were let in.
      let highest = holders.flatMap(\.request.limits).filter { $0.name == name }.map(\.count).max()
      try #require(limit.used <= highest ?? 0)
    }
    if ledger.holding.isEmpty { try #require(ledger.waiting.isEmpty) }
  }

  @Test("never over, nobody starves, and the same load is served the same way", arguments: 0..<40)
  func random(_ seed: Int) throws {
    let first = try simulate(seed: seed, steps: 600)
    #expect(first == (try simulate(seed: seed, steps: 600)))
    #expect(first.count > 50)
  }

  @Test("a big one gets its turn under a stream of small ones that never ends")
  func bounded() throws {
    var numbers = SeededNumbers(seed: 1)
    let ledger = TestLedger(cores: 4)
    var now = Duration.zero
    var big: Int?
    for step in 0..<2000 {
      now += .milliseconds(50)
      _ = try ledger.ask(ResourceRequest(priority: 1), at: now)
      if step == 100 { big = try ledger.ask(ResourceRequest(cores: 4), at: now) }
      if let done = ledger.holding.keys.sorted().randomElement(using: &numbers) {
        ledger.release(done)
      }
      let served = ledger.serve(at: now)
      if let big, served.contains(big) {
        // It asked after five seconds; then its patience, what the priority of the later ones is worth, and the end
        // of those that it has to wait for.
        #expect(now < .seconds(5 + 10 + 3 + 1))
        return
      }
    }
    Issue.record("the big one was never served")
  }
}
