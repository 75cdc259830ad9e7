import Testing
import Threads

@testable import Pipeline

@Suite("Core pool", .timeLimit(.minutes(1)))
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
    await #expect(throws: CancellationError.self) { try await waiting.value }
    opener.yield()
    try await holder.value
    let after: Void = try await pool.with(ResourceRequest(cores: 1)) { _ in }
    _ = after
  }
}
