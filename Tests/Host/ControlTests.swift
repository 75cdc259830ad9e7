import Foundation
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Requests between processes", .timeLimit(.minutes(5)))
struct ControlTests {
  private let folder: TestFolder
  private var desk: ControlDesk { ControlDesk(dataFolder: folder.url) }

  init() throws { folder = try TestFolder() }

  private func leave(_ run: String, _ mode: CancelMode, at: Int) throws {
    try desk.leave(.init(run: run, cancel: mode, at: at))
  }

  @Test("the oldest comes first, a later one for the same run replaces the earlier one")
  func order() throws {
    try leave("b", .now, at: 2)
    try leave("a", .graceful, at: 3)
    try leave("c", .now, at: 1)
    try leave("a", .now, at: 4)
    #expect(desk.pending().map(\.run) == ["c", "b", "a"])
    #expect(desk.pending().last?.cancel == .now)
  }

  @Test("what is no request is not taken for one")
  func strangers() throws {
    try FileManager.default.createDirectory(
      at: folder.file("control"), withIntermediateDirectories: true)
    try folder.write("{\"run\": 1", to: "control/broken.json")
    try folder.write("hello", to: "control/note.txt")
    #expect(desk.pending().isEmpty)
  }

  @Test(
    "a request goes when it was heard, also for a run that is over, and stays when it could not be written down"
  )
  func answered() async throws {
    try leave("over", .now, at: 1)
    try leave("live", .graceful, at: 2)
    try leave("full", .now, at: 3)
    let heard = Locked<[String]>([])
    let watch = ControlWatch(desk: desk) { run, mode in
      heard.withLock { $0.append("\(run) \(mode.rawValue)") }
      if run == "over" { throw StageError(.invalidInput, "it is over") }
      if run == "full" { throw JournalError("the disk is full") }
    }
    await watch.answerAll()
    #expect(heard.withLock { $0 } == ["over now", "live graceful", "full now"])
    #expect(desk.pending().map(\.run) == ["full"])
  }

  @Test(
    "requests are heard while somebody works, and the work's result is given back",
    .timeLimit(.minutes(5)))
  func during() async throws {
    try leave("live", .now, at: 1)
    let (heard, continuation) = AsyncStream.makeStream(of: String.self)
    let watch = ControlWatch(desk: desk) { run, _ in continuation.yield(run) }
    let result = try await watch.during {
      for await run in heard { return run }
      return ""
    }
    #expect(result == "live")
  }
}
