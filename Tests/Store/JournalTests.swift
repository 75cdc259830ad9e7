import Foundation
import Pipeline
import Store
import Testing

/// What every journal promises, asked of both.
@Suite("Journals")
struct JournalTests {
  enum Kind: CaseIterable { case memory, sql }

  private struct Subject {
    let journal: any Journal
    let results: any ResultStore
    let artifacts: any ArtifactStore
    let folder: URL
  }

  private func with(_ kind: Kind, _ body: (Subject) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let artifacts = try FileArtifactStore(folder: folder.appendingPathComponent("artifacts"))
    switch kind {
    case .memory:
      let journal = MemoryJournal()
      try await body(
        Subject(journal: journal, results: journal, artifacts: artifacts, folder: folder))
    case .sql:
      let journal = try SQLJournal(
        path: folder.appendingPathComponent("journal.sqlite").path, artifacts: artifacts)
      try await body(
        Subject(journal: journal, results: journal, artifacts: artifacts, folder: folder))
    }
  }

  private func record(_ id: String) -> RunRecord {
    RunRecord(
      id: id, pipeline: "p", createdAt: 5,
      source: PipelineSource(.init(name: nil, text: "version: 1\n")),
      inputs: ["voice": .text("it's `ä` \u{1F3AC}"), "n": .integer(3)], inputFolder: "/films")
  }

  private func event(_ seq: Int, _ type: RunEvent.Kind = .stageProgress) -> RunEvent {
    var event = RunEvent(run: "r", type: type, stage: "s")
    event.seq = seq
    event.fraction = 0.5
    return event
  }

  @Test("events come back in order, after any place", arguments: Kind.allCases)
  func events(kind: Kind) async throws {
    try await with(kind) { subject in
      try await subject.journal.create(record("r"))
      let all = (1...5).map { event($0, $0 == 5 ? .runCompleted : .stageProgress) }
      for event in all { try await subject.journal.append(event) }
      #expect(try await subject.journal.events(of: "r", after: 0) == all)
      #expect(try await subject.journal.events(of: "r", after: 3) == Array(all[3...]))
      #expect(try await subject.journal.events(of: "unknown", after: 0).isEmpty)
      #expect(try await subject.journal.runs() == [record("r")])
    }
  }

  @Test("a gap, a repeat and an unknown run are refused", arguments: Kind.allCases)
  func refused(kind: Kind) async throws {
    try await with(kind) { subject in
      await #expect(throws: (any Error).self) { try await subject.journal.append(event(1)) }
      try await subject.journal.create(record("r"))
      await #expect(throws: (any Error).self) { try await subject.journal.create(record("r")) }
      try await subject.journal.append(event(1))
      await #expect(throws: JournalError.self) { try await subject.journal.append(event(1)) }
      await #expect(throws: JournalError.self) { try await subject.journal.append(event(3)) }
      #expect(try await subject.journal.events(of: "r", after: 0).map(\.seq) == [1])
    }
  }

  @Test("results come back whole, the last one recorded counts", arguments: Kind.allCases)
  func results(kind: Kind) async throws {
    try await with(kind) { subject in
      let key = Digest(of: [1, 2, 3])
      #expect(try await subject.results.outputs(for: key) == nil)
      let source = subject.folder.appendingPathComponent("a file.txt")
      try Data("abc".utf8).write(to: source)
      let file = try await subject.artifacts.copy(source, as: "a file.txt")
      let outputs: [String: Value] = [
        "file": .file(file), "duration": .duration(.milliseconds(1500)),
        "size": .size(PixelSize(width: 4, height: 2)), "list": .list([.null, .boolean(true)]),
      ]
      try await subject.results.record(["old": .null], for: key)
      try await subject.results.record(outputs, for: key)
      #expect(try await subject.results.outputs(for: key) == outputs)
    }
  }

  @Test("a result whose file is gone is not known")
  func lostFile() async throws {
    try await with(.sql) { subject in
      let key = Digest(of: [9])
      let lost = FileReference(digest: Digest(of: [7]), byteCount: 1, name: "gone.mp4")
      try await subject.results.record(["video": .file(lost)], for: key)
      #expect(try await subject.results.outputs(for: key) == nil)
    }
  }

  @Test("a journal file is read again by the next process")
  func reopened() async throws {
    try await with(.sql) { subject in
      try await subject.journal.create(record("r"))
      try await subject.journal.append(event(1))
      let again = try SQLJournal(
        path: subject.folder.appendingPathComponent("journal.sqlite").path,
        artifacts: subject.artifacts)
      #expect(try await again.events(of: "r", after: 0) == [event(1)])
    }
  }
}
