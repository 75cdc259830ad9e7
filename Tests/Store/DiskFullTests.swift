import Foundation
import Pipeline
import Store
import TestSupport
import Testing

@Suite(
  "Full and broken disks", .serialized, .timeLimit(.minutes(5)),
  .enabled(if: SmallDisk.isAvailable, "mounting a small disk needs root"))
struct DiskFullTests {
  @Test("a file for which there is no room is refused in words, and leaves nothing")
  func artifact() async throws {
    let disk = try SmallDisk(byteCount: 1 << 20)
    let folder = try TestFolder()
    let store = try FileArtifactStore(folder: disk.url.appendingPathComponent("artifacts"))
    let small = try await store.copy(try folder.write("small", to: "small"), as: "small.txt")
    let film = try folder.write(Data(repeating: 1, count: 3 << 20), to: "film")
    let free = try disk.freeBytes()
    let copied = await #expect(throws: StageError.self) {
      try await store.copy(film, as: "film.mp4")
    }
    #expect(copied?.errorClass == .configuration)
    let message = copied?.message ?? ""
    #expect(message.contains(disk.url.path))
    #expect(message.contains("`film.mp4`"))
    #expect(message.contains("3.1 MB needed"))
    #expect(message.contains("KB free") || message.contains("MB free"))
    #expect(try disk.freeBytes() == free)
    #expect(FileManager.default.fileExists(atPath: film.path))
    // From another disk, so that it has to be copied here; it is taken away all the same.
    let adopted = await #expect(throws: StageError.self) {
      try await store.adopt(film, as: "film.mp4")
    }
    #expect(adopted?.errorClass == .configuration)
    #expect(adopted?.message.contains("3.1 MB needed") == true)
    #expect(!FileManager.default.fileExists(atPath: film.path))
    #expect(try disk.freeBytes() == free)
    #expect(try Data(contentsOf: try await store.open(small)) == Data("small".utf8))
  }

  @Test("a journal on a full disk keeps what it has, says so, and goes on when there is room")
  func journal() async throws {
    let disk = try SmallDisk(byteCount: 2 << 20)
    let folder = try TestFolder()
    let path = disk.url.appendingPathComponent("journal.sqlite").path
    let artifacts = try FileArtifactStore(folder: folder.file("artifacts"))
    let journal = try SQLJournal(path: path, artifacts: artifacts)
    try await journal.create(record())
    try await journal.write(JournalBatch(run: "r", events: [event(1)]))
    try disk.fill(leaving: 150_000)

    var written = 1
    var failure: JournalError?
    while failure == nil, written < 10_000 {
      do {
        try await journal.write(JournalBatch(run: "r", events: [event(written + 1)]))
        written += 1
      } catch let error as JournalError { failure = error }
    }
    #expect(failure?.errorClass == .configuration)
    #expect(failure?.message.contains("is full") == true)
    #expect(failure?.message.contains(path) == true)
    #expect(failure?.stageError.errorClass == .configuration)
    #expect(written > 1)
    #expect(try await journal.events(of: "r", after: 0).map(\.seq) == Array(1...written))

    // Everybody in a group is told, and nobody's write is half there.
    let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<20 {
        group.addTask {
          do { try await journal.create(record("more \(number)")) } catch is JournalError {
            return true
          }
          return false
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    let accepted = try await journal.runs(limit: 99).count - 1
    #expect(refused == 20 - accepted)

    try disk.empty()
    try await journal.write(JournalBatch(run: "r", events: [event(written + 1)]))
    let events = try await journal.events(of: "r", after: 0)
    #expect(events.map(\.seq) == Array(1...written + 1))
  }

  @Test("a folder that became read-only is an error of class configuration, and can be read")
  func readOnly() async throws {
    let disk = try SmallDisk(byteCount: 2 << 20)
    let folder = try TestFolder()
    let place = disk.url.appendingPathComponent("artifacts")
    let store = try FileArtifactStore(folder: place)
    let source = try folder.write("bytes", to: "source")
    let kept = try await store.copy(source, as: "kept.txt")
    try disk.makeReadOnly(true)
    let other = try folder.write("other bytes", to: "other")
    let error = await #expect(throws: StageError.self) {
      try await store.copy(other, as: "other.txt")
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("may not be written") == true)
    #expect(error?.message.contains(place.path) == true)
    #expect(try Data(contentsOf: try await store.open(kept)) == Data("bytes".utf8))
    // Bytes that are there already need no writing.
    #expect(try await store.identify(source, as: "kept.txt") == kept)
    let reader = try FileArtifactStore(folder: place)
    #expect(try Data(contentsOf: try await reader.open(kept)) == Data("bytes".utf8))
    let journal = #expect(throws: JournalError.self) {
      try SQLJournal(
        path: disk.url.appendingPathComponent("journal.sqlite").path, artifacts: store)
    }
    #expect(journal?.errorClass == .configuration)
    try disk.makeReadOnly(false)
    #expect(try await store.copy(other, as: "other.txt").byteCount == 11)
  }
}
