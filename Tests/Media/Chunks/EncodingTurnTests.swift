import Dispatch
import Testing
import Threads

@testable import Media

@Suite("Turns of encoding", .timeLimit(.minutes(1)))
struct EncodingTurnTests {
  @Test("so many chunks encode at once and no more, with all their encoders")
  func atOnce() {
    let turns = EncodingTurns(atOnce: 2)
    #expect(turns.begin(0) { true } == false)
    #expect(turns.begin(0) { false })
    #expect(turns.begin(0) { true }, "a second rendition of the same chunk")
    #expect(turns.begin(1) { false })
    #expect(turns.begin(2) { true } == false)
    turns.end(0)
    #expect(turns.begin(2) { false })
    #expect(turns.begin(3) { true } == false)
  }

  @Test("who waits is let in by playing order")
  func order() async {
    let turns = EncodingTurns(atOnce: 1)
    #expect(turns.begin(0) { false })
    let order = Locked<[Int]>([])
    let waiting = Locked<Set<Int>>([])
    let all = DispatchSemaphore(value: 0)
    await withTaskGroup(of: Void.self) { group in
      for chunk in [3, 1, 2] {
        group.addTask {
          await BlockingThread.run("turn") {
            _ = turns.begin(chunk) {
              // Asked of everyone who waits, again and again.
              if waiting.withLock({ $0.insert(chunk).inserted && $0.count == 3 }) { all.signal() }
              return false
            }
            order.withLock { $0.append(chunk) }
            turns.end(chunk)
          }
        }
      }
      group.addTask {
        await BlockingThread.run("first") {
          all.wait()
          turns.end(0)
        }
      }
    }
    #expect(order.withLock { $0 } == [1, 2, 3])
  }
}
