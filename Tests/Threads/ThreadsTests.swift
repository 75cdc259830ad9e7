import Foundation
import Testing
import Threads

@Suite("Threads", .timeLimit(.minutes(5)))
struct ThreadsTests {
  private struct Refused: Error, Equatable {}

  @Test("blocking work runs on a thread of its own and its result or error comes back")
  func blocking() async {
    let name = await BlockingThread.run("test-work") { () throws(Never) in currentThreadName() }
    #expect(name == "test-work")
    await #expect(throws: Refused.self) {
      try await BlockingThread.run("test-work") { () throws(Refused) -> Int in throw Refused() }
    }
  }

  @Test("many blocking threads do not hold up the cooperative pool")
  func many() async throws {
    // All of them wait for each other: with fewer threads than tasks this would never end.
    let count = 16
    let gate = Gate(count)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<count {
        group.addTask { await BlockingThread.run("gate") { () throws(Never) in gate.arrive() } }
      }
    }
    #expect(gate.isOpen)
  }

  @Test("cancelling a task raises its flag")
  func flag() async {
    let (stream, started) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      await withCancellationFlag { flag in
        await BlockingThread.run("waiting") { () throws(Never) in
          started.yield()
          while !flag.isRaised { sched_yield() }
          return flag.isRaised
        }
      }
    }
    for await _ in stream { break }
    task.cancel()
    #expect(await task.value)
  }

  @Test("a link keeps order, holds a full sender back, and drains after it is closed")
  func link() async {
    let link = BoundedLink<Int>(capacity: 3)
    async let received = BlockingThread.run("receiver") { () throws(Never) in
      var all: [Int] = []
      while let element = link.receive() { all.append(element) }
      return all
    }
    await BlockingThread.run("sender") { () throws(Never) in
      for element in 0..<1000 { link.send(element) }
      link.close()
    }
    #expect(await received == Array(0..<1000))
    #expect(!link.send(1))
  }

  @Test("aborting a link drops what is in it and wakes both sides")
  func abort() async {
    let link = BoundedLink<Int>(capacity: 1)
    async let sent = BlockingThread.run("sender") { () throws(Never) in
      var count = 0
      while link.send(count) { count += 1 }
      return count
    }
    #expect(link.receive() == 0)
    link.abort()
    #expect(await sent >= 1)
    #expect(link.receive() == nil)
  }

  @Test("an actor on a serial thread does its work there, one job at a time")
  func serial() async {
    let counter = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<500 { group.addTask { await counter.add() } }
    }
    #expect(await counter.value == 500)
    #expect(await counter.names == ["counter"])
  }

  private actor Counter {
    private let thread = SerialThread(name: "counter")
    var value = 0
    var names: Set<String> = []
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    func add() {
      value += 1
      names.insert(Self.threadName)
    }
    private static var threadName: String { currentThreadName() }
  }

  /// Opens when so many threads have arrived.
  private final class Gate: @unchecked Sendable {
    // Guarded by the condition.
    private let condition = NSCondition()
    private var missing: Int

    init(_ count: Int) { missing = count }

    var isOpen: Bool { condition.withLock { missing == 0 } }

    func arrive() {
      condition.withLock {
        missing -= 1
        condition.broadcast()
        let limit = Date(timeIntervalSinceNow: 120)
        while missing > 0, condition.wait(until: limit) {}
      }
    }
  }
}

private func currentThreadName() -> String {
  (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8))?
    .trimmingCharacters(in: .newlines) ?? ""
}
