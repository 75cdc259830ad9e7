import Foundation
import TestSupport
import Testing
import Threads

@testable import Pipeline

@Suite("Resource pool", .timeLimit(.minutes(5)))
struct ResourcePoolTests {
  private final class Peak: Sendable {
    private let state = Locked((now: 0, most: 0))
    func enter(_ cores: Int) {
      state.withLock {
        $0.now += cores
        $0.most = max($0.most, $0.now)
      }
    }
    func leave(_ cores: Int) { state.withLock { $0.now -= cores } }
    var most: Int { state.withLock { $0.most } }
  }

  @Test("never more cores are held than there are")
  func bounded() async throws {
    let pool = ResourcePool(cores: 3)
    let peak = Peak()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<40 {
        group.addTask {
          try await pool.with(ResourceRequest(cores: index % 4)) { cores in
            peak.enter(cores)
            for _ in 0..<3 { await Task.yield() }
            peak.leave(cores)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(peak.most <= 3)
    #expect(peak.most > 0)
  }

  @Test("a task that wants more than there is gets all")
  func tooMuch() async throws {
    let granted = try await ResourcePool(cores: 2).with(ResourceRequest(cores: 64)) { $0 }
    #expect(granted == 2)
  }

  @Test("cancelling a waiting task frees its place")
  func cancelled() async throws {
    let pool = ResourcePool(cores: 1)
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    let holder = Task {
      try await pool.with(ResourceRequest(cores: 1)) { _ in
        for await _ in gate { return }
      }
    }
    let waiting = Task { try await pool.with(ResourceRequest(cores: 1)) { _ in } }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.ended }
    opener.yield()
    try await holder.ended
    let after: Void = try await pool.with(ResourceRequest(cores: 1)) { _ in }
    _ = after
  }

  @Test("a task that is cancelled before it asks gets nothing")
  func cancelledBefore() async throws {
    let pool = ResourcePool(cores: 1)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await pool.with(ResourceRequest()) { _ in _ = Issue.record("it ran") }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.ended }
    #expect(pool.snapshot().holders.isEmpty)
  }

  @Test("what was held is free again after an error")
  func failed() async throws {
    struct Failure: Error {}
    let pool = ResourcePool(cores: 1, memory: 100, disk: 100)
    let request = ResourceRequest(
      memory: 100, disk: 100, limits: [NamedLimit(name: "tts", count: 1)])
    await #expect(throws: Failure.self) {
      _ = try await pool.with(request) { _ -> Int in throw Failure() }
    }
    #expect(try await pool.with(request) { $0 } == 1)
    #expect(pool.snapshot().limits.isEmpty)
  }

  @Test("a thousand tasks with limits, some of them cancelled, leave nothing behind")
  func many() async throws {
    let pool = ResourcePool(cores: 4, memory: 100)
    let limit = Peak()
    let done = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<1000 {
        group.addTask {
          let task = Task {
            try await pool.with(
              ResourceRequest(
                memory: index % 40, limits: [NamedLimit(name: "x", count: 2)], priority: index % 5)
            ) { _ in
              limit.enter(1)
              await Task.yield()
              limit.leave(1)
            }
          }
          if index % 7 == 0 { task.cancel() }
          return (try? await task.ended) != nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(done >= 1000 - 143)
    #expect(limit.most <= 2)
    let snapshot = pool.snapshot()
    #expect(snapshot.cores.used == 0 && snapshot.waiters.isEmpty && snapshot.limits.isEmpty)
  }

  @Test("the machine has memory and a disk", arguments: ["/", "/no/such folder/at all"])
  func machine(_ path: String) throws {
    let disk = try #require(ResourcePool.freeDisk(at: URL(fileURLWithPath: path)))
    #expect(disk > 0)
    let memory = try #require(ResourcePool.usableMemory())
    #expect(memory > 1 << 20 && memory < Int(ProcessInfo.processInfo.physicalMemory))
    #expect(ResourcePool.usableMemory(from: "/proc/version") == nil)
    #expect(ResourcePool.usableMemory(from: "/no/such/file") == nil)
  }
}
