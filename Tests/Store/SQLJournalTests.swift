import Foundation
import Pipeline
import SQLite
import Store
import TestSupport
import Testing

@Suite("The journal in SQLite", .timeLimit(.minutes(5)))
struct SQLJournalTests {
  private func open(_ folder: TestFolder) throws -> SQLJournal {
    try SQLJournal(
      path: folder.file("journal.sqlite").path,
      artifacts: try FileArtifactStore(folder: folder.file("artifacts")))
  }

  @Test("everything is there again for the next process")
  func reopened() async throws {
    let folder = try TestFolder()
    let task = TaskID(run: "r", stage: "s", item: 1)
    var attempt: AttemptRecord?
    do {
      let journal = try open(folder)
      try await journal.create(record())
      attempt = try await journal.beginAttempt(of: task, owner: "me", leaseUntil: 5)
      let changes: [JournalBatch.Change] = [
        .state(.running), .inputs(["a": .integer(1)]), .task(taskRecord(task, part: "x")),
        .result(result(key(1))), .alias(ResultAlias(key: key(2), results: [key(1)], isList: false)),
      ]
      try await journal.write(JournalBatch(run: "r", events: [event(1)], changes: changes))
    }
    let again = try open(folder)
    #expect(try await again.events(of: "r", after: 0) == [event(1)])
    #expect(try await again.run("r")?.resolvedInputs == ["a": .integer(1)])
    #expect(try await again.tasks(of: "r") == [taskRecord(task, part: "x")])
    #expect(try await again.attempts(of: "r") == [try #require(attempt)])
    #expect(try await again.results(for: [key(1)]).count == 1)
    #expect(try await again.aliases(for: [key(2)]).count == 1)
    try await again.write(JournalBatch(run: "r", events: [event(2)]))
  }

  @Test("runs of the first form of the file are kept, with their outputs")
  func migrated() async throws {
    let folder = try TestFolder()
    let digest = Digest(of: "film".utf8)
    do {
      let old = try Database(
        path: folder.file("journal.sqlite").path, migrations: [SQLJournalTests.firstForm])
      try await old.write { connection in
        try connection.execute(
          """
          INSERT INTO runs VALUES ('b', 'film', 20, 'version: 1', '{"voice":"anna"}');
          INSERT INTO runs VALUES ('a', 'film', 10, 'version: 1', '{}');
          INSERT INTO runs VALUES ('c', 'film', 30, 'version: 1', '{}');
          INSERT INTO events VALUES ('a', 1, '{"run":"a","seq":1,"at":11,"type":"run.created"}');
          INSERT INTO events VALUES ('b', 1, '{"run":"b","seq":1,"at":21,"type":"run.created"}');
          INSERT INTO events VALUES ('b', 2, '{"run":"b","seq":2,"at":22,"type":"run.completed",
            "outputs":{"film":{"$file":{"digest":"\(digest.hex)","byteCount":4,
            "mediaType":"video/mp4","name":"film.mp4"}},"note":"a text"}}');
          INSERT INTO results VALUES ('\(digest.hex)', '{}')
          """)
      }
    }
    let journal = try open(folder)
    let runs = try await journal.runs(limit: 10)
    #expect(runs.map(\.record.id) == ["c", "b", "a"])
    #expect(runs.map(\.state) == [.failed, .completed, .failed])
    #expect(runs[1].record.inputs == ["voice": .text("anna")])
    #expect(runs[1].record.source.file.text == "version: 1")
    #expect(runs[1].outputs?["film"]?.files.first?.digest == digest)
    #expect(runs[1].lastSeq == 2)
    #expect(runs[1].changedAt == 22)
    #expect(
      try await journal.events(of: "b", after: 0).map(\.type) == [.runCreated, .runCompleted])
    #expect(try await journal.results(for: [digest]).isEmpty)
  }

  /// As the first version wrote it.
  private static let firstForm =
    """
    CREATE TABLE runs (
      id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, created_at BIGINT NOT NULL,
      definition TEXT NOT NULL, inputs TEXT NOT NULL);
    CREATE TABLE events (
      run TEXT NOT NULL REFERENCES runs (id), seq BIGINT NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (run, seq)) WITHOUT ROWID;
    CREATE TABLE results (key TEXT PRIMARY KEY, outputs TEXT NOT NULL) WITHOUT ROWID
    """

  @Test("a file that is no journal, or a newer one, is refused in words and left as it is")
  func unusable() async throws {
    let cases: [(content: Data?, version: Int, words: String)] = [
      (Data("this is not a database, it is a shopping list\n".utf8), 0, "damaged or no journal"),
      (nil, 99, "newer version"),
    ]
    for (content, version, words) in cases {
      let folder = try TestFolder()
      let path = folder.file("journal.sqlite").path
      if let content {
        try folder.write(content, to: "journal.sqlite")
      } else {
        let database = try Database(path: path, migrations: [])
        try await database.write { try $0.execute("CREATE TABLE t (x)") }
        try await database.write { try $0.execute("PRAGMA user_version=\(version)") }
      }
      let error = #expect(throws: JournalError.self) { try open(folder) }
      #expect(error?.message.contains(words) == true, "\(String(describing: error))")
      #expect(error?.message.contains("journal.sqlite") == true)
      #expect(error?.stageError.errorClass == .configuration)
      if let content { #expect(try Data(contentsOf: folder.file("journal.sqlite")) == content) }
    }
  }

  @Test("a journal in a place that cannot be written is refused in words")
  func noFolder() throws {
    let folder = try TestFolder()
    let artifacts = try FileArtifactStore(folder: folder.file("artifacts"))
    let error = #expect(throws: JournalError.self) {
      try SQLJournal(path: folder.file("none/journal.sqlite").path, artifacts: artifacts)
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("cannot be opened") == true)
  }

  @Test("damaged pages are errors of class configuration, and what is elsewhere can be read")
  func damagedPages() async throws {
    let folder = try TestFolder()
    let writing = try open(folder)
    for number in 0..<40 {
      let run = "run \(number)"
      try await writing.create(record(run))
      let events = (1...500).map { event($0, run: run) }
      try await writing.write(JournalBatch(run: run, events: events, durability: .relaxed))
    }
    // The file without its log: so much was written that most of it has gone from there to the file.
    var bytes = try Data(contentsOf: folder.file("journal.sqlite"))
    #expect(bytes.count > 1 << 20)
    let middle = bytes.count / 2 & ~4095
    bytes.replaceSubrange(middle..<middle + 65536, with: Data(repeating: 0xAB, count: 65536))
    try folder.write(bytes, to: "copy.sqlite")
    let journal = try SQLJournal(
      path: folder.file("copy.sqlite").path,
      artifacts: try FileArtifactStore(folder: folder.file("artifacts")))
    var (whole, damaged) = (0, 0)
    for number in 0..<40 {
      do {
        whole += try await journal.events(of: "run \(number)", after: 0).count == 500 ? 1 : 0
      } catch let error as JournalError {
        #expect(error.errorClass == .configuration)
        #expect(error.message.contains("damaged"))
        damaged += 1
      }
    }
    #expect(whole > 0)
    #expect(damaged > 0)
  }
}
