import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing
import Threads

@testable import videocraft

@Suite("Answers for the state of runs", .timeLimit(.minutes(2)))
struct StatusTests {
  /// What an answer says when nothing of it was kept; the time that passes is left out.
  private static func fresh(_ run: String, _ journal: any RunJournal) async throws -> JSON {
    let status = try #require(try await journal.run(run))
    let story = RunStory(
      status, try await journal.tasks(of: run), try await journal.attempts(of: run),
      FoldedEvents(try await journal.events(of: run, after: 0)),
      try await journal.deliveries(of: run), isOwned: true)
    return withoutTime(try JSON(encoding: RunAnswer(story: story, lastSeq: status.lastSeq)))
  }

  private static func kept(_ board: StatusBoard, _ run: String) async throws -> JSON {
    let answer = try #require(try await board.answer(for: run))
    return withoutTime(try JSONDecoder().decode(JSON.self, from: Data(answer.bytes())))
  }

  private static func withoutTime(_ json: JSON) -> JSON {
    guard case .object(var members) = json, members["state"] == "running" else { return json }
    members["elapsed"] = nil
    return .object(members)
  }

  @Test(
    "an answer that was kept says what the journal says, whatever was written meanwhile",
    arguments: 1...6)
  func same(seed: Int) async throws {
    let kit = try ServingKit()
    let journal = ObservedJournal(MemoryRunJournal(artifacts: kit.artifacts))
    let board = StatusBoard(journal: journal)
    let run = try await Self.accept(kit, journal)
    var random = Steps(state: UInt64(seed))
    var seq = try #require(try await journal.run(run)).lastSeq
    let first = seq
    for _ in 0..<120 {
      seq += 1
      let event = Self.event(seq, of: run, &random)
      let state: [JournalBatch.Change] = seq == first + 2 ? [.state(.running)] : []
      try await journal.write(JournalBatch(run: run, events: [event], changes: state))
      // Often enough several are written between two questions.
      if Int.random(in: 0..<3, using: &random) > 0 { continue }
      #expect(try await Self.kept(board, run) == Self.fresh(run, journal))
      #expect(try await Self.kept(board, run) == Self.fresh(run, journal))
    }
    let end = RunEvent(run: run, type: .runFailed).numbered(seq + 1, at: 999)
    try await journal.write(
      JournalBatch(run: run, events: [end], changes: [.state(.failed)]))
    #expect(try await Self.kept(board, run) == Self.fresh(run, journal))
  }

  private static func event(
    _ seq: Int, of run: String, _ random: inout Steps
  ) -> RunEvent {
    let kinds: [RunEvent.Kind] = [
      .stageStarted, .stageProgress, .stageProgress, .stageWarning, .stageCompleted, .stageFailed,
      .stageLog, .stageRetrying,
    ]
    let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
    var event = RunEvent(
      run: run, type: kind, stage: ["a", "b"][Int.random(in: 0...1, using: &random)])
    event.message = "said \(seq)"
    if kind == .stageProgress {
      event.fraction = Double(seq) / 200
      event.runFraction = Double(seq) / 300
    }
    if kind == .stageFailed { event.errorClass = .internal }
    return event.numbered(seq, at: 10 * seq)
  }

