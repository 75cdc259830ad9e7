import Foundation
import Pipeline
import Store
import TestSupport
import Threads

/// A journal of either kind with its artifact store, and short ways to make what goes into it.
struct JournalFixture {
  enum Kind: CaseIterable { case memory, sql }

  let journal: any RunJournal
  let artifacts: FileArtifactStore
  let folder: TestFolder
  let clock: Clock

  /// Milliseconds, moved by the test.
  final class Clock: Sendable {
    private let time = Locked(1_000_000)
    var now: Int { time.withLock { $0 } }
    func advance(by milliseconds: Int) { time.withLock { $0 += milliseconds } }
  }

  init(_ kind: Kind) throws {
    let folder = try TestFolder()
    let clock = Clock()
    self.folder = folder
    self.clock = clock
    artifacts = try FileArtifactStore(folder: folder.file("artifacts"))
    switch kind {
    case .memory: journal = MemoryRunJournal(artifacts: artifacts) { clock.now }
    case .sql:
      journal = try SQLJournal(
        path: folder.file("journal.sqlite").path, artifacts: artifacts
      ) { clock.now }
    }
  }

  func file(_ text: String, _ name: String = "clip.mp4") async throws -> FileReference {
    let url = try folder.write(text, to: "source \(UUID().uuidString)")
    return try await artifacts.adopt(url, as: name)
  }

  func task(_ stage: String, _ item: Int? = nil, run: String = "r") -> TaskID {
    TaskID(run: run, stage: stage, item: item)
  }

  func begin(_ task: TaskID, owner: String = "me") async throws -> AttemptRecord {
    try await journal.beginAttempt(of: task, owner: owner, leaseUntil: 30_000)
  }

  /// One batch without events.
  func write(_ changes: JournalBatch.Change..., run: String = "r") async throws {
    try await journal.write(JournalBatch(run: run, changes: changes))
  }
}

func record(_ id: String = "r", pipeline: String = "p", createdAt: Int = 5) -> RunRecord {
  RunRecord(
    id: id, pipeline: pipeline, createdAt: createdAt,
    source: PipelineSource(
      .init(name: "it's.yaml", text: "version: 1\n"), overlays: [.init(name: nil, text: "a: 1")],
      overrides: [.init(path: "stages[0].with.x", text: "ü")]),
    inputs: ["voice": .text("it's `ä` \u{1F3AC}"), "n": .integer(3)], inputFolder: "/films",
    stageVersions: ["tts": "3"], refreshed: ["cut"], until: "cut", priority: -7, retryOf: "q")
}

func event(_ seq: Int, _ type: RunEvent.Kind = .stageProgress, run: String = "r") -> RunEvent {
  var event = RunEvent(run: run, type: type, stage: "s").numbered(seq, at: 100 + seq)
  event.fraction = 0.5
  return event
}

func taskRecord(
  _ id: TaskID, _ state: TaskRecord.State = .running, key: Digest? = nil, part: String? = nil,
  elapsed: Int? = nil
) -> TaskRecord {
  let parts = part.map {
    ["with.text": TaskDecision.Part(digest: Digest(of: $0.utf8), text: $0)]
  }
  return TaskRecord(
    id: id, state: state, key: key,
    decision: TaskDecision(.run, .neverMade, parts: parts ?? [:]), elapsed: elapsed)
}

func result(
  _ key: Digest, _ outputs: [String: Value] = [:], stage: String = "tts", elapsed: Int = 7,
  createdAt: Int = 9
) -> ResultRecord {
  ResultRecord(
    key: key, stage: stage, outputs: outputs, elapsed: elapsed, createdAt: createdAt, run: "r")
}

func key(_ number: Int) -> Digest { Digest(of: "key \(number)".utf8) }

extension AttemptRecord {
  func ended(_ state: State = .completed, at time: Int = 77, error: StageError? = nil) -> Self {
    var copy = self
    copy.state = state
    copy.endedAt = time
    copy.error = error
    return copy
  }
}