  @Test("many who ask while something is written all get what was written before they asked")
  func concurrent() async throws {
    let kit = try ServingKit()
    let journal = ObservedJournal(MemoryRunJournal(artifacts: kit.artifacts))
    let board = StatusBoard(journal: journal)
    let run = try await Self.accept(kit, journal)
    let first = try #require(try await journal.run(run)).lastSeq
    try await withThrowingTaskGroup(of: Void.self) { group in
      let written = Locked(0)
      group.addTask {
        for seq in first + 1...first + 60 {
          let event = RunEvent(run: run, type: .stageLog, stage: "a").numbered(seq, at: seq)
          try await journal.write(JournalBatch(run: run, events: [event], changes: []))
          written.withLock { $0 = seq }
          await Task.yield()
        }
      }
      for _ in 0..<3 {
        group.addTask {
          while written.withLock({ $0 }) < first + 60 {
            let before = written.withLock { $0 }
            guard case .int(let told)? = try await Self.kept(board, run)["lastSeq"] else {
              throw TestProblem("no number")
            }
            #expect(told >= before)
            // Where there are as many readers as threads nobody would come to write.
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await Self.kept(board, run)["lastSeq"] == .int(first + 60))
  }

  /// A run that nobody works on.
  private static func accept(_ kit: ServingKit, _ journal: any RunJournal) async throws -> String {
    let wanted = try await kit.api.maker.request(
      RunDocument.read(BodyText(text: "pipeline: say", isJSON: false)), for: .local)
    return try await PipelineEngine(
      EngineEnvironment(
        journal: journal, artifacts: kit.artifacts, renderer: NoRenderer(),
        scratch: kit.folder.file("s"), resources: ResourcePool(cores: 1))
    ).accept(wanted).id
  }

  /// SplitMix64.
  private struct Steps: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  @Test("a run that nobody knows has no answer, also when it was asked for before it was there")
  func unknown() async throws {
    try await ServingKit().working { kit in
      #expect(try await kit.get("/api/v1/runs/nobody").status == 404)
      let run = try await kit.begin(#"{"pipeline": "say"}"#)
      _ = try await kit.finish(run)
      let told = try await kit.get("/api/v1/runs/\(run)")
      #expect(
        told.json["state"] == "completed" && told.headers[.cacheControl] == "private, no-cache")
    }
  }

  @Test("a client that knows the answer is told that nothing has changed, until something has")
  func conditions() async throws {
    try await ServingKit().working { kit in
      let gate = "etag \(UUID().uuidString)"
      let run = try await kit.begin(#"{"pipeline": "wait", "inputs": {"gate": "\#(gate)"}}"#)
      try await kit.until(.stageLog, in: run)
      let path = "/api/v1/runs/\(run)"
      let first = try await kit.get(path)
      #expect(first.json["state"] == "running")
      guard case .int(let elapsed)? = first.json["elapsed"] else { throw TestProblem("no time") }
      #expect((0..<120_000).contains(elapsed))
      let tag = try #require(first.headers[.eTag])
      #expect(try await kit.get(path, (.ifNoneMatch, tag)).status == 304)
      Gate.named(gate).open()
      _ = try await kit.finish(run)
      let second = try await kit.get(path, (.ifNoneMatch, tag))
      #expect(second.status == 200 && second.json["state"] == "completed")
    }
  }

  @Test("inputs that look like the time that passes change nothing of the answer")
  func marks() async throws {
    try await ServingKit().working { kit in
      let text = #"\"elapsed\":8999999999999999999"#
      let gate = "\(text) \(UUID().uuidString)"
      let run = try await kit.begin(#"{"pipeline": "wait", "inputs": {"gate": "\#(gate)"}}"#)
      try await kit.until(.stageLog, in: run)
      let told = try await kit.get("/api/v1/runs/\(run)")
      guard case .string(let given)? = told.json["inputs"]?["gate"] else {
        throw TestProblem(told.text)
      }
      #expect(given.hasPrefix(#""elapsed":8999999999999999999"#))
      Gate.named(given).open()
      _ = try await kit.finish(run)
    }
  }
}

@Suite("What a log line is made of")
struct LogLineTests {
  @Test(
    "JSON is written as an encoder writes it",
    arguments: [
      .null, true, false, 0, .int(.min), .double(0.125), "", "a\"\\/\n\r\t\u{0}\u{1f}é😀\u{7f}",
      [], [1, "two", .null], [:], ["b": 1, "a": ["c": [true]], "é": "x"],
    ] as [JSON])
  func json(value: JSON) throws {
    var bytes: [UInt8] = []
    value.write(to: &bytes)
    #expect(try JSONDecoder().decode(JSON.self, from: Data(bytes)) == value)
    #expect(!bytes.contains(0x0A))
  }

  @Test(
    "moments are written to the millisecond",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_763_674_205_123, "2025-11-20T21:30:05.123Z"),
      (951_782_400_007, "2000-02-29T00:00:00.007Z"), (-1, "1969-12-31T23:59:59.999Z"),
    ])
  func timestamp(milliseconds: Int, text: String) {
    #expect(Timestamp.text(milliseconds) == text)
  }
}
